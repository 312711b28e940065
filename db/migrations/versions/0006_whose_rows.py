"""A customer's visits and reviews have indexes, and so has every time; the run knows its currency."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_INDEXES = """
CREATE INDEX ix_sessions_customer_id ON public.sessions (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX ix_reviews_customer_id ON public.reviews (customer_id);
"""
_BY_TIME = {
    "addresses": ("created_at",),
    "courier_shifts": ("started_at", "ended_at"),
    "customers": ("registered_at",),
    "deliveries": ("ready_at",),
    "delivery_attempts": ("attempted_at",),
    "order_status_changes": ("changed_at",),
    "product_prices": ("valid_from",),
    "replenishments": ("ordered_at", "received_at"),
    "returns": ("requested_at", "refunded_at"),
    "reviews": ("created_at",),
    "sessions": ("ended_at",),
    "stock_movements": ("occurred_at",),
    "trips": ("started_at", "ended_at"),
}
_BY_TIME_INDEX = """
CREATE INDEX ix_{table}_{column} ON public.{table} USING brin ({column})
WITH (autosummarize = on, pages_per_range = 16)
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
    for table, columns in _BY_TIME.items():
        for column in columns:
            op.execute(_BY_TIME_INDEX.format(table=table, column=column))
