"""Processes: what happens in the shop over time, one family of SimPy processes a file. They know no SQL."""
