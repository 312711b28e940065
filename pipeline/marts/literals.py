"""Words of ours in statements that take no parameters."""

from __future__ import annotations


def literal(text: str) -> str:
    """A text as SQL has it. MySQL's takes each backslash for the begin of something: double them first."""
    quoted = text.replace("'", "''")
    return f"'{quoted}'"
