"""Tables, columns and indexes follow the published objects."""
