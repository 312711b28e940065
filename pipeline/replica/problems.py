"""What looking after a replica may end in, each a line for people."""

from __future__ import annotations


class Waiting(Exception):
    """Nothing is wrong, and nothing can be done yet: come again."""


class NotPossible(Exception):
    """What stands in the way, and what to do about it."""
