"""Kinds: the field types people build objects from, each one file under fields/types, and the world's reference data they share."""
