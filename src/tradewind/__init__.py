"""Tradewind (信风): a no-code platform for companies that sell across borders."""

__version__ = "0.1.0"
