"""The first schema.

To the letter what the first program made: its scripts are kept in db/migrations/first_schema and never change.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None

_SCRIPTS = Path(__file__).resolve().parents[1] / "first_schema"


def upgrade() -> None:
    """Make the tables, functions, views and grants of the first schema in an empty database."""
    for name in ("schema", "functions", "views", "roles"):
        script = (_SCRIPTS / f"{name}.sql").read_text(encoding="utf-8")
        op.get_bind().exec_driver_sql(script, execution_options={"no_parameters": True})
