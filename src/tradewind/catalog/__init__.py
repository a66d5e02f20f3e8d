"""What builders have published, with versions; `schema` changes the tables."""
