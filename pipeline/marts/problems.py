"""What a command may end in, each a line for people."""

from __future__ import annotations


class BadInput(ValueError):
    """An option that can't be used: its name, its value and what is allowed."""


class Failed(Exception):
    """What stands in the way."""
