"""Bazaar, a living online shop in your PostgreSQL, as a package: the command `bazaar`."""
