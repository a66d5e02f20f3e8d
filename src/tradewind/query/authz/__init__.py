"""What an actor may reach, as data."""
