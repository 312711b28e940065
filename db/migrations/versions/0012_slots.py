"""Deliveries come in the slot that the customer chose, and nobody is rung at night."""

from __future__ import annotations

from alembic import op

revision = "0012"
down_revision = "0011"

_SLOTS = """
ALTER TABLE public.orders ADD COLUMN slot_starts_at timestamptz;
ALTER TABLE public.orders
    ADD CONSTRAINT ck_orders_slot_ends_after_it_starts CHECK (promised_at > slot_starts_at);
COMMENT ON COLUMN public.orders.slot_starts_at IS
    'When the slot begins that the customer chose at checkout, and nobody rings before; it ends at promised_at. '
    'Null in an order made before there were slots.';
COMMENT ON COLUMN public.orders.promised_at IS
    'Delivery promised at checkout, the end of the slot chosen there; late means delivered after it.';
"""
_BROUGHT_BACK = """
ALTER TABLE public.trips ADD COLUMN brought_back smallint DEFAULT '0' NOT NULL;
ALTER TABLE public.trips
    ADD CONSTRAINT ck_trips_brought_back_of_its_stops CHECK (brought_back BETWEEN 0 AND stops);
COMMENT ON COLUMN public.trips.brought_back IS
    'Parcels brought back untried, for it had become too late in the evening to ring.';
COMMENT ON COLUMN public.trips.distance_km IS 'Length of the round as planned, km.';
"""


def upgrade() -> None:
    """Bring tables and rows from 0011 to 0012."""
    op.execute(_SLOTS)
    op.execute(_BROUGHT_BACK)
