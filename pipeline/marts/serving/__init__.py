"""Marts as tables of MySQL: made beside what is there, looked at, and put in its place at once."""
