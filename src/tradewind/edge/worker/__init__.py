"""The process that does queued work."""
