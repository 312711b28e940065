"""Luck, the random streams: every random number belongs to an entity and a purpose.

A draw is a pure function of (seed, purpose, entity, occurrence): who drew before, in which order or at which speed,
changes nothing. One Philox counter generator is re-keyed for every draw (Salmon et al. 2011); only its raw 64-bit
stream counts, since numpy promises that one to be stable, and the transforms to distributions are our own.
"""

from __future__ import annotations

import statistics
from bisect import bisect_right
from enum import IntEnum, unique
from functools import partial
from hashlib import blake2b
from itertools import accumulate
from math import exp, inf, log
from statistics import NormalDist
from struct import Struct
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

T = TypeVar("T")

KEY_TAG = 0x62617A616172  # "bazaar": keeps our streams apart from any other use of the same seed
_TO_UNIT = 2.0**-53
_key = partial(Struct("<QQQ").pack, KEY_TAG)


@unique
class Purpose(IntEnum):
    """What a draw is for. Numbers are part of the seed's meaning: never renumber, only add."""

    NAMES = 1
    PRODUCT = 2
    PROMOTION = 3
    CUSTOMER = 4
    COURIER = 5
    OPENING_CUSTOMER = 6
    ARRIVALS = 10
    VISITOR = 11
    SESSION_STEP = 12
    PAYMENT = 13
    SURGE = 14
    STRANGER_CHANNEL = 15
    ORDER = 20
    PICK = 21
    PACK = 22
    CHANGE_OF_MIND = 23
    LEAD_TIME = 30
    ROSTER = 40
    LEG = 41
    ATTEMPT = 42
    RETRY = 43
    STRIKE = 44
    LOADING = 45
    REVIEW = 50
    RETURN = 51
    RETURN_PART = 52
    REMEMBERED = 53
    REVIEW_TEXT = 54
    WRITING_STYLE = 55
    REVIEW_ANSWER = 56
    ANSWER_TEXT = 57
    PERSON = 58
    COOKIE = 59
    SECOND_ADDRESS = 60
    DESTINATION = 61
    SURVEY = 62


class Luck:
    """The run's source of randomness: `draws` gives uniforms in [0, 1) that belong to one entity and purpose."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._philox = np.random.Philox(key=0)
        # numpy reads the state number by number: from lists that is four times as quick as from its own arrays.
        self._counter = [0, 0, 0, 0]
        self._state: Any = {
            **self._philox.state,
            "state": {"counter": self._counter, "key": [seed, KEY_TAG]},
            "buffer": [0, 0, 0, 0],
            "buffer_pos": 4,  # an empty buffer: the next draw starts at the counter
        }
        self._random: Callable[[int], NDArray[np.float64]] = np.random.Generator(self._philox).random
        if not self._is_as_from_the_stream():
            self._random = self._from_the_stream

    def draws(self, purpose: Purpose, entity: int, occurrence: int = 0, n: int = 8) -> list[float]:
        """Return `n` uniforms in [0, 1); asking for more later only extends the same sequence."""
        counter = self._counter
        counter[1], counter[2], counter[3] = occurrence, entity, purpose
        self._philox.state = self._state
        uniforms: list[float] = self._random(n).tolist()
        return uniforms

    def block(self, purpose: Purpose, entity: int, occurrence: int, n: int) -> bytes:
        """Return the same as they lie in memory (native doubles), for who will take few of many by `struct`.

        To make a Python number of each would cost as much again as to draw them.
        """
        counter = self._counter
        counter[1], counter[2], counter[3] = occurrence, entity, purpose
        self._philox.state = self._state
        return self._random(n).tobytes()

    def digests(self, purpose: Purpose, size: int) -> Callable[[int], bytes]:
        """Return what gives `size` even bytes (64 at most) to an entity, by one BLAKE2b (RFC 7693) of seed and purpose.

        They are for what is asked for at every turn and needs no fine grain: a fifth of the time of ten uniforms.
        """
        begun = blake2b(_key(self.seed, purpose), digest_size=size)  # a copy costs half of what another one would

        def digest(entity: int) -> bytes:
            ours = begun.copy()
            ours.update(entity.to_bytes(8, "little"))
            return ours.digest()

        return digest

    def _from_the_stream(self, n: int) -> NDArray[np.float64]:
        """Return the uniforms by our own transform of the raw stream, which is what they are by definition."""
        return (self._philox.random_raw(n) >> np.uint64(11)).astype(np.float64) * _TO_UNIT

    def _is_as_from_the_stream(self) -> bool:
        """Whether this numpy's Generator makes the same of the stream: it is three times as quick, but no promise."""
        self._philox.state = self._state
        ours = self._from_the_stream(16).tolist()
        self._philox.state = self._state
        return bool(self._random(16).tolist() == ours)


def _looking_twice(p: float, mu: float, sigma: float) -> float:
    return NormalDist(mu, sigma).inv_cdf(p)


# What inv_cdf calls when it has looked at its arguments, which takes as long and no draw needs; but it is no promise.
_inverse_normal: Callable[[float, float, float], float] = getattr(statistics, "_normal_dist_inv_cdf", _looking_twice)


def standard_normal(u: float) -> float:
    """Return the standard normal quantile of u; u = 0 is moved to the smallest uniform above it."""
    return _inverse_normal(u or _TO_UNIT, 0.0, 1.0)


def exponential(u: float, mean: float) -> float:
    """Return an exponential variate with the given mean, in the mean's unit."""
    return -mean * log(1.0 - u)


def lognormal(u: float, median: float, sigma: float) -> float:
    """Return a lognormal variate with the given median; sigma is the standard deviation of its logarithm."""
    return median * exp(sigma * _inverse_normal(u or _TO_UNIT, 0.0, 1.0))


def loglogistic(u: float, median: float, shape: float) -> float:
    """Return a log-logistic variate (stop times): heavier tail than a lognormal, finite mean for shape > 1."""
    return median * exp(log((u or _TO_UNIT) / (1.0 - u)) / shape)


def geometric(u: float, p_more: float, most: int) -> int:
    """Return 1 + the number of successes before the first failure, each with chance `p_more`, capped at `most`."""
    if p_more <= 0.0:
        return 1
    return min(most, 1 + int(log(1.0 - u) / log(p_more)))


def poisson_process(uniforms: Sequence[float], expected: float) -> list[float]:
    """Return the points in [0, 1) of a Poisson process with `expected` points on average, in order.

    The uniforms are turned into exponential gaps until the interval is full. Raises ValueError when they run out
    (`poisson_enough` says how many never do).
    """
    points: list[float] = []
    at = 0.0
    for u in uniforms:
        at -= log(1.0 - u)
        if at >= expected:
            return points
        points.append(at / expected)
    raise ValueError("too few uniforms for the expected number of points")


def poisson_enough(expected: float) -> int:
    """Return a number of uniforms that a Poisson process with `expected` points exceeds less than once in 10^20."""
    return int(expected + 10.0 * expected**0.5 + 50.0)


class Weighted(Generic[T]):
    """A choice among options in proportion to fixed weights, by one uniform (bisection in cumulated weights)."""

    __slots__ = ("_below", "options", "total")

    def __init__(self, options: Sequence[T], weights: Sequence[float]) -> None:
        if len(options) != len(weights) or not options or min(weights) < 0.0 or sum(weights) <= 0.0:
            raise ValueError("a choice needs as many weights as options, none negative and one positive")
        self.options = tuple(options)
        cumulated = list(accumulate(weights))
        self.total = cumulated[-1]
        self._below = [*cumulated[:-1], inf]  # u * total may round up to the total: that is the last option's too

    @classmethod
    def named(cls, weights: Mapping[T, float]) -> Weighted[T]:
        """Return a choice among names; their order in a file or a database must not matter, so they are sorted."""
        return cls(names := sorted(weights, key=str), [weights[name] for name in names])

    def pick(self, u: float) -> T:
        """Return the option that the uniform u in [0, 1) falls on."""
        return self.options[bisect_right(self._below, u * self.total)]
