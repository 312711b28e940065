"""Bazaar's simulator: a living online shop in your PostgreSQL."""

__version__ = "0.1.0"
