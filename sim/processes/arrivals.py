"""Sessions arrive: a non-homogeneous Poisson process per city, a quarter of an hour at a time."""

from __future__ import annotations

from itertools import count
from struct import Struct
from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.clock.units import DAY_US, QUARTER_US, WEEK_US
from sim.facts import SessionStarted, ready_made
from sim.luck import Purpose, Weighted, lognormal, poisson_enough, poisson_process
from sim.processes.session import arrive, go_shopping
from sim.shop.cookies import is_signed_in
from sim.shop.dwell import Dwell
from sim.shop.habits import Habits
from sim.shop.ids import STRIDE, city_of
from sim.shop.people import VisitPropensity
from sim.shop.traits import BY_EMAIL
from sim.shop.visit import DRAWS_A_BLOCK, Visit

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence
    from datetime import datetime

    from simpy import Event

    from sim.luck import Luck
    from sim.processes.world import World
    from sim.scenario import Scenario
    from sim.scenario.demand import Demand
    from sim.shop.cookies import Cookie
    from sim.shop.incidents import Incident
    from sim.shop.people import Customer
    from sim.shop.region import AbandonedCart, Region
    from sim.shop.traits import Person

_started = ready_made(SessionStarted)
_TRIES = 8
_EARLIER, _HOW_LONG_AGO, _IN_PRIVATE, _EARLY, _AS_GUEST = range(11, 16)  # the last of its own draws
_OWN_DRAWS, _WHO = 16, 8  # of these the first make a stranger
_ALL_DRAWS = DRAWS_A_BLOCK + _OWN_DRAWS + 3 * _TRIES
_own = Struct(f"={8 * DRAWS_A_BLOCK}x {_OWN_DRAWS}d").unpack_from  # they lie behind those of the first steps
_tries = Struct(f"={8 * (DRAWS_A_BLOCK + _OWN_DRAWS)}x {3 * _TRIES}d").unpack_from  # and these behind them
_who = Struct(f"={8 * DRAWS_A_BLOCK}x {_WHO}d").unpack
_BEFORE_THE_OPENING = 1 << 62  # what the numbers of strangers from then count down from: luck knows none below 0


class ArrivalRate:
    """Expected sessions of one city: base rate x local hour of week x campaigns x growth."""

    def __init__(self, demand: Demand, region: Region, scale: float) -> None:
        self._demand = demand
        self._clock = region.clock
        self._per_day = demand.sessions_per_day * region.city.demand_share * scale
        hours, days = demand.hour_of_day_share, demand.day_of_week_factor
        self._hour = [share / sum(hours) for share in hours]
        self._day = [factor * 7.0 / sum(days) for factor in days]

    def in_quarter(self, start_us: int) -> float:
        """Return the expected sessions of the quarter of an hour that begins at `start_us`."""
        day, hour = divmod(self._clock.hour_of_week(start_us), 24)
        base = self._per_day * self._hour[hour] * self._day[day] / 4.0
        growth = (1.0 + self._demand.growth_percent_per_week / 100.0) ** (start_us / WEEK_US)
        return float(base * growth * self._campaigns(start_us))

    def _campaigns(self, at_us: int) -> float:
        factor = 1.0
        for campaign in self._demand.campaigns:
            if campaign.from_day * DAY_US <= at_us < (campaign.from_day + campaign.days) * DAY_US:
                factor *= campaign.factor
        return factor


class ArrivalMix:
    """What is the same for every arrival: the choice of persona, and what comes of channel and device."""

    def __init__(self, scenario: Scenario) -> None:
        demand, personas = scenario.demand, scenario.funnel.personas
        self.cart_return_share, self.registered_share = demand.cart_return_share, demand.registered_share
        self.propensity = VisitPropensity(demand)
        self._funnel = scenario.funnel
        self._habits: dict[tuple[str, str, str], Habits] = {}
        self._dwell = {device: Dwell(scenario.funnel, device) for device in demand.device_weight}
        self.persona = Weighted.named({name: persona.share_of_visitors for name, persona in personas.items()})

    def habits(self, persona: str, channel: str, device: str) -> Habits:
        """Return the habits of a persona who comes by a channel with a device."""
        known = self._habits.get((persona, channel, device))
        if known is None:
            funnel = self._funnel
            eagerness = funnel.channel_eagerness[channel] * funnel.device_eagerness[device]
            known = Habits(funnel.personas[persona], funnel, eagerness, self._dwell[device])
            self._habits[persona, channel, device] = known
        return known


def arrivals(world: World, region: Region, mix: ArrivalMix) -> Generator[Event, None, None]:
    """Let sessions arrive in a city for ever.

    The arrivals of a quarter are a pure function of (seed, city, quarter), so that going on in the middle of one
    needs no memory: those until now are left out.
    """
    env, luck, resumed_at = world.env, world.luck, world.resumed_at
    rate = ArrivalRate(world.scenario.demand, region, world.scale)
    for quarter, start in quarters_from(env.now, world.epoch):
        if start > env.now:  # a quarter that nobody comes in must let time go on too
            yield env.until(start, Turn.ARRIVAL, region.city.city_id)
        expected = rate.in_quarter(start)
        if expected > 0.0:
            uniforms = luck.draws(Purpose.ARRIVALS, region.city.city_id, quarter, poisson_enough(expected))
            for point in poisson_process(uniforms, expected):
                at = start + int(point * QUARTER_US)
                if at > resumed_at:
                    yield env.until(at, Turn.ARRIVAL, region.city.city_id)
                    begin_session(world, region, mix)


def quarters_from(at_us: int, epoch: datetime) -> Iterator[tuple[int, int]]:
    """Yield number and beginning of the quarter of an hour that an instant lies in, and of all that follow.

    Quarters are those of the wall clock.
    """
    phase = round(epoch.timestamp() * 1_000_000) % QUARTER_US
    for quarter in count((at_us + phase) // QUARTER_US):
        yield quarter, quarter * QUARTER_US - phase


def surge(world: World, region: Region, mix: ArrivalMix, incident: Incident) -> Generator[Event, None, None]:
    """Let more sessions arrive in a city while an incident acts, beside those that arrive anyway.

    They are a process of their own with luck of their own, so that those who would have come anyway still come when
    they would have, and that an incident may begin and end within a quarter: what lies outside is left out.
    """
    env, city_id = world.env, region.city.city_id
    rate, more = ArrivalRate(world.scenario.demand, region, world.scale), (incident.strength or 1.0) - 1.0
    turn = incident.incident_id * 100 + city_id
    for quarter, start in quarters_from(env.now, world.epoch):
        if start > incident.ends_at:
            return
        if start > env.now:
            yield env.until(start, Turn.SURGE, turn)
        expected = rate.in_quarter(start) * more
        if expected <= 0.0:
            continue
        uniforms = world.luck.draws(Purpose.SURGE, turn, quarter, poisson_enough(expected))
        for point in poisson_process(uniforms, expected):
            at = start + int(point * QUARTER_US)
            if at > max(incident.began_at, world.resumed_at) and at <= incident.ends_at:
                yield env.until(at, Turn.SURGE, turn)
                if at <= incident.ends_at:  # it may have been ended meanwhile
                    begin_session(world, region, mix)


def begin_session(world: World, region: Region, mix: ArrivalMix) -> None:
    """Say who comes: back to an old cart, a registered customer, or somebody new."""
    now = world.env.now
    session_id = region.ids.next("session")
    u, steps = visitor_draws(world.luck, session_id)
    abandoned_cart: AbandonedCart | None = None
    customer: Customer | None = None
    if u[0] < mix.cart_return_share:
        abandoned_cart = _returning(world, region, u[3])
        customer = abandoned_cart.customer if abandoned_cart else None
    elif u[0] < mix.cart_return_share + mix.registered_share:
        customer = region.sample_customer(_tries(steps), now, mix.propensity)
    person = world.person(customer) if customer else _stranger(world, region, mix, session_id, u)
    device = person.device(u[9], u[2])
    cookie = cookie_of(world, person.key, device, now, session_id, u)
    reminded = abandoned_cart is not None and u[8] < world.scenario.demand.cart_return_by_email
    channel = BY_EMAIL if reminded else _channel(world, session_id, person, device, u, known=customer is not None)
    habits = mix.habits(person.persona, channel, device)
    visit = new_visit(world, region, session_id, customer, person, habits, cookie, u, steps)
    visit.known = customer is not None and is_signed_in(customer, cookie)
    customer_id = customer.customer_id if customer and visit.known else None
    city_id, warehouse_id, visitor_id = region.city.city_id, visit.warehouse.warehouse_id, cookie.visitor_id
    world.tell(_started((session_id, visitor_id, customer_id, city_id, warehouse_id, channel, device, now)))
    enter(visit)
    arrive(world, visit, abandoned_cart, by_link=channel == BY_EMAIL)
    go_shopping(world, visit)


def enter(visit: Visit) -> None:
    """Let nobody else be who is in this session now."""
    if visit.customer is not None:
        visit.customer.in_session = True
    else:
        visit.region.strangers_here.add(visit.person.key)


def visitor_draws(luck: Luck, session_id: int) -> tuple[Sequence[float], bytes]:
    """Return the uniforms of a session that say who comes, and those of the first steps (and more behind them).

    Nobody does without either, and to draw more at once costs next to nothing.
    """
    block = luck.block(Purpose.VISITOR, session_id, 0, _ALL_DRAWS)
    return _own(block), block


def _stranger(world: World, region: Region, mix: ArrivalMix, session_id: int, u: Sequence[float]) -> Person:
    """Return who comes that is no customer: somebody of earlier days, unless they are one by now, or somebody new."""
    if u[_EARLIER] < world.scenario.identity.stranger_returns:
        person = earlier_stranger(world, region, mix, session_id, u)
        if region.may_come_as_a_stranger(person.key):
            return person
    return new_stranger(world, region, mix, u)


def new_stranger(world: World, region: Region, mix: ArrivalMix, u: Sequence[float]) -> Person:
    """Return somebody with persona and home from the luck of the session that is their first."""
    return world.traits.person(mix.persona.pick(u[4]), region.home(u[5], u[6], u[7]))


def earlier_stranger(world: World, region: Region, mix: ArrivalMix, session_id: int, u: Sequence[float]) -> Person:
    """Return somebody of the kind that comes again, from so many sessions ago: whom that one would have brought new.

    So nothing has to be remembered of strangers, those of the time before the opening neither.
    """
    identity = world.scenario.identity
    days = lognormal(u[_HOW_LONG_AGO], identity.stranger_returns_days, identity.stranger_returns_sigma)
    a_day = world.scenario.demand.sessions_per_day * region.city.demand_share * world.scale
    number = session_id // STRIDE - max(1, round(days * a_day))
    number -= number % identity.one_stranger_returns_in
    first_session_id = (number if number > 0 else number + _BEFORE_THE_OPENING // STRIDE) * STRIDE + region.city.city_id
    u_then = _who(world.luck.block(Purpose.VISITOR, first_session_id, 0, DRAWS_A_BLOCK + _WHO))
    return new_stranger(world, region, mix, u_then)


def cookie_of(world: World, home: int, device: str, at_us: int, session_id: int, u: Sequence[float]) -> Cookie:
    """Return the cookie that somebody's session has, which begins at an instant."""
    if u[_IN_PRIVATE] < world.scenario.identity.private_window:
        return world.cookies.of_window(home, device, session_id)
    return world.cookies.of(home, device, at_us, city_of(session_id))


def new_visit(
    world: World,
    region: Region,
    session_id: int,
    customer: Customer | None,
    person: Person,
    habits: Habits,
    cookie: Cookie,
    u: Sequence[float],
    steps: bytes,
) -> Visit:
    """Return a session at its beginning; `steps` are the uniforms of its first steps."""
    warehouse = region.nearest_warehouse(*person.home) if customer is None else region.warehouse_of(customer)
    return Visit(
        session_id, customer, person, habits, region, warehouse, world.luck, steps, cookie, u[_EARLY], u[_AS_GUEST]
    )


def _channel(world: World, session_id: int, person: Person, device: str, u: Sequence[float], *, known: bool) -> str:
    """Return how somebody comes; only who is known gets e-mail, others of whom it would be come another way."""
    channel = person.channel(device, u[10], u[1])
    if channel == BY_EMAIL and not known:
        (u_other,) = world.luck.draws(Purpose.STRANGER_CHANNEL, session_id, n=1)
        return person.channel_of_strangers(device, u_other)
    return channel


def _returning(world: World, region: Region, u: float) -> AbandonedCart | None:
    region.drop_old_carts(world.env.now, world.scenario)
    carts = region.abandoned_carts
    if not carts:
        return None
    position = min(len(carts) - 1, int(u * len(carts)))
    if carts[position].customer.in_session:
        return None
    cart = carts[position]
    del carts[position]
    return cart
