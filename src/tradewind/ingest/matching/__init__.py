"""Matching: whom a new record is about."""
