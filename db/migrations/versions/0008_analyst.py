"""The role bazaar_analyst reads the shop and writes in schemas of its own; nothing changes in tables and rows."""

from __future__ import annotations

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nothing to do: roles are looked after when views are made anew, after the migrations."""
