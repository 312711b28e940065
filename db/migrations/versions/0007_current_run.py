"""The view sim.current_run is the run as it is now; nothing changes in tables and rows."""

from __future__ import annotations

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nothing to do: views are made anew after the migrations."""
