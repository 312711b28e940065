"""The database's one source of truth: the tables as SQLAlchemy models. Imports nothing of the simulator."""

from __future__ import annotations

from sqlalchemy import Table

from models import quarters, retention, run_control, truth
from models.base import SCHEMA_VERSION, Base, metadata, revision_of
from models.declarations import SHOP_GROUPS, tables_of_module

__all__ = ["GROUPS", "SCHEMA_VERSION", "Base", "metadata", "revision_of", "tables_in_key_order", "tables_of"]

GROUPS = {**SHOP_GROUPS, "truth": truth, "run_control": run_control, "retention": retention, "quarters": quarters}
"""The table groups in reading order, each with its module."""


def tables_in_key_order() -> list[Table]:
    """Every table, those referred to before those that refer to them: the order to create and to fill them in."""
    return list(metadata.sorted_tables)


def tables_of(group: str) -> list[Table]:
    """The tables of one group, in the order they are written in its module."""
    return tables_of_module(GROUPS[group])
