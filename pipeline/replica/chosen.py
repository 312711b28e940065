"""Which of the models' tables and columns are replicated: all of schema `public`, of `sim` what readers need.

Nothing of `truth`: no real shop sees it, and no copy of one either.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table

from db.names import moved
from models import tables_in_key_order
from models.run_control import SCHEMA

# `runs` says how far the shop is, since when and in which currency, `incidents` what went otherwise than usual, and
# `retention` since when its past is complete. The rest steers the simulator, or counts for the shop's own dashboards
# what the replica has row by row, at the price of one more change a visit.
OF_SIM = ("runs", "incidents", "retention")
# Changed rows arrive without a large value that did not change: the sink would write a placeholder over it.
LEFT_OUT = {"sim.runs.scenario_config"}
# The simulator's sign of life, a commit every second or so even while its clock stands still: always under way.
SIGNS_OF_LIFE = {"runs": {"heartbeat_at", "kept_speed", "lag_s", "batches"}}


def tables() -> list[Table]:
    """The tables of the models, those referred to first."""
    return [
        table
        for table in tables_in_key_order()
        if table.schema is None or (table.schema == SCHEMA and table.name in OF_SIM)
    ]


def no_longer() -> list[str]:
    """The names of tables that replicas of older shops have, and that no copy has any more."""
    return [name.removeprefix("public.") for name in moved().values() if name not in map(qualified, tables())]


def columns(table: Table) -> list[Column[Any]]:
    """A table's columns but those that are left out."""
    return [column for column in table.columns if f"{qualified(table)}.{column.name}" not in LEFT_OUT]


def key(table: Table) -> list[str]:
    """The names of a table's key columns."""
    return [column.name for column in table.primary_key.columns]


def qualified(table: Table) -> str:
    """The table's name with its schema, as PostgreSQL and Debezium call it."""
    return f"{table.schema or 'public'}.{table.name}"


def replicated_tables() -> list[str]:
    """The names of the tables, the same in PostgreSQL (some of them in schema `sim`) and in MySQL."""
    return [table.name for table in tables()]
