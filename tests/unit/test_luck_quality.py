"""Luck is even and independent along every part of its key: seed, purpose, entity, occurrence, place in the sequence.

Every test could fail: its bound is what a good source exceeds less than once in ten thousand runs (with Bonferroni's
correction where there are many), and a counter, a weak mix or a reused key exceeds it by far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean
from struct import iter_unpack

import pytest
from scipy.stats import chi2, norm

from sim.luck import Luck, Purpose

MANY = 20_000
P = 1e-4
BITS = 16

Along = Callable[[], Sequence[float]]


def _digests(seeds: range, entities: range, words: int) -> list[float]:
    """Return even numbers of 16 bits of digests."""
    digests = b"".join(
        digest(entity)
        for digest in (Luck(seed).digests(Purpose.PERSON, 2 * words) for seed in seeds)
        for entity in entities
    )
    return [word / 65_536 for (word,) in iter_unpack("<H", digests)]


ALONG: dict[str, Along] = {
    "seed": lambda: [Luck(seed).draws(Purpose.ORDER, 7, n=1)[0] for seed in range(2_000)],
    "entity": lambda: [Luck(1).draws(Purpose.ORDER, entity, n=1)[0] for entity in range(MANY)],
    "entity by hundreds": lambda: [Luck(1).draws(Purpose.ORDER, 100 * entity + 1, n=1)[0] for entity in range(MANY)],
    "occurrence": lambda: [Luck(1).draws(Purpose.ORDER, 7, at, 1)[0] for at in range(MANY)],
    "place": lambda: Luck(1).draws(Purpose.ORDER, 7, n=MANY),
    "purpose": lambda: [Luck(1).draws(purpose, entity, n=1)[0] for entity in range(800) for purpose in Purpose],
    "digest, entity": lambda: _digests(range(1, 2), range(MANY), 1),
    "digest, seed": lambda: _digests(range(2_000), range(7, 8), 1),
    "digest, place": lambda: _digests(range(1, 2), range(2_000), 10),
}


@pytest.fixture(scope="module", params=list(ALONG))
def sample(request: pytest.FixtureRequest) -> Sequence[float]:
    return ALONG[request.param]()


def test_it_fills_the_unit_interval_evenly(sample):
    bins = 50
    assert _chi_square([int(u * bins) for u in sample], [1.0 / bins] * bins) < chi2.isf(P, bins - 1)


@pytest.mark.parametrize("lag", [1, 2, 7])
def test_what_follows_does_not_depend_on_what_came_before(sample, lag):
    products = [(a - 0.5) * (b - 0.5) * 12.0 for a, b in zip(sample, sample[lag:], strict=False)]
    assert abs(fmean(products)) * sqrt(len(products)) < norm.isf(P / 2)


def test_pairs_fill_the_unit_square_evenly(sample):
    side = 10
    cells = [int(a * side) * side + int(b * side) for a, b in pairwise(sample)][::2]
    assert _chi_square(cells, [1.0 / side**2] * side**2) < chi2.isf(P, side**2 - 1)


def test_every_bit_is_set_half_the_time(sample):
    numbers = [int(u * 2**BITS) for u in sample]
    for bit in range(BITS):
        share = fmean(number >> bit & 1 for number in numbers)
        assert abs(share - 0.5) * 2.0 * sqrt(len(numbers)) < norm.isf(P / 2 / BITS)


def test_gaps_between_small_ones_are_geometric(sample):
    small, longest = 0.1, 40
    places = [place for place, u in enumerate(sample) if u < small]
    gaps = [min(longest, after - before - 1) for before, after in pairwise(places)]
    shares = [small * (1.0 - small) ** gap for gap in range(longest)]
    assert _chi_square(gaps, [*shares, 1.0 - sum(shares)]) < chi2.isf(P, longest)


def test_a_counter_would_be_found_out():
    with pytest.raises(AssertionError):
        test_what_follows_does_not_depend_on_what_came_before([at / MANY for at in range(MANY)], 1)
    with pytest.raises(AssertionError):
        test_gaps_between_small_ones_are_geometric([at * 0.618033988749895 % 1.0 for at in range(MANY)])


def test_digests_are_those_of_another_program():
    """`b2sum -l 112` of coreutils over the tag "bazaar", the seed 20260105, the purpose 58 and the entity 7."""
    expected = bytes.fromhex("4ee0542fbb44603441765fcc4f6c")
    assert Luck(20260105).digests(Purpose.PERSON, 14)(7) == expected
    assert Luck(20260106).digests(Purpose.PERSON, 14)(7) != expected
    assert Luck(20260105).digests(Purpose.PERSON, 14)(8) != expected
    assert Luck(20260105).digests(Purpose.ORDER, 14)(7) != expected


def _chi_square(cells: Sequence[int], shares: Sequence[float]) -> float:
    counts = [0] * len(shares)
    for cell in cells:
        counts[cell] += 1
    return sum(
        (count - len(cells) * share) ** 2 / (len(cells) * share) for count, share in zip(counts, shares, strict=True)
    )
