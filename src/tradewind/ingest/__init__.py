"""Data from outside: read, map, write; each apart from the others."""
