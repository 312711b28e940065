"""A single desk: the shop's own Station in a ShopEnvironment, fed with Poisson arrivals, watched from outside."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from math import inf

from simpy import Event

from sim.clock.environment import ShopEnvironment, Turn
from sim.clock.units import MINUTE_US
from sim.luck import Luck, Purpose, exponential
from sim.scenario.warehouse import Warehouse
from sim.shop.service import service_us
from sim.shop.station import Station

MEAN_SERVICE_US = MINUTE_US


@dataclass
class Desk:
    """What was seen of the customers of a desk: by customer and as integrals over time, all in µs."""

    people: int
    arrived: list[int]
    waited: list[int] = field(default_factory=list)
    served: list[int] = field(default_factory=list)
    queue_area: int = 0  # integral of the number waiting
    busy_area: int = 0  # integral of the number of people at work
    ended: int = 0


class _Always:
    """The same number of people at any time."""

    def __init__(self, people: int) -> None:
        self._people = people

    def on_duty(self, at_us: int) -> int:  # noqa: ARG002 - it never changes
        return self._people

    def next_change(self, at_us: int) -> int:  # noqa: ARG002 - it never comes
        raise AssertionError("nobody asks for a change that never comes")


def observe(load: float, people: int, customers: int, *, shape: str = "exponential", seed: int = 1) -> Desk:
    """Let customers arrive at `load` per person and mean service time, in the order of arrival, and watch them all.

    Arrivals and service times belong to the customers: they are the same for any number of people that shares a work
    load of `load * people`.
    """
    luck, env = Luck(seed), ShopEnvironment()
    posts = Warehouse.model_validate({"service_distribution": shape})
    gaps = luck.draws(Purpose.ARRIVALS, 1, n=customers)
    arrived = [round(at) for at in accumulate(exponential(u, MEAN_SERVICE_US / (load * people)) for u in gaps)]
    service = [service_us(posts, MEAN_SERVICE_US / 1e6, u) for u in luck.draws(Purpose.PICK, 1, n=customers)]
    return _let_in(env, people, arrived, service)


def served_by(people: int, like: Desk) -> Desk:
    """Let the same customers, who arrive at the same instants, be served by another number of people."""
    return _let_in(ShopEnvironment(), people, like.arrived, like.served)


def _let_in(env: ShopEnvironment, people: int, arrived: list[int], service: list[int]) -> Desk:
    station = Station(_Always(people), by_promise=False)
    seen = Desk(people, arrived, [0] * len(arrived), service)

    def customer(number: int) -> Iterator[Event]:
        turn = env.event()
        station.enqueue(number, 0, env.now, turn.succeed)
        station.assign(env.now)
        yield turn
        began = env.now
        seen.waited[number] = began - arrived[number]
        yield env.until(began + service[number], Turn.PICK, number)
        station.done(env.now)

    def door() -> Iterator[Event]:
        for number, at in enumerate(arrived):
            yield env.until(at, Turn.ARRIVAL, 1)
            env.process(customer(number))  # type: ignore[arg-type]

    last = (0, 0, 0)  # instant, waiting and busy since then

    def look() -> bool:
        nonlocal last
        since, waiting, busy = last
        seen.queue_area += waiting * (env.now - since)
        seen.busy_area += busy * (env.now - since)
        last = (env.now, station.waiting, station.busy)
        return False

    env.process(door())  # type: ignore[arg-type]
    while env.peek() != inf:
        env.run_through(int(env.peek()), look)
    seen.ended = env.now
    return seen
