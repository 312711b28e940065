"""The shop keeps the cookie by which it knows a browser again, and when it knew who came."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"

# Who registered after the opening did so by ordering: so it was in every shop until now.
_CUSTOMERS = """
ALTER TABLE public.customers ADD COLUMN registered_by text;
UPDATE public.customers SET registered_by = CASE
    WHEN registered_at < (SELECT epoch FROM sim.runs ORDER BY run_id LIMIT 1) THEN 'sign_up' ELSE 'checkout' END;
ALTER TABLE public.customers
    ALTER COLUMN registered_by SET NOT NULL,
    ADD CONSTRAINT ck_customers_registered_by_known CHECK (registered_by IN ('sign_up', 'checkout'));
COMMENT ON COLUMN public.customers.registered_by IS
    'How the account came: by a sign_up, or at the checkout of somebody who ordered as a guest.';
CREATE TABLE public.customer_devices (
    customer_id bigint NOT NULL,
    device text NOT NULL,
    added_at timestamptz NOT NULL,
    signed_in_at timestamptz NOT NULL,
    visitor_id bigint NOT NULL,
    CONSTRAINT pk_customer_devices PRIMARY KEY (customer_id, device),
    CONSTRAINT ck_customer_devices_device_known CHECK (device IN ('mobile', 'desktop', 'tablet')),
    CONSTRAINT ck_customer_devices_signed_in_at_after_added_at CHECK
        (coalesce(signed_in_at >= added_at, signed_in_at IS NULL)),
    CONSTRAINT fk_customer_devices_customer_id FOREIGN KEY (customer_id) REFERENCES public.customers (customer_id)
) WITH (fillfactor = 80);
CREATE INDEX ix_customer_devices_visitor_id ON public.customer_devices (visitor_id);
CREATE INDEX ix_customer_devices_added_at ON public.customer_devices USING brin (added_at)
    WITH (autosummarize = on, pages_per_range = 16);
COMMENT ON TABLE public.customer_devices IS
    'Where customers stay signed in: the newest cookie that they signed in with on each kind of device. '
    'Who has stayed so since before the opening has a row only after the next time.';
COMMENT ON COLUMN public.customer_devices.customer_id IS 'The customer.';
COMMENT ON COLUMN public.customer_devices.device IS 'mobile, desktop or tablet.';
COMMENT ON COLUMN public.customer_devices.added_at IS 'When the customer first signed in on such a device.';
COMMENT ON COLUMN public.customer_devices.signed_in_at IS
    'When the customer last signed in on it: asked for anew with a new cookie.';
COMMENT ON COLUMN public.customer_devices.visitor_id IS
    'The cookie of that time, as in sessions; it may be lost by now.';
"""
# A visitor who registered was known from then on, and every other customer from the start.
_SESSIONS = """
ALTER TABLE public.sessions ADD COLUMN visitor_id bigint, ADD COLUMN identified_at timestamptz;
UPDATE public.sessions s SET identified_at = greatest(s.started_at, c.registered_at)
FROM public.customers c WHERE c.customer_id = s.customer_id;
ALTER TABLE public.sessions
    ADD CONSTRAINT ck_sessions_identified_with_a_customer CHECK ((customer_id IS NULL) = (identified_at IS NULL)),
    ADD CONSTRAINT ck_sessions_identified_at_after_started_at CHECK
        (coalesce(identified_at >= started_at, identified_at IS NULL));
CREATE INDEX ix_sessions_visitor_id ON public.sessions (visitor_id);
COMMENT ON COLUMN public.sessions.customer_id IS
    'The customer, once the shop knows: from the start where signed in, else from identified_at on; null if never.';
COMMENT ON COLUMN public.sessions.visitor_id IS
    'The browser''s cookie, by which visits of one device belong together until it is lost; '
    'the last two digits are the city. Null for visits before shops kept it (schema 11).';
COMMENT ON COLUMN public.sessions.identified_at IS
    'When the shop knew who it was: the start where signed in, else at sign-in, sign-up or a guest''s order.';
ALTER TABLE public.session_events
    DROP CONSTRAINT ck_session_events_event_type_known,
    ADD CONSTRAINT ck_session_events_event_type_known CHECK
        (event_type IN ('visit', 'product_view', 'add_to_cart', 'remove_from_cart', 'cart_restored', 'checkout',
                        'order_placed', 'payment_attempt', 'sign_in', 'sign_up'));
COMMENT ON COLUMN public.session_events.event_type IS
    'visit, product_view, add_to_cart, remove_from_cart, cart_restored, checkout, order_placed, payment_attempt; '
    'sign_in and sign_up say who it is.';
"""


def upgrade() -> None:
    """Bring tables and rows from 0010 to 0011."""
    op.execute(_CUSTOMERS)
    op.execute(_SESSIONS)
