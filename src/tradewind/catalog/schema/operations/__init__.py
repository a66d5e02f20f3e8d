"""Schema operations: one file each, with validate, start, complete, undo."""
