"""The formula language: parse, check, then SQL or Python with the same answer."""
