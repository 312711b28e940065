"""The past may be cut off: what stands for it has tables, and what refers to what is cut has indexes.

No shop has cut anything before.
"""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"

_TABLES = """
CREATE TABLE sim.retention (
    only_row boolean NOT NULL,
    kept_since timestamptz NOT NULL,
    CONSTRAINT pk_retention PRIMARY KEY (only_row),
    CONSTRAINT ck_retention_only_row CHECK (only_row)
);
COMMENT ON TABLE sim.retention IS 'Since when the shop''s past is complete; no row while nothing was cut.';
COMMENT ON COLUMN sim.retention.only_row IS 'True: there is one row.';
COMMENT ON COLUMN sim.retention.kept_since IS
    'Simulated instant since which nothing is missing; of what was over before it only that is there to which later '
    'rows belong. Read it by kept_since().';

CREATE TABLE sim.carried_customers (
    customer_id bigint NOT NULL,
    loyalty_seq integer NOT NULL DEFAULT 0,
    loyalty_points integer NOT NULL DEFAULT 0,
    lifetime_points integer NOT NULL DEFAULT 0,
    loyalty_tier text,
    satisfaction_seq integer NOT NULL DEFAULT 0,
    satisfaction smallint,
    last_paid_at timestamptz,
    CONSTRAINT pk_carried_customers PRIMARY KEY (customer_id),
    CONSTRAINT ck_carried_customers_seqs_not_negative CHECK (loyalty_seq >= 0 AND satisfaction_seq >= 0),
    CONSTRAINT ck_carried_customers_loyalty_points_not_negative CHECK (loyalty_points >= 0),
    CONSTRAINT ck_carried_customers_loyalty_tier_known CHECK
        (loyalty_tier IN ('bronze', 'silver', 'gold', 'platinum')),
    CONSTRAINT ck_carried_customers_tier_of_a_transaction CHECK ((loyalty_seq = 0) = (loyalty_tier IS NULL)),
    CONSTRAINT ck_carried_customers_satisfaction_of_a_change CHECK ((satisfaction_seq = 0) = (satisfaction IS NULL)),
    CONSTRAINT fk_carried_customers_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers (customer_id)
) WITH (fillfactor = 80);
COMMENT ON TABLE sim.carried_customers IS
    'Where a customer''s chains stood after the last of their entries that was cut off.';
COMMENT ON COLUMN sim.carried_customers.customer_id IS 'The customer.';
COMMENT ON COLUMN sim.carried_customers.loyalty_seq IS 'Loyalty transactions cut off.';
COMMENT ON COLUMN sim.carried_customers.loyalty_points IS 'Points after the last of them.';
COMMENT ON COLUMN sim.carried_customers.lifetime_points IS 'Points of theirs that count for the tier.';
COMMENT ON COLUMN sim.carried_customers.loyalty_tier IS 'Tier after the last of them.';
COMMENT ON COLUMN sim.carried_customers.satisfaction_seq IS 'Satisfaction changes cut off.';
COMMENT ON COLUMN sim.carried_customers.satisfaction IS 'Satisfaction after the last of them.';
COMMENT ON COLUMN sim.carried_customers.last_paid_at IS 'When the last order that was cut off was paid.';

CREATE TABLE sim.carried_stock (
    warehouse_id smallint NOT NULL,
    product_id bigint NOT NULL,
    quantity bigint NOT NULL,
    CONSTRAINT pk_carried_stock PRIMARY KEY (warehouse_id, product_id),
    CONSTRAINT fk_carried_stock_warehouse_id_product_id FOREIGN KEY (warehouse_id, product_id)
        REFERENCES public.inventory (warehouse_id, product_id)
) WITH (fillfactor = 50);
COMMENT ON TABLE sim.carried_stock IS 'The sum of the stock movements that were cut off.';
COMMENT ON COLUMN sim.carried_stock.warehouse_id IS 'The warehouse.';
COMMENT ON COLUMN sim.carried_stock.product_id IS 'The product.';
COMMENT ON COLUMN sim.carried_stock.quantity IS 'Units that came, less those that left.';

CREATE TABLE sim.carried_ids (
    city_id smallint NOT NULL,
    entity text NOT NULL,
    newest_id bigint NOT NULL,
    CONSTRAINT pk_carried_ids PRIMARY KEY (city_id, entity),
    CONSTRAINT ck_carried_ids_entity_known CHECK
        (entity IN ('session', 'cart', 'order', 'payment', 'movement', 'replenishment', 'shift', 'trip', 'delivery',
                    'review', 'return')),
    CONSTRAINT ck_carried_ids_newest_id_names_its_city CHECK (mod(newest_id, 100) = city_id),
    CONSTRAINT fk_carried_ids_city_id FOREIGN KEY (city_id) REFERENCES public.cities (city_id)
) WITH (fillfactor = 50);
COMMENT ON TABLE sim.carried_ids IS 'The newest ids that were cut off: none is given twice.';
COMMENT ON COLUMN sim.carried_ids.city_id IS 'The city.';
COMMENT ON COLUMN sim.carried_ids.entity IS 'What it is the id of: session, cart, order and so on.';
COMMENT ON COLUMN sim.carried_ids.newest_id IS 'The largest id of a row that was cut off.';
"""

_INDEXES = """
CREATE INDEX ix_carts_restored_from_cart_id ON public.carts (restored_from_cart_id)
    WHERE restored_from_cart_id IS NOT NULL;
CREATE INDEX ix_trips_shift_id ON public.trips (shift_id);
CREATE INDEX ix_deliveries_trip_id ON public.deliveries (trip_id);
CREATE INDEX ix_loyalty_transactions_occurred_at ON public.loyalty_transactions (occurred_at);
CREATE INDEX ix_loyalty_transactions_order_id ON public.loyalty_transactions (order_id);
CREATE INDEX ix_satisfaction_changes_occurred_at ON public.satisfaction_changes (occurred_at);
CREATE INDEX ix_satisfaction_changes_order_id ON public.satisfaction_changes (order_id);
CREATE INDEX ix_stock_movements_order_id ON public.stock_movements (order_id);
CREATE INDEX ix_stock_movements_replenishment_id ON public.stock_movements (replenishment_id)
    WHERE replenishment_id IS NOT NULL;
"""


def upgrade() -> None:
    """Bring tables and rows from 0003 to 0004."""
    op.execute(_TABLES)
    op.execute(_INDEXES)
