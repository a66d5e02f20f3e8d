"""Blobs and their storage."""
