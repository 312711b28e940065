"""What something cannot be measured for, in one line."""

from __future__ import annotations


class Unmeasurable(Exception):
    """Something that a part needs is not there."""
