"""What is said in one line."""

from __future__ import annotations


def one_line(said: object) -> str:
    """An error, or a text of several lines, in one."""
    return " ".join(str(said).split())
