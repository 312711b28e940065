"""How Alembic reaches the database: by the connection of db/upgrade.py, within the transaction that it is in."""

from __future__ import annotations

from alembic import context

from models import metadata
from models.run_control import SCHEMA

connection = context.config.attributes["connection"]
connection.exec_driver_sql(
    f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"
)  # Alembic's own table comes before the first migration
context.configure(connection=connection, target_metadata=metadata, version_table_schema=SCHEMA)
with context.begin_transaction():
    context.run_migrations()
