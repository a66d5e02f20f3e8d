"""Figures that must hold, each a ratio measured in one run. `python -m benchmarks [name …]` prints them."""
