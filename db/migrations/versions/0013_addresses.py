"""Cities have waters and parks that nobody lives in, postal codes that are areas, and mail where many have it."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"

# The market files that come along say more of their cities now; what rows are of is as before.
_FORGET_OLD_DIGESTS = """
UPDATE sim.runs SET scenario_config = scenario_config - 'market_digest'
WHERE scenario_config ->> 'market_digest' IN (
    'b0b8056863277cd02fb8acad9638da9347190ad60a5383d3fb21df931135d4ed',
    '285751b6079bb7552dcbfba7b57f62b9d70153787a54d6b76ab23cd6327d53fd'
);
"""


def upgrade() -> None:
    """Bring tables and rows from 0012 to 0013."""
    op.execute(_FORGET_OLD_DIGESTS)
