"""${message}.

The line above is what `python -m sim upgrade` says of it.
"""

from __future__ import annotations

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Bring tables and rows from ${down_revision} to ${up_revision}."""
    ${upgrades if upgrades else "op.execute()"}
