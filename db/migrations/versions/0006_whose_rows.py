"""Damaged goods are written off, products open at list prices, customers and times have indexes, money its currency.

Rows of before stay as they are: chapters say by which version's rules theirs were written.
"""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"

_INDEXES = """
CREATE INDEX ix_sessions_customer_id ON public.sessions (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX ix_reviews_customer_id ON public.reviews (customer_id);
DROP INDEX public.ix_sessions_with_a_cart;
CREATE INDEX ix_sessions_with_a_cart ON public.sessions (started_at)
    INCLUDE (city_id, channel, device, outcome, exit_reason, session_id, customer_id)
    WHERE outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered');
CREATE INDEX ix_session_events_event_type_session_id ON public.session_events (event_type, session_id);
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

_STOCK = """
ALTER TABLE public.stock_movements
    DROP CONSTRAINT ck_stock_movements_reason_known,
    DROP CONSTRAINT ck_stock_movements_only_a_sale_takes,
    DROP CONSTRAINT ck_stock_movements_order_of_a_sale_or_a_return,
    ADD CONSTRAINT ck_stock_movements_reason_known CHECK
        (reason IN ('opening', 'replenishment', 'sale', 'return', 'cancellation', 'write_off')),
    ADD CONSTRAINT ck_stock_movements_only_sales_and_write_offs_take CHECK
        ((reason IN ('sale', 'write_off')) = (quantity < 0)),
    ADD CONSTRAINT ck_stock_movements_order_of_a_sale_or_a_return CHECK
        ((reason IN ('sale', 'return', 'cancellation', 'write_off')) = (order_id IS NOT NULL));
COMMENT ON COLUMN public.stock_movements.reason IS
    'opening, replenishment, sale (picked for an order), return, cancellation (put back after picking), or write_off '
    '(came back by a return and cannot be sold again, as all that is damaged).';
COMMENT ON COLUMN public.returns.reason IS
    'not_as_described, damaged, wrong_size, changed_mind or too_late; what became of the units: stock_movements.';
COMMENT ON COLUMN public.sessions.channel IS
    'How the visitor came: direct, search, social, email (known customers only), ads or referral.';
"""

# Promotions of the first week began at the epoch, before which list prices held.
_PRICES = """
UPDATE public.product_prices p SET valid_from = r.epoch - interval '7 days'
FROM sim.runs r WHERE r.run_id = 1 AND p.reason = 'opening' AND p.valid_from = r.epoch;
INSERT INTO public.product_prices (product_id, valid_from, price, reason)
SELECT p.product_id, r.epoch - interval '7 days', p.list_price, 'opening'
FROM public.products p CROSS JOIN sim.runs r
WHERE r.run_id = 1
  AND NOT EXISTS (SELECT FROM public.product_prices o WHERE o.product_id = p.product_id AND o.reason = 'opening');
COMMENT ON COLUMN public.product_prices.valid_from IS
    'From when on this price holds; the opening one since a week before the epoch.';
"""

# The market files that come along have other texts for reviews now, and nothing else that rows are of.
_CHAPTERS = """
ALTER TABLE sim.runs ADD COLUMN schema_version smallint;
UPDATE sim.runs SET schema_version = 5;
ALTER TABLE sim.runs ALTER COLUMN schema_version SET NOT NULL;
COMMENT ON COLUMN sim.runs.schema_version IS
    'Version of the schema whose rules the chapter''s rows keep; those of before an upgrade are of an older one.';
UPDATE sim.runs SET scenario_config = scenario_config - 'market_digest'
WHERE scenario_config ->> 'market_digest' IN (
    '00bb8b8bbdc699c0d6decc77e752d776f79e49a52d5e1a1b5536e9af238e5144',
    'acd75e234448eacf2ce2e13585a2909700cd039f892f433668aa6626f36cc1e7');
"""


def upgrade() -> None:
    """Bring tables and rows from 0005 to 0006."""
    for step in (_INDEXES, _CURRENCY, _STOCK, _PRICES, _CHAPTERS):
        op.execute(step)
    for table, columns in _BY_TIME.items():
        for column in columns:
            op.execute(_BY_TIME_INDEX.format(table=table, column=column))
