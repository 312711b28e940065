"""Visits and product views are counted by quarters of an hour, and visits that filled a cart have an index.

The counts begin with the rows that are there; from then on triggers keep them.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_TABLES = """
CREATE TABLE sim.session_quarters (
    quarter_at timestamptz NOT NULL,
    city_id smallint NOT NULL,
    channel text NOT NULL,
    device text NOT NULL,
    bounced integer NOT NULL,
    browsed integer NOT NULL,
    cart_abandoned integer NOT NULL,
    checkout_abandoned integer NOT NULL,
    payment_failed integer NOT NULL,
    ordered integer NOT NULL,
    CONSTRAINT pk_session_quarters PRIMARY KEY (quarter_at, city_id, channel, device),
    CONSTRAINT ck_session_quarters_channel_known CHECK
        (channel IN ('direct', 'search', 'social', 'email', 'ads', 'referral')),
    CONSTRAINT ck_session_quarters_device_known CHECK (device IN ('mobile', 'desktop', 'tablet')),
    CONSTRAINT fk_session_quarters_city_id FOREIGN KEY (city_id) REFERENCES public.cities (city_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE sim.session_quarters IS
    'Visits that have ended, by the quarter of an hour in which they began. Read it by visits_in().';
COMMENT ON COLUMN sim.session_quarters.quarter_at IS 'Beginning of the quarter, UTC.';
COMMENT ON COLUMN sim.session_quarters.city_id IS 'The city the visitors are in.';
COMMENT ON COLUMN sim.session_quarters.channel IS 'How they came.';
COMMENT ON COLUMN sim.session_quarters.device IS 'What they came with.';
COMMENT ON COLUMN sim.session_quarters.bounced IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.browsed IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.cart_abandoned IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.checkout_abandoned IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.payment_failed IS 'Visits with this outcome.';
COMMENT ON COLUMN sim.session_quarters.ordered IS 'Visits with this outcome.';

CREATE TABLE sim.view_quarters (
    quarter_at timestamptz NOT NULL,
    city_id smallint NOT NULL,
    product_views integer NOT NULL,
    missed_views integer NOT NULL,
    CONSTRAINT pk_view_quarters PRIMARY KEY (quarter_at, city_id),
    CONSTRAINT fk_view_quarters_city_id FOREIGN KEY (city_id) REFERENCES public.cities (city_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE sim.view_quarters IS 'Product views, counted by quarters of an hour. Read it by views_in().';
COMMENT ON COLUMN sim.view_quarters.quarter_at IS 'Beginning of the quarter, UTC.';
COMMENT ON COLUMN sim.view_quarters.city_id IS 'The city the visitors are in.';
COMMENT ON COLUMN sim.view_quarters.product_views IS 'Product views in it.';
COMMENT ON COLUMN sim.view_quarters.missed_views IS 'Of these, how many met an empty shelf.';

CREATE INDEX ix_sessions_with_a_cart ON public.sessions (started_at)
    INCLUDE (city_id, channel, device, outcome, exit_reason)
    WHERE outcome IN ('cart_abandoned', 'checkout_abandoned', 'payment_failed', 'ordered');
"""

_ROWS = """
INSERT INTO sim.session_quarters
SELECT date_bin('15 minutes', started_at, '2000-01-01 00:00Z'), city_id, channel, device,
       count(*) FILTER (WHERE outcome = 'bounced'), count(*) FILTER (WHERE outcome = 'browsed'),
       count(*) FILTER (WHERE outcome = 'cart_abandoned'), count(*) FILTER (WHERE outcome = 'checkout_abandoned'),
       count(*) FILTER (WHERE outcome = 'payment_failed'), count(*) FILTER (WHERE outcome = 'ordered')
FROM public.sessions WHERE outcome IS NOT NULL GROUP BY 1, 2, 3, 4;
INSERT INTO sim.view_quarters
SELECT date_bin('15 minutes', occurred_at, '2000-01-01 00:00Z'), session_id % 100,
       count(*), count(*) FILTER (WHERE NOT in_stock)
FROM public.session_events WHERE in_stock IS NOT NULL GROUP BY 1, 2;
"""


def upgrade() -> None:
    """Bring tables and rows from 0004 to 0005."""
    op.execute(_TABLES)
    op.execute(_ROWS)
