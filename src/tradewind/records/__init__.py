"""The one door to user data: read, write, history, undo, the sealed log."""
