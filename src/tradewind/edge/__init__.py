"""Who calls us: HTTP, the worker, the command line."""
