"""The market files that come along write reviews by a grammar now, and say nothing else that rows are of."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"

_FORGET_OLD_DIGESTS = """
UPDATE sim.runs SET scenario_config = scenario_config - 'market_digest'
WHERE scenario_config ->> 'market_digest' IN (
    '3ae2f03027a7ec0fa2b7bf431c777d25796f5fe2985a54fba48220874e7b6403',
    '5de2f09353744686d614d27a877e74cf72b6e11051dbd3084a58d6929990f310');
"""


def upgrade() -> None:
    """Let a shop go on with the market file as it is now."""
    op.execute(_FORGET_OLD_DIGESTS)
