"""What no real shop can see moves to schema truth: personas, satisfaction and what moved it, reasons nobody tells."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS truth;
COMMENT ON SCHEMA truth IS 'What no real shop can see: for role bazaar_teacher.';
"""
_TABLES = """
CREATE TABLE truth.customer_traits (
    customer_id BIGINT NOT NULL,
    persona TEXT NOT NULL,
    satisfaction SMALLINT NOT NULL,
    activity DOUBLE PRECISION,
    active_hour SMALLINT,
    usual_device TEXT,
    usual_channel TEXT,
    usual_payment_method TEXT,
    favourite_category_id SMALLINT,
    absence DOUBLE PRECISION,
    price_taste DOUBLE PRECISION,
    basket DOUBLE PRECISION,
    units DOUBLE PRECISION,
    pace DOUBLE PRECISION,
    CONSTRAINT pk_customer_traits PRIMARY KEY (customer_id),
    CONSTRAINT ck_customer_traits_persona_known
        CHECK (persona IN ('bargain_hunter', 'loyal', 'impulsive', 'window_shopper', 'planner')),
    CONSTRAINT ck_customer_traits_usual_device_known CHECK (usual_device IN ('mobile', 'desktop', 'tablet')),
    CONSTRAINT ck_customer_traits_satisfaction_range CHECK (satisfaction BETWEEN 0 AND 100),
    CONSTRAINT ck_customer_traits_active_hour_of_a_day CHECK (active_hour BETWEEN 0 AND 23),
    CONSTRAINT fk_customer_traits_customer_id FOREIGN KEY(customer_id) REFERENCES public.customers (customer_id),
    CONSTRAINT fk_customer_traits_favourite_category_id FOREIGN KEY(favourite_category_id)
        REFERENCES public.categories (category_id)
)
 WITH (fillfactor = 80);
COMMENT ON TABLE truth.customer_traits IS
    'What customers are like inside: all of it drawn when they registered, but satisfaction, which moves.';
COMMENT ON COLUMN truth.customer_traits.customer_id IS 'The customer.';
COMMENT ON COLUMN truth.customer_traits.persona IS
    'How the customer shops: bargain_hunter, loyal, impulsive, window_shopper, planner.';
COMMENT ON COLUMN truth.customer_traits.satisfaction IS 'Current satisfaction, 0 (lost) to 100 (delighted).';
COMMENT ON COLUMN truth.customer_traits.activity IS
    'How readily the customer visits, for life: a weight among all customers.';
COMMENT ON COLUMN truth.customer_traits.active_hour IS 'Local hour about which the customer is most active.';
COMMENT ON COLUMN truth.customer_traits.usual_device IS
    'What the customer comes with by habit: mobile, desktop or tablet.';
COMMENT ON COLUMN truth.customer_traits.usual_channel IS 'How the customer comes by habit, with the usual device.';
COMMENT ON COLUMN truth.customer_traits.usual_payment_method IS 'How the customer pays by habit.';
COMMENT ON COLUMN truth.customer_traits.favourite_category_id IS 'The category that the customer looks at by habit.';
COMMENT ON COLUMN truth.customer_traits.absence IS 'Odds of being out when a courier rings, over what is usual.';
COMMENT ON COLUMN truth.customer_traits.price_taste IS
    'Liking for dear goods: by this power of price over the usual price the odds of adding a product rise.';
COMMENT ON COLUMN truth.customer_traits.basket IS 'Odds of adding one more product to a cart, over what is usual.';
COMMENT ON COLUMN truth.customer_traits.units IS 'Odds of taking one more unit of the same, over what is usual.';
COMMENT ON COLUMN truth.customer_traits.pace IS 'Time that a page is looked at, over what is usual.';
CREATE TABLE truth.exit_reasons (
    session_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    CONSTRAINT pk_exit_reasons PRIMARY KEY (session_id),
    CONSTRAINT ck_exit_reasons_reason_known CHECK (reason IN ('whim')),
    CONSTRAINT fk_exit_reasons_session_id FOREIGN KEY(session_id) REFERENCES public.sessions (session_id)
);
COMMENT ON TABLE truth.exit_reasons IS
    'Why visitors left, of visits whose exit_reason is null for it cannot be seen; the cart''s likewise.';
COMMENT ON COLUMN truth.exit_reasons.session_id IS 'The session.';
COMMENT ON COLUMN truth.exit_reasons.reason IS 'whim: for no reason at all.';
CREATE TABLE truth.product_traits (
    product_id BIGINT NOT NULL,
    popularity DOUBLE PRECISION NOT NULL,
    appeal DOUBLE PRECISION NOT NULL,
    disappoints DOUBLE PRECISION NOT NULL,
    stars DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_product_traits PRIMARY KEY (product_id),
    CONSTRAINT ck_product_traits_disappoints_is_a_share CHECK (disappoints BETWEEN 0 AND 1),
    CONSTRAINT fk_product_traits_product_id FOREIGN KEY(product_id) REFERENCES public.products (product_id)
);
COMMENT ON TABLE truth.product_traits IS 'How good and how wanted products are.';
COMMENT ON COLUMN truth.product_traits.product_id IS 'The product.';
COMMENT ON COLUMN truth.product_traits.popularity IS
    'Share of all views that it would have if all products were at their height.';
COMMENT ON COLUMN truth.product_traits.appeal IS
    'Factor on the odds that who looks at it adds it, its price''s appeal included.';
COMMENT ON COLUMN truth.product_traits.disappoints IS 'Chance that a piece of it disappoints.';
COMMENT ON COLUMN truth.product_traits.stars IS 'What its kind adds to the stars of a review.';
CREATE TABLE truth.courier_traits (
    courier_id BIGINT NOT NULL,
    pace DOUBLE PRECISION NOT NULL,
    CONSTRAINT pk_courier_traits PRIMARY KEY (courier_id),
    CONSTRAINT ck_courier_traits_pace_positive CHECK (pace > 0),
    CONSTRAINT fk_courier_traits_courier_id FOREIGN KEY(courier_id) REFERENCES public.couriers (courier_id)
);
COMMENT ON TABLE truth.courier_traits IS 'How fast couriers are.';
COMMENT ON COLUMN truth.courier_traits.courier_id IS 'The courier.';
COMMENT ON COLUMN truth.courier_traits.pace IS
    'Time that everything takes the courier, over what is usual; who is new takes longer still.';
CREATE TABLE truth.carried_satisfaction (
    customer_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    satisfaction SMALLINT NOT NULL,
    CONSTRAINT pk_carried_satisfaction PRIMARY KEY (customer_id),
    CONSTRAINT ck_carried_satisfaction_seq_positive CHECK (seq > 0),
    CONSTRAINT ck_carried_satisfaction_satisfaction_range CHECK (satisfaction BETWEEN 0 AND 100),
    CONSTRAINT fk_carried_satisfaction_customer_id FOREIGN KEY(customer_id) REFERENCES public.customers (customer_id)
)
 WITH (fillfactor = 80);
COMMENT ON TABLE truth.carried_satisfaction IS
    'Where a customer''s satisfaction stood after the last of its changes that was cut off.';
COMMENT ON COLUMN truth.carried_satisfaction.customer_id IS 'The customer.';
COMMENT ON COLUMN truth.carried_satisfaction.seq IS 'Satisfaction changes cut off.';
COMMENT ON COLUMN truth.carried_satisfaction.satisfaction IS 'Satisfaction after the last of them.';
"""
# A table keeps its rights, and its place in what is published, when it moves.
_SATISFACTION_CHANGES = """
ALTER TABLE public.satisfaction_changes SET SCHEMA truth;
DO $$
DECLARE
    published name;
BEGIN
    IF to_regrole('bazaar_reader') IS NOT NULL THEN
        REVOKE ALL ON truth.satisfaction_changes FROM bazaar_reader;
    END IF;
    FOR published IN
        SELECT p.pubname FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
        WHERE p.pubname = 'bazaar_replica' AND r.prrelid = 'truth.satisfaction_changes'::regclass
    LOOP
        EXECUTE format('ALTER PUBLICATION %I DROP TABLE truth.satisfaction_changes', published);
    END LOOP;
END
$$;
"""
_ROWS = """
INSERT INTO truth.customer_traits (customer_id, persona, satisfaction)
SELECT customer_id, persona, satisfaction FROM public.customers;
INSERT INTO truth.exit_reasons (session_id, reason)
SELECT session_id, exit_reason FROM public.sessions WHERE exit_reason = 'whim';
INSERT INTO truth.carried_satisfaction (customer_id, seq, satisfaction)
SELECT customer_id, satisfaction_seq, satisfaction FROM sim.carried_customers WHERE satisfaction_seq > 0;
UPDATE public.sessions SET exit_reason = NULL WHERE exit_reason = 'whim';
UPDATE public.carts SET abandon_reason = NULL WHERE abandon_reason = 'whim';
SET CONSTRAINTS ALL IMMEDIATE;
"""
_COLUMNS = """
ALTER TABLE public.customers DROP COLUMN persona, DROP COLUMN satisfaction;
ALTER TABLE sim.carried_customers DROP COLUMN satisfaction_seq, DROP COLUMN satisfaction;
ALTER TABLE sim.carried_customers ADD CONSTRAINT ck_carried_customers_loyalty_seq_not_negative CHECK (loyalty_seq >= 0);
ALTER TABLE public.sessions DROP CONSTRAINT ck_sessions_exit_reason_known;
ALTER TABLE public.sessions ADD CONSTRAINT ck_sessions_exit_reason_known
    CHECK (exit_reason IN ('not_interested', 'price', 'out_of_stock', 'promise', 'delivery_fee', 'payment'));
ALTER TABLE public.carts DROP CONSTRAINT ck_carts_abandon_reason_known;
ALTER TABLE public.carts ADD CONSTRAINT ck_carts_abandon_reason_known
    CHECK (abandon_reason IN ('not_interested', 'price', 'out_of_stock', 'promise', 'delivery_fee', 'payment'));
COMMENT ON COLUMN public.sessions.exit_reason IS
    'What was in the way of a visitor who left without an order, as far as a shop can see; null when ordered, and '
    'where nothing was.';
COMMENT ON TABLE sim.carried_customers IS
    'Where a customer''s points stood after the last of their transactions that was cut off.';
"""


def upgrade() -> None:
    """Bring tables and rows from 0013 to 0014."""
    op.execute(_SCHEMA)
    op.execute(_TABLES)
    op.execute(_SATISFACTION_CHANGES)
    op.execute(_ROWS)
    op.execute(_COLUMNS)
