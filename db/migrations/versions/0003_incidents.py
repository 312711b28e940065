"""Incidents have a table, and a view that says in words where and when they were.

No shop had any before.
"""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

_INCIDENTS = """
CREATE TABLE sim.incidents (
    incident_id bigint NOT NULL,
    kind text NOT NULL,
    city_id smallint,
    warehouse_id smallint,
    strength double precision,
    hours double precision NOT NULL,
    origin text NOT NULL,
    began_at timestamptz,
    ends_at timestamptz,
    asked_at timestamptz,
    end_asked_at timestamptz,
    CONSTRAINT pk_incidents PRIMARY KEY (incident_id),
    CONSTRAINT ck_incidents_kind_known CHECK
        (kind IN ('courier_strike', 'warehouse_outage', 'traffic_jam', 'demand_surge', 'payment_outage', 'flash_sale')),
    CONSTRAINT ck_incidents_origin_known CHECK (origin IN ('scenario', 'hand')),
    CONSTRAINT ck_incidents_id_of_its_origin CHECK ((mod(incident_id, 2) = 0) = (origin = 'hand')),
    CONSTRAINT ck_incidents_strength_unless_outage CHECK ((strength IS NULL) = (kind = 'warehouse_outage')),
    CONSTRAINT ck_incidents_strength_of_its_kind CHECK
        (CASE WHEN kind IN ('traffic_jam', 'demand_surge') THEN strength > 1 AND strength <= 20
         ELSE strength > 0 AND strength <= 1 END),
    CONSTRAINT ck_incidents_hours_in_bounds CHECK (hours > 0 AND hours <= 87840),
    CONSTRAINT ck_incidents_city_of_warehouse CHECK (warehouse_id IS NULL OR city_id IS NOT NULL),
    CONSTRAINT ck_incidents_begins_and_ends CHECK ((began_at IS NULL) = (ends_at IS NULL)),
    CONSTRAINT ck_incidents_ends_at_after_began_at CHECK (coalesce(ends_at >= began_at, ends_at IS NULL)),
    CONSTRAINT ck_incidents_asked_by_hand CHECK ((asked_at IS NOT NULL) = (origin = 'hand')),
    CONSTRAINT ck_incidents_scenario_has_begun CHECK (began_at IS NOT NULL OR origin = 'hand'),
    CONSTRAINT fk_incidents_city_id FOREIGN KEY (city_id) REFERENCES public.cities (city_id),
    CONSTRAINT fk_incidents_warehouse_id FOREIGN KEY (warehouse_id) REFERENCES public.warehouses (warehouse_id)
);
COMMENT ON TABLE sim.incidents IS
    'What goes otherwise than usual for some hours, one row an incident, by the scenario or asked for by '
    'hand; it acts after began_at, up to and including ends_at. Read it by the view incidents.';
COMMENT ON COLUMN sim.incidents.incident_id IS
    'The incident: odd numbers are the scenario''s, even ones were asked for by hand.';
COMMENT ON COLUMN sim.incidents.kind IS
    'courier_strike, warehouse_outage, traffic_jam, demand_surge, payment_outage or flash_sale.';
COMMENT ON COLUMN sim.incidents.city_id IS 'The city; null where it concerns all.';
COMMENT ON COLUMN sim.incidents.warehouse_id IS 'The warehouse; null where it concerns all of the city.';
COMMENT ON COLUMN sim.incidents.strength IS
    'By kind: share of couriers that strike, of payments that fail, of products on sale; factor on travel '
    'time or arrivals; null for an outage of a warehouse.';
COMMENT ON COLUMN sim.incidents.hours IS 'How long it was meant to last, simulated hours.';
COMMENT ON COLUMN sim.incidents.origin IS 'scenario or hand.';
COMMENT ON COLUMN sim.incidents.began_at IS
    'Simulated instant at which it began; null while it is asked for and not begun.';
COMMENT ON COLUMN sim.incidents.ends_at IS 'Simulated instant at which it ends, or was ended before its time.';
COMMENT ON COLUMN sim.incidents.asked_at IS 'Wall-clock time at which it was asked for; null in a scenario.';
COMMENT ON COLUMN sim.incidents.end_asked_at IS 'Wall-clock time at which its early end was asked for.';
"""


def upgrade() -> None:
    """Bring tables and rows from 0002 to 0003."""
    op.execute(_INCIDENTS)
