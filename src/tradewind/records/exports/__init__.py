"""Exports: a list's question as a file, made by the worker, given out under today's rights, limited and looked after."""
