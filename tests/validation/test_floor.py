"""Orders on the shop's own floor, from the payment to the door, against queueing theory.

What is watched are the shop's processes: fulfilment with its pickers and packers, the dock, dispatch and trips. Orders
come as a Poisson process. Seeds are fixed, so a test passes always or never: the mean wait and the share that has to
wait must lie within 4 standard errors (by 40 batch means) of theory, and the standard error must itself be below the
share of it that is stated, so that a wide tolerance cannot hide an error. Of the two the share is the sharper test.
"""

from __future__ import annotations

from itertools import accumulate
from math import exp

import pytest

from sim.clock.units import MINUTE_US
from sim.facts import TripEnded, TripStarted
from sim.luck import Luck, Purpose, Weighted, exponential
from sim.scenario import Scenario
from sim.scenario.warehouse import Warehouse
from tests.processes.world import Tiny
from tests.validation.floor import Floor, Units, calm
from tests.validation.theory import agrees, erlang_c, loglogistic_moments, lognormal_mean, wait_mg1, wait_mmc

MINUTE_S = 60.0
SEED = 1
ORDERS = {0.5: 12_000, 0.7: 15_000, 0.85: 30_000}  # by load: the fuller, the longer one has to look
EMPTY = {"pick_base_s": 0.0, "pick_line_s": 0.0, "pick_unit_s": 0.0, "pack_base_s": 0.0, "pack_unit_s": 0.0}
# What orders are made of, with their chances: some 70 % have a single line, as in the shop.
MIX: tuple[tuple[Units, float], ...] = (
    (((1, 1),), 0.55), (((1, 2),), 0.15), (((1, 1), (2, 1)), 0.18), (((1, 1), (2, 2), (3, 1)), 0.09),
    (((1, 2), (2, 1), (3, 1), (4, 3)), 0.03),
)  # fmt: skip


def poisson(rate_per_s: float, count: int) -> list[float]:
    """The instants of a Poisson process in seconds."""
    gaps = Luck(SEED).draws(Purpose.ARRIVALS, 1, n=count)
    return list(accumulate(exponential(u, 1.0 / rate_per_s) for u in gaps))


def on_duty(people: int) -> tuple[int, ...]:
    return (people,) * 24


def one_line(_: int) -> Units:
    return ((1, 1),)


def waits(floor: Floor, begins: str, ends: str) -> list[float]:
    """The time between two milestones of each order in minutes."""
    assert all(getattr(order, ends) is not None for order in floor.orders)
    return [(getattr(order, ends) - getattr(order, begins)) / MINUTE_US for order in floor.orders]


# --- pickers and packers: M/M/c, twice -------------------------------------------------------------------------------


@pytest.mark.parametrize(("load", "pickers", "packers"), [(0.5, 1, 2), (0.7, 3, 2), (0.85, 2, 4)])
def test_pickers_and_packers_wait_as_erlang_says_one_after_the_other(load: float, pickers: int, packers: int):
    # Burke: what leaves M/M/c is as Poisson as what comes. So the packers, behind the pickers, are M/M/c too.
    # A picker's mean service is one minute, and packers are as fast as gives them the same load.
    pack_s = MINUTE_S * packers / pickers
    posts = EMPTY | {"pick_base_s": MINUTE_S, "pack_base_s": pack_s, "service_distribution": "exponential"}
    floor = Floor(calm(warehouse=posts | {"pickers_by_hour": on_duty(pickers), "packers_by_hour": on_duty(packers)}))
    floor.let_in(poisson(load * pickers / MINUTE_S, ORDERS[load]), one_line, floor.pay)
    for name, people, span, service_s in (
        ("pickers", pickers, ("paid_at", "pick_started_at"), MINUTE_S),
        ("packers", packers, ("picked_at", "pack_started_at"), pack_s),
    ):
        wait = [value * MINUTE_S / service_s for value in waits(floor, *span)]
        what = f"M/M/{people} at {load}, {name}"
        agrees(what, wait, wait_mmc(people, load), relative_error=0.14)
        agrees(f"{what}, share that waits", [one > 0 for one in wait], erlang_c(people, load), relative_error=0.04)


# --- the shop's own service times: M/G/1 -----------------------------------------------------------------------------


def picking_moments(posts: Warehouse) -> tuple[float, float]:
    """Mean in minutes and coefficient of variation of a picking time over the mix of orders, from the parameters."""
    first = second = 0.0
    for units, chance in MIX:
        quantity = sum(number for _, number in units)
        mean = (posts.pick_base_s + posts.pick_line_s * len(units) + posts.pick_unit_s * quantity) / MINUTE_S
        first += chance * mean
        second += chance * mean**2 * (1.0 + posts.service_cv**2)
    return first, (second / first**2 - 1.0) ** 0.5


@pytest.mark.parametrize("load", [0.5, 0.7, 0.85])
def test_a_picker_with_the_shops_service_times_waits_as_pollaczek_and_khinchine_say(load: float):
    posts = Scenario().warehouse  # the baseline's: lognormal about a mean that grows with lines and units
    mean_min, cv = picking_moments(posts)
    assert cv > posts.service_cv  # the mix of orders adds to the spread
    own = posts.model_dump(exclude={"pickers_by_hour", "packers_by_hour"})
    floor = Floor(calm(warehouse=own | {"pickers_by_hour": on_duty(1), "packers_by_hour": on_duty(50)}))
    kinds = Weighted([units for units, _ in MIX], [chance for _, chance in MIX])
    u = Luck(SEED).draws(Purpose.ORDER, 1, n=ORDERS[load])
    arrivals = poisson(load / mean_min / MINUTE_S, len(u))
    floor.let_in(arrivals, lambda number: kinds.pick(u[number]), floor.pay)
    wait = waits(floor, "paid_at", "pick_started_at")
    agrees(f"M/G/1 at {load}, picker", wait, wait_mg1(load, cv) * mean_min, relative_error=0.08)
    # who comes at random finds one server busy as often as it is
    agrees(f"M/G/1 at {load}, picker, share that waits", [one > 0 for one in wait], load, relative_error=0.02)


# --- a courier who takes parcels one by one: M/G/1 -------------------------------------------------------------------

ROUND = {
    # 1 km at 20 km/h there and back, in traffic that takes half as long again; the baseline's spread. The time at a
    # door has a lighter tail than the baseline's (shape 8, not 3.2): without a fourth moment no number of parcels would
    # make the mean wait settle.
    "dispatch_policy": "one_by_one", "hold_min": 0.0, "traffic_by_hour": (1.5,) * 24, "travel_sigma": 0.25,
    "stop_min": 2.8, "stop_shape": 8.0,
    "vehicles": {"van": {"capacity_parcels": 10, "capacity_kg": 400.0, "speed_km_per_h": 20.0, "reach_km": 60.0}},
}  # fmt: skip


def round_moments() -> tuple[float, float]:
    """Mean in minutes and coefficient of variation of a round: two rides and a door, from the parameters."""
    ride = lognormal_mean(1.0 / 20.0 * 60.0 * 1.5, 0.25)
    door, door_variance = loglogistic_moments(2.8, 8.0)
    mean = 2.0 * ride + door
    variance = 2.0 * ride**2 * (exp(0.25**2) - 1.0) + door_variance
    return mean, variance**0.5 / mean


@pytest.mark.parametrize("load", [0.5, 0.7])
def test_parcels_wait_for_a_courier_as_pollaczek_and_khinchine_say(load: float):
    mean_min, cv = round_moments()
    floor = Floor(calm(delivery=ROUND))
    arrivals = poisson(load / mean_min / MINUTE_S, ORDERS[load])
    floor.courier(until_s=arrivals[-1] * 2.0)
    floor.let_in(arrivals, one_line, floor.stand)
    wait = waits(floor, "ready_at", "dispatched_at")
    agrees(f"M/G/1 at {load}, courier", wait, wait_mg1(load, cv) * mean_min, relative_error=0.08)
    agrees(f"M/G/1 at {load}, courier, share that waits", [one > 0 for one in wait], load, relative_error=0.02)
    # And the other way to utilisation: what the trips took, over the time that the courier was there.
    busy_us = trips_us(floor)
    assert len(busy_us) == len(arrivals)
    by_time = sum(busy_us) / (floor.orders[-1].placed_at - floor.orders[0].placed_at)
    # the mean round is known to cv / √n and the mean gap to 1 / √n: 4 standard errors of their ratio
    assert by_time == pytest.approx(load, rel=4.0 * ((1.0 + cv**2) / len(arrivals)) ** 0.5)


def trips_us(floor: Tiny) -> list[int]:
    began = {fact.trip_id: fact.at for fact in floor.told(TripStarted)}
    return [fact.at - began[fact.trip_id] for fact in floor.told(TripEnded)]


def test_two_couriers_halve_the_work_and_shorten_the_wait_more_than_that():
    mean_min, _ = round_moments()
    arrivals = poisson(0.85 / mean_min / MINUTE_S, 4_000)
    mean_wait = {}
    for couriers in (1, 2):
        floor = Floor(calm(delivery=ROUND))
        for _ in range(couriers):
            floor.courier(until_s=arrivals[-1] * 2.0)
        floor.let_in(arrivals, one_line, floor.stand)
        wait = waits(floor, "ready_at", "dispatched_at")
        mean_wait[couriers] = sum(wait) / len(wait)
    # M/G/2 lies below M/M/2 and above half of M/D/2, which is half of M/M/2 (to a tenth or so at any load)
    assert 0.25 * wait_mmc(2, 0.425) * mean_min < mean_wait[2] < wait_mmc(2, 0.425) * mean_min
    assert mean_wait[2] < 0.25 * mean_wait[1]
