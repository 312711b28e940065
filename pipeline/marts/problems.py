"""What the commands share: where DuckDB's file is, and what they may end in, each a line for people."""

from __future__ import annotations

from pathlib import Path

OUT = Path("out/marts.duckdb")
MEMORY = "1GB"
"""What DuckDB holds at most; beyond that it writes beside its file."""


class BadInput(ValueError):
    """An option that can't be used: its name, its value and what is allowed."""


class Failed(Exception):
    """What stands in the way."""
