"""A customer's visits and reviews have indexes, and the run knows its currency."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_INDEXES = """
CREATE INDEX ix_sessions_customer_id ON public.sessions (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX ix_reviews_customer_id ON public.reviews (customer_id);
"""

# A market of one's own says its currency when the run next goes on.
_CURRENCY = """
ALTER TABLE sim.runs ADD COLUMN currency text;
ALTER TABLE sim.runs ADD CONSTRAINT ck_runs_currency_is_a_code CHECK (currency ~ '^[A-Z]{3}$');
COMMENT ON COLUMN sim.runs.currency IS
    'Currency of all money, as ISO 4217 has it; null where an older program did not note it. Read it by currency().';
UPDATE sim.runs SET currency = CASE market WHEN 'international' THEN 'USD' WHEN 'russian' THEN 'RUB' END;
"""


def upgrade() -> None:
    """Bring tables and rows from 0005 to 0006."""
    op.execute(_INDEXES)
    op.execute(_CURRENCY)
