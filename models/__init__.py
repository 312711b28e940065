"""The database's one source of truth: the tables as SQLAlchemy models. Imports nothing of the simulator."""

from __future__ import annotations

from sqlalchemy import Table

from models import aftermath, delivery, funnel, orders, people, quarters, reference, retention, run_control, warehouse
from models.base import SCHEMA_VERSION, Base, metadata, revision_of

__all__ = ["GROUPS", "SCHEMA_VERSION", "Base", "metadata", "revision_of", "tables_in_key_order", "tables_of"]

GROUPS = {
    "reference": reference,
    "people": people,
    "funnel": funnel,
    "orders": orders,
    "warehouse": warehouse,
    "delivery": delivery,
    "aftermath": aftermath,
    "run_control": run_control,
    "retention": retention,
    "quarters": quarters,
}
"""The table groups in reading order, each with its module."""


def tables_in_key_order() -> list[Table]:
    """Every table, those referred to before those that refer to them: the order to create and to fill them in."""
    return list(metadata.sorted_tables)


def tables_of(group: str) -> list[Table]:
    """The tables of one group, in the order they are written in its module."""
    module = GROUPS[group].__name__
    mappers = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__ == module]
    tables = {mapper.local_table for mapper in mappers}
    return [table for table in metadata.tables.values() if table in tables]
