"""Traits: what a person keeps from visit to visit.

They are a pure function of the seed and of the person's home, which a stranger has from the first visit on and keeps
as a customer; so nothing of them needs a column to go on from, and the first order is like those that follow.
"""

from __future__ import annotations

from math import cos, exp, pi
from statistics import NormalDist
from struct import Struct
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.luck import Purpose, Weighted
from sim.shop.people import activity_by
from sim.shop.quality import appeals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.luck import Luck
    from sim.scenario import Scenario
    from sim.scenario.funnel import Persona
    from sim.shop.catalogue import Catalogue

HOURS_A_CLASS = 4
CLASSES_OF_HOURS = 24 // HOURS_A_CLASS
BY_EMAIL = "email"

_numbers = Struct("<5H4B").unpack  # what is chosen by weights is finer than what has 256 levels
_DEVICE, _CHANNEL, _METHOD, _CATEGORY, _ABSENCE, _PRICE, _BASKET, _UNITS, _PACE = range(9)
_SIZE = 14
_WORD = 1 << 16
LEVELS = 256
NORMAL = [NormalDist().inv_cdf((level + 0.5) / LEVELS) for level in range(LEVELS)]


def home_key(latitude: float, longitude: float) -> int:
    """Return the number of a home, whose degrees are rounded to six decimals: no two places share one."""
    return (round(latitude * 1e6) + 90_000_000) * 360_000_001 + round(longitude * 1e6) + 180_000_000


class Person:
    """A person's traits; factors are relative to the scenario's and to the persona's own.

    `taste` is by product: the factor on the odds of adding it that its appeal makes to all, and to the person what it
    costs, dear or cheap.
    """

    __slots__ = ("_mix", "_numbers", "home", "key", "pace", "persona", "taste")

    def __init__(self, persona: str, home: tuple[float, float], key: int, digest: bytes, mix: TraitMix) -> None:
        """`digest` is the person's luck, `key` the number of the home."""
        self.persona = persona
        self.home = home
        self.key = key
        self._mix = mix
        self._numbers: tuple[int, ...] = (numbers := _numbers(digest))
        self.taste = mix.taste[numbers[_PRICE]] or mix.taste_of(numbers[_PRICE])
        self.pace = mix.pace[numbers[_PACE]]  # these two are asked for at every step, the others now and then

    def device(self, u_habit: float, u: float) -> str:
        """Return what they come with this time."""
        mix = self._mix
        return self.usual_device if u_habit < mix.device_habit else mix.device[self.persona].pick(u)

    @property
    def usual_device(self) -> str:
        """What they come with by habit."""
        return self._mix.device[self.persona].pick(self._numbers[_DEVICE] / _WORD)

    def channel(self, device: str, u_habit: float, u: float) -> str:
        """Return how they come this time, with that device."""
        habitual = u_habit < self._mix.channel_habit
        return self.usual_channel(device) if habitual else self._mix.channel[self.persona, device].pick(u)

    def usual_channel(self, device: str) -> str:
        """Return how they come by habit, with that device."""
        return self._mix.channel[self.persona, device].pick(self._numbers[_CHANNEL] / _WORD)

    def channel_of_strangers(self, device: str, u: float) -> str:
        """Return how they come if e-mail is no way."""
        return self._mix.channel_of_strangers[self.persona, device].pick(u)

    def method(self, u_habit: float, u: float) -> str:
        """Return how they pay this time."""
        return self.usual_method if u_habit < self._mix.method_habit else self._mix.method.pick(u)

    @property
    def usual_method(self) -> str:
        """How they pay by habit."""
        return self._mix.method.pick(self._numbers[_METHOD] / _WORD)

    @property
    def category_id(self) -> int:
        """The favourite category."""
        return self._mix.category.pick(self._numbers[_CATEGORY] / _WORD)

    @property
    def absence(self) -> float:
        """How often they are out when a courier rings, over what is usual."""
        return self._mix.absence[self._numbers[_ABSENCE] * LEVELS // _WORD]

    @property
    def price_taste(self) -> float:
        """How they like dear goods: the power of a price, over the usual one, in the odds of adding its product."""
        return self._mix.price_taste_of(self._numbers[_PRICE])

    @property
    def basket(self) -> float:
        """How readily they add one thing to another, over what is usual."""
        return self._mix.basket[self._numbers[_BASKET]]

    @property
    def units(self) -> float:
        """How readily they take one more of the same, over what is usual."""
        return self._mix.units[self._numbers[_UNITS]]


class Rhythm(NamedTuple):
    """How often a customer visits, and in which hours of the day, for life."""

    activity: float
    hours: int


class TraitMix:
    """How traits are spread among people, by persona; makes a person of a home."""

    def __init__(self, luck: Luck, scenario: Scenario, catalogue: Catalogue) -> None:
        traits, personas = scenario.traits, scenario.funnel.personas
        self._digest = luck.digests(Purpose.PERSON, _SIZE)
        self._scenario = scenario
        self.device_habit, self.channel_habit = traits.device_habit, traits.channel_habit
        self.method_habit, self.category_habit = traits.method_habit, traits.category_habit
        self.device = {
            name: Weighted.named(_times(scenario.demand.device_weight, persona.device_factor))
            for name, persona in personas.items()
        }
        self.channel, self.channel_of_strangers = {}, {}
        for name, persona in personas.items():
            for device in scenario.demand.device_weight:
                weights = _channels(scenario, persona, device)
                others = {channel: weight for channel, weight in weights.items() if channel != BY_EMAIL}
                self.channel[name, device] = Weighted.named(weights)
                self.channel_of_strangers[name, device] = Weighted.named(
                    others if any(others.values()) else {"direct": 1.0}
                )
        self.method = Weighted.named(scenario.payment.method_weight)
        self.category = Weighted(*_popularity(catalogue))
        self._hours = class_of_hours(scenario.demand.hour_of_day_share)
        self.taste: list[list[float]] = [[] for _ in NORMAL]  # of each level by product id, when one is met
        self._price_taste_sigma = spread = traits.price_taste_sigma
        self._dearness = [0.0, *(product.dearness for product in catalogue.products)]
        self.appeal = [0.0, *appeals(luck, scenario.products, catalogue.products)]
        self._dearness_evened = [(spread * x) ** 2 / 2.0 for x in self._dearness]
        self.basket = _around_1(traits.basket_sigma)
        self.units = _around_1(traits.units_sigma)
        self.pace = [exp(traits.pace_sigma * z) for z in NORMAL]
        self.absence = _around_1(traits.absence_sigma)

    def person(self, persona: str, home: tuple[float, float]) -> Person:
        """Return who of that persona lives there (degrees)."""
        key = home_key(*home)
        return Person(persona, home, key, self._digest(key), self)

    def rhythm(self, persona: str, u: Sequence[float]) -> Rhythm:
        """Return when a customer comes who draws these uniforms (Purpose.CUSTOMER, two of them)."""
        return Rhythm(activity_by(u, persona, self._scenario), self._hours.pick(u[1]))

    def price_taste_of(self, level: int) -> float:
        """Return a level of liking for dear goods."""
        return self._price_taste_sigma * NORMAL[level]

    def taste_of(self, level: int) -> list[float]:
        """Return by product what a level of liking for dear goods does to the odds of adding it.

        That is the product's appeal times exp(z x - s^2 x^2 / 2), with x the logarithm of the price over the usual one,
        z the person's own normal with standard deviation s: by all people together a product is added as often as its
        appeal to all says.
        """
        z = self.price_taste_of(level)
        self.taste[level] = taste = [
            appeal * exp(z * x - evened)
            for appeal, x, evened in zip(self.appeal, self._dearness, self._dearness_evened, strict=True)
        ]
        return taste


def class_of_hours(share: Sequence[float]) -> Weighted[int]:
    """Return the choice of the hours that somebody is active in: 0 is about 02:00, 1 about 06:00 and so on.

    `share` is of sessions by local hour; the more come at an hour, the more keep to it.
    """
    return Weighted(
        range(CLASSES_OF_HOURS), [sum(share[at : at + HOURS_A_CLASS]) for at in range(0, 24, HOURS_A_CLASS)]
    )


def middle_hour(hours: int) -> int:
    """Return the local hour about which a class of hours is most active."""
    return HOURS_A_CLASS * hours + HOURS_A_CLASS // 2


def activity_by_hour(concentration: float) -> list[list[float]]:
    """Return by local hour how active each class is: exp(kappa cos(angle between the hour and the class's middle))."""
    middles = [HOURS_A_CLASS * (number + 0.5) for number in range(CLASSES_OF_HOURS)]
    return [
        [exp(concentration * cos(2.0 * pi * (hour + 0.5 - middle) / 24.0)) for middle in middles] for hour in range(24)
    ]


def _channels(scenario: Scenario, persona: Persona, device: str) -> dict[str, float]:
    on_device = scenario.traits.channel_factor_by_device[device]  # type: ignore[index]
    return _times(_times(scenario.demand.channel_weight, persona.channel_factor), on_device)


def _times(weights: Mapping[str, float], factors: Mapping[Any, float]) -> dict[str, float]:
    product = {name: weight * factors[name] for name, weight in weights.items()}
    return product if any(product.values()) else dict(weights)


def _popularity(catalogue: Catalogue) -> tuple[list[int], list[float]]:
    share: dict[int, float] = {}
    for product in catalogue.products:
        share[product.category_id] = share.get(product.category_id, 0.0) + product.popularity
    return list(sorted_ids := sorted(share)), [share[category_id] for category_id in sorted_ids]


def _around_1(sigma: float) -> list[float]:
    """Return the quantiles of a lognormal of mean 1."""
    return [exp(sigma * z - sigma * sigma / 2.0) for z in NORMAL]
