"""What must hold between the rows of any shop, by SQL: Little's law, and utilisation reckoned in two ways.

The week of `conftest.py` in PostgreSQL. Little's law, L = λ W, is asked of quantities from different tables: the mean
number L is the integral over time of a count that goes up and down with one table's instants; the rate λ and the mean
stay W come from another's. From an empty shop on, they differ by the edge only: who is still there in the end counts in
L with the time until now, and in λ W with the mean stay. So they may differ by the open ones' number times the longest
stay, over the length of the week; this bound is reckoned from the rows, and must be small beside L.
"""

from __future__ import annotations

from math import exp

import pytest
from sqlalchemy import Connection, text

from sim.scenario import Scenario
from tests.validation.theory import loglogistic_moments, told

# Each selects (at, step): +1 when somebody comes, -1 when somebody goes.
CARTS_UP_AND_DOWN = """
    SELECT min(occurred_at) AS at, 1 AS step FROM session_events
    WHERE event_type IN ('add_to_cart', 'cart_restored') GROUP BY session_id
    UNION ALL
    SELECT ended_at, -1 FROM sessions WHERE ended_at IS NOT NULL
    AND session_id IN (SELECT session_id FROM session_events WHERE event_type IN ('add_to_cart', 'cart_restored'))"""
WAREHOUSE_UP_AND_DOWN = """
    SELECT changed_at AS at, 1 AS step FROM order_status_changes WHERE status = 'paid'
    UNION ALL
    SELECT min(changed_at), -1 FROM order_status_changes JOIN orders o USING (order_id)
    WHERE o.paid_at IS NOT NULL AND order_status_changes.status IN ('packed', 'cancelled') GROUP BY order_id"""
COURIERS_UP_AND_DOWN = """
    SELECT started_at AS at, stops AS step FROM trips
    UNION ALL
    SELECT attempted_at, -1 FROM delivery_attempts
    UNION ALL
    SELECT ended_at, -brought_back FROM trips WHERE ended_at IS NOT NULL"""

# Each selects (came, went): an arrival, and its departure or null.
CART_STAYS = "SELECT created_at AS came, closed_at AS went FROM carts"
WAREHOUSE_STAYS = """
    SELECT p.attempted_at AS came, coalesce(o.packed_at, o.cancelled_at) AS went
    FROM payments p JOIN orders o USING (order_id) WHERE p.status = 'captured'"""
COURIER_STAYS = """
    SELECT t.started_at AS came, a.attempted_at AS went FROM trips t JOIN delivery_attempts a USING (trip_id)
    UNION ALL
    SELECT t.started_at, NULL FROM trips t JOIN deliveries d USING (trip_id)
    WHERE d.status = 'out_for_delivery'
    UNION ALL
    SELECT started_at, ended_at FROM trips, generate_series(1, brought_back)"""

LITTLE = """
WITH run AS (SELECT epoch, sim_now FROM sim.current_run),
steps AS ({up_and_down}),
counted AS (
    SELECT at, coalesce(lead(at) OVER (ORDER BY at), (SELECT sim_now FROM run)) AS until,
           sum(step) OVER (ORDER BY at ROWS UNBOUNDED PRECEDING) AS there
    FROM steps
),
stays AS ({stays}),
hours AS (SELECT extract(epoch FROM sim_now - epoch) / 3600 AS all_of_them, sim_now FROM run)
SELECT (SELECT sum(there * extract(epoch FROM until - at)) / 3600 FROM counted) / all_of_them AS mean_number,
       (SELECT count(*) FROM stays) / all_of_them AS rate_per_h,
       (SELECT avg(extract(epoch FROM went - came)) / 3600 FROM stays) AS mean_stay_h,
       (SELECT count(*) FROM stays WHERE went IS NULL) AS still_there,
       (SELECT max(extract(epoch FROM coalesce(went, sim_now) - came)) / 3600 FROM stays) AS longest_stay_h,
       all_of_them AS hours
FROM hours
"""
SYSTEMS = {
    "carts": (CARTS_UP_AND_DOWN, CART_STAYS),
    "warehouse": (WAREHOUSE_UP_AND_DOWN, WAREHOUSE_STAYS),
    "couriers": (COURIERS_UP_AND_DOWN, COURIER_STAYS),
}


def little(week: Connection, up_and_down: str, stays: str) -> tuple[float, float, float]:
    """L, λ W, and the most by which they may differ."""
    row = week.execute(text(LITTLE.format(up_and_down=up_and_down, stays=stays))).mappings().one()
    found = {name: float(value) for name, value in row.items()}
    edge = found["still_there"] * found["longest_stay_h"] / found["hours"]
    return found["mean_number"], found["rate_per_h"] * found["mean_stay_h"], edge


@pytest.mark.parametrize("system", SYSTEMS)
def test_littles_law_holds_between_the_rows_of_different_tables(week: Connection, system: str):
    number, rate_times_stay, edge = little(week, *SYSTEMS[system])
    told(f"{system}: L = {number:.4f}, λ W = {rate_times_stay:.4f}, may differ by {edge:.4f}")
    assert number > 0.5
    assert edge < 0.08 * number
    assert abs(number - rate_times_stay) <= edge + 1e-5  # and the microseconds that an average rounds


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_row_in_ten_left_out_would_be_noticed(week: Connection, system: str):
    up_and_down, stays = SYSTEMS[system]
    thinned = f"SELECT * FROM (SELECT *, row_number() OVER (ORDER BY came) AS n FROM ({stays}) s) s WHERE n % 10 <> 0"
    number, rate_times_stay, edge = little(week, up_and_down, thinned)
    assert abs(number - rate_times_stay) > edge


# --- utilisation, from the time in the rows and from rate times mean service -----------------------------------------

HANDLED = """
WITH items AS (SELECT order_id, count(*) AS lines, sum(quantity) AS units FROM order_items GROUP BY order_id)
SELECT extract(epoch FROM {ends} - {begins}) AS took_s, lines, units
FROM orders JOIN items USING (order_id) WHERE {ends} IS NOT NULL
"""


@pytest.mark.parametrize(("people", "begins", "ends"), [("pickers", "pick_started_at", "picked_at"),
                                                        ("packers", "pack_started_at", "packed_at")])  # fmt: skip
def test_pickers_and_packers_are_busy_as_rate_times_mean_service(week: Connection, people: str, begins: str, ends: str):
    posts = Scenario().warehouse
    base, line, unit = (
        (posts.pick_base_s, posts.pick_line_s, posts.pick_unit_s)
        if people == "pickers"
        else (posts.pack_base_s, 0.0, posts.pack_unit_s)
    )
    rows = week.execute(text(HANDLED.format(begins=begins, ends=ends))).all()
    by_time = sum(float(took) for took, _, _ in rows)
    means = [base + line * lines + unit * float(units) for _, lines, units in rows]
    # Independent times about these means: the standard deviation of their sum is cv √Σ mean².
    error = posts.service_cv * sum(mean**2 for mean in means) ** 0.5
    told(f"{people}: {by_time / 3600:.1f} h by time, {sum(means) / 3600:.1f} ± {error / 3600:.1f} h by rate")
    assert len(rows) > 2_000
    assert abs(by_time - sum(means)) < 4.0 * error < 0.05 * sum(means)


ALONE = """
SELECT extract(epoch FROM t.ended_at - t.started_at) / 60 AS took_min, t.distance_km, c.vehicle,
       extract(hour FROM t.started_at AT TIME ZONE p.timezone)::int AS out_hour,
       extract(hour FROM a.attempted_at AT TIME ZONE p.timezone)::int AS back_hour
FROM trips t JOIN delivery_attempts a USING (trip_id) JOIN couriers c USING (courier_id)
JOIN warehouses w USING (warehouse_id) JOIN cities p USING (city_id)
WHERE t.stops = 1 AND t.ended_at IS NOT NULL
"""


def test_couriers_with_one_parcel_are_out_for_two_rides_and_a_door(week: Connection):
    # The length of each leg of a longer round is in no row; of a round with one stop it is half of the whole.
    delivery = Scenario().delivery
    door, door_variance = loglogistic_moments(delivery.stop_min, delivery.stop_shape)
    spread = exp(delivery.travel_sigma**2)  # E[X²] / E[X]² of a lognormal
    by_time = by_rate = variance = 0.0
    rows = week.execute(text(ALONE)).all()
    for took_min, km, vehicle, out_hour, back_hour in rows:
        by_time += float(took_min)
        free_min = float(km) / 2.0 / delivery.vehicle_of(vehicle).speed_km_per_h * 60.0
        for hour in (out_hour, back_hour):
            ride = free_min * delivery.traffic_by_hour[hour] * spread**0.5
            by_rate += ride
            variance += ride**2 * (spread - 1.0)
        by_rate += door
        variance += door_variance
    told(f"{len(rows)} rounds: {by_time / 60:.1f} h by time, {by_rate / 60:.1f} ± {variance**0.5 / 60:.1f} h by rate")
    assert len(rows) > 75
    assert abs(by_time - by_rate) < 4.0 * variance**0.5 < 0.15 * by_rate
