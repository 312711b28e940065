"""The shop's database: the SQL, and beside it what makes, upgrades, checks and describes a schema by it."""

from __future__ import annotations

from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent
"""The folder of the SQL."""
