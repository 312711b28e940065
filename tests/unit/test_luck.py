"""Luck: draws belong to an entity and a purpose, and the transforms have the moments they claim."""

from __future__ import annotations

from hashlib import blake2b
from itertools import pairwise
from math import log, pi, sin
from statistics import NormalDist, fmean, pstdev, pvariance
from struct import pack, unpack

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.luck import (
    KEY_TAG,
    Luck,
    Purpose,
    Weighted,
    exponential,
    geometric,
    loglogistic,
    lognormal,
    poisson_enough,
    poisson_process,
    standard_normal,
)

MANY = 40_000
SMALLEST, LARGEST = 0.0, 1.0 - 2.0**-53

grid = st.integers(0, 2**53 - 1).map(lambda n: n * 2.0**-53)  # what `draws` can give
seeds = st.integers(0, 2**63 - 1)
keys = st.tuples(
    st.sampled_from(Purpose),
    st.integers(0, 2**63 - 1),
    st.integers(0, 2**63 - 1),
    st.integers(min_value=1, max_value=40),
)


@pytest.fixture(scope="module")
def uniforms() -> list[float]:
    return Luck(20260105).draws(Purpose.ORDER, 7, n=MANY)


# --- draws -----------------------------------------------------------------------------------------------------------


@given(seed=seeds, wanted=st.lists(keys, min_size=1, max_size=12), shuffled=st.randoms(use_true_random=False))
def test_draws_do_not_depend_on_what_was_drawn_before(seed, wanted, shuffled):
    one, other = Luck(seed), Luck(seed)
    in_order = {key: one.draws(*key) for key in wanted}
    shuffled.shuffle(wanted)
    assert {key: other.draws(*key) for key in wanted} == in_order


@given(seed=seeds, key=keys, more=st.integers(1, 60))
def test_asking_for_more_extends_the_same_sequence(seed, key, more):
    luck = Luck(seed)
    purpose, entity, occurrence, n = key
    first = luck.draws(purpose, entity, occurrence, n)
    assert luck.draws(purpose, entity, occurrence, n + more)[:n] == first


@given(seed=seeds, key=keys)
def test_a_block_holds_the_same_uniforms(seed, key):
    luck = Luck(seed)
    assert list(unpack(f"={key[3]}d", luck.block(*key))) == luck.draws(*key)


@given(seed=seeds, entities=st.lists(st.integers(0, 2**63 - 1), min_size=1, max_size=3), size=st.integers(1, 64))
def test_digests_are_one_blake2b_of_seed_purpose_and_entity(seed, entities, size):
    digest = Luck(seed).digests(Purpose.PERSON, size)
    for entity in entities:  # whoever was asked for before
        whole = pack("<QQQQ", KEY_TAG, seed, Purpose.PERSON, entity)
        assert digest(entity) == blake2b(whole, digest_size=size).digest()


def test_a_numpy_that_makes_other_uniforms_of_the_stream_is_not_relied_upon(monkeypatch):
    expected = Luck(7).draws(Purpose.ORDER, 101, n=20)

    class Other:
        def __init__(self, philox):
            self._philox = philox

        def random(self, n):
            return 1.0 - (self._philox.random_raw(n) >> np.uint64(11)) * 2.0**-53

    monkeypatch.setattr(np.random, "Generator", Other)
    assert Luck(7).draws(Purpose.ORDER, 101, n=20) == expected


@given(seed=seeds, key=keys)
def test_draws_lie_in_the_unit_interval(seed, key):
    assert all(0.0 <= u < 1.0 for u in Luck(seed).draws(*key))


@given(seed=st.integers(0, 2**63 - 2), entity=st.integers(0, 2**63 - 2), occurrence=st.integers(0, 2**63 - 2))
def test_each_part_of_the_key_matters(seed, entity, occurrence):
    luck = Luck(seed)
    draws = {
        tuple(luck.draws(Purpose.PICK, entity, occurrence)),
        tuple(luck.draws(Purpose.PACK, entity, occurrence)),
        tuple(luck.draws(Purpose.PICK, entity + 1, occurrence)),
        tuple(luck.draws(Purpose.PICK, entity, occurrence + 1)),
        tuple(Luck(seed + 1).draws(Purpose.PICK, entity, occurrence)),
    }
    assert len(draws) == 5


@pytest.mark.parametrize("bit", [0, 31, 32, 62])
def test_every_bit_of_seed_entity_and_occurrence_counts(bit):
    far = 1 << bit
    usual = Luck(0).draws(Purpose.PICK, 0, 0)
    assert Luck(far).draws(Purpose.PICK, 0, 0) != usual
    assert Luck(0).draws(Purpose.PICK, far, 0) != usual
    assert Luck(0).draws(Purpose.PICK, 0, far) != usual


def test_entity_and_occurrence_are_not_interchangeable():
    luck = Luck(1)
    assert luck.draws(Purpose.PICK, 2, 3) != luck.draws(Purpose.PICK, 3, 2)


def test_the_stream_is_that_of_philox_4x64_keyed_by_seed(uniforms):
    """Ten rounds written out from the paper (Salmon et al. 2011): no later numpy may change the shop."""

    def philox(counter: list[int], key: list[int]) -> list[int]:
        word = 2**64
        for _ in range(10):
            high_0, low_0 = divmod(0xD2E7470EE14C6C93 * counter[0], word)
            high_1, low_1 = divmod(0xCA5A826395121157 * counter[2], word)
            counter = [high_1 ^ counter[1] ^ key[0], low_1, high_0 ^ counter[3] ^ key[1], low_0]
            key = [(key[0] + 0x9E3779B97F4A7C15) % word, (key[1] + 0xBB67AE8584CAA73B) % word]
        return counter

    blocks = [philox([1 + block, 0, 7, Purpose.ORDER], [20260105, 0x62617A616172]) for block in range(3)]
    assert uniforms[:12] == [(word >> 11) / 2**53 for block in blocks for word in block]


def test_draws_are_uniform_within_and_across_entities(uniforms):
    luck = Luck(3)
    across = [luck.draws(Purpose.VISITOR, entity, n=1)[0] for entity in range(MANY)]
    for sample in (uniforms, across):
        counts = [0] * 20
        for u in sample:
            counts[int(u * 20)] += 1
        chi_square = sum((count - MANY / 20) ** 2 / (MANY / 20) for count in counts)
        assert chi_square < 43.8  # 19 degrees of freedom: p > 0.001


def test_neighbouring_entities_are_uncorrelated():
    luck = Luck(3)
    across = [luck.draws(Purpose.VISITOR, entity, n=1)[0] - 0.5 for entity in range(MANY)]
    correlation = 12.0 * fmean(a * b for a, b in pairwise(across))
    assert abs(correlation) < 4.0 / MANY**0.5


# --- transforms: tolerances are 4 standard errors of the estimate -----------------------------------------------------


@given(u=grid.filter(bool))
def test_a_standard_normal_is_the_very_quantile(u):
    assert standard_normal(u) == NormalDist().inv_cdf(u)


def test_standard_normal_has_mean_0_and_deviation_1(uniforms):
    normals = [standard_normal(u) for u in uniforms]
    assert abs(fmean(normals)) < 4.0 / MANY**0.5
    assert abs(pstdev(normals) - 1.0) < 4.0 / (2 * MANY) ** 0.5


def test_exponential_has_its_mean_and_as_large_a_deviation(uniforms):
    waits = [exponential(u, 7.5) for u in uniforms]
    assert abs(fmean(waits) / 7.5 - 1.0) < 4.0 / MANY**0.5
    assert abs(pstdev(waits) / 7.5 - 1.0) < 4.0 * (2.0 / MANY) ** 0.5


def test_lognormal_has_its_median_and_sigma(uniforms):
    logs = [log(lognormal(u, 30.0, 0.75)) for u in uniforms]
    assert abs(fmean(logs) - log(30.0)) < 4.0 * 0.75 / MANY**0.5
    assert abs(pstdev(logs) - 0.75) < 4.0 * 0.75 / (2 * MANY) ** 0.5
    assert lognormal(0.5, 30.0, 0.75) == pytest.approx(30.0)


def test_loglogistic_has_its_median_and_mean(uniforms):
    stops = [loglogistic(u, 150.0, 5.0) for u in uniforms]
    mean = 150.0 * (pi / 5.0) / sin(pi / 5.0)
    second_moment = 150.0**2 * (2 * pi / 5.0) / sin(2 * pi / 5.0)
    deviation = (second_moment - mean * mean) ** 0.5
    assert loglogistic(0.5, 150.0, 5.0) == pytest.approx(150.0)
    assert abs(fmean(stops) - mean) < 4.0 * deviation / MANY**0.5


def test_geometric_has_its_shares(uniforms):
    counts = [geometric(u, 0.4, 50) for u in uniforms]
    for n in (1, 2, 3, 4):
        share = 0.6 * 0.4 ** (n - 1)
        assert abs(counts.count(n) / MANY - share) < 4.0 * (share * (1.0 - share) / MANY) ** 0.5


@given(u=grid, p_more=st.floats(0.0, 0.99), most=st.integers(1, 30))
def test_geometric_stays_between_1_and_its_cap(u, p_more, most):
    assert 1 <= geometric(u, p_more, most) <= most


@pytest.mark.parametrize("u", [SMALLEST, LARGEST])
def test_transforms_are_finite_at_the_ends(u):
    variates = [standard_normal(u), exponential(u, 1.0), lognormal(u, 1.0, 1.0), loglogistic(u, 1.0, 3.0)]
    assert all(abs(variate) < 1e16 for variate in variates)
    assert all(variate >= 0.0 for variate in variates[1:])


@given(low=grid, high=grid)
def test_transforms_keep_the_order_of_uniforms(low, high):
    low, high = min(low, high), max(low, high)
    assert exponential(low, 3.0) <= exponential(high, 3.0)
    assert lognormal(low, 3.0, 0.5) <= lognormal(high, 3.0, 0.5)
    assert loglogistic(low, 3.0, 2.0) <= loglogistic(high, 3.0, 2.0)
    assert geometric(low, 0.5, 99) <= geometric(high, 0.5, 99)


# --- arrivals --------------------------------------------------------------------------------------------------------


@settings(max_examples=50)
@given(seed=seeds, expected=st.floats(0.01, 300.0))
def test_poisson_points_are_in_order_within_the_interval(seed, expected):
    points = poisson_process(Luck(seed).draws(Purpose.ARRIVALS, 1, n=poisson_enough(expected)), expected)
    assert points == sorted(points)
    assert all(0.0 <= point < 1.0 for point in points)


@pytest.mark.parametrize("expected", [0.5, 5.0, 60.0])
def test_poisson_counts_have_mean_and_variance_alike(expected):
    luck, hours = Luck(11), 4000
    enough = poisson_enough(expected)
    counts = [len(poisson_process(luck.draws(Purpose.ARRIVALS, 1, h, enough), expected)) for h in range(hours)]
    dispersion = pvariance(counts) / fmean(counts)
    assert abs(fmean(counts) - expected) < 4.0 * (expected / hours) ** 0.5
    assert abs(dispersion - 1.0) < 4.0 * ((2.0 + 1.0 / expected) / hours) ** 0.5


def test_poisson_points_are_spread_evenly():
    luck = Luck(12)
    points = [p for h in range(1000) for p in poisson_process(luck.draws(Purpose.ARRIVALS, 1, h, 200), 40.0)]
    counts = [0] * 10
    for point in points:
        counts[int(point * 10)] += 1
    expected = len(points) / 10
    assert sum((count - expected) ** 2 / expected for count in counts) < 27.9  # 9 degrees of freedom: p > 0.001


def test_poisson_without_arrivals_has_no_points():
    assert poisson_process([0.0, 0.3], 0.0) == []


def test_poisson_says_when_uniforms_run_out():
    with pytest.raises(ValueError, match="too few"):
        poisson_process([0.1, 0.1], 100.0)


# --- choices ---------------------------------------------------------------------------------------------------------


def test_weighted_picks_in_proportion(uniforms):
    choice = Weighted("abc", [1.0, 2.0, 5.0])
    picked = [choice.pick(u) for u in uniforms]
    for option, share in (("a", 0.125), ("b", 0.25), ("c", 0.625)):
        assert abs(picked.count(option) / MANY - share) < 4.0 * (share * (1.0 - share) / MANY) ** 0.5


@given(
    weights=st.lists(st.floats(0.0, 1e6), min_size=1, max_size=30).filter(lambda ws: sum(ws) > 0.0),
    u=st.floats(0.0, LARGEST),
)
def test_weighted_never_picks_what_has_no_weight(weights, u):
    choice = Weighted(range(len(weights)), weights)
    assert weights[choice.pick(u)] > 0.0


@pytest.mark.parametrize(
    ("options", "weights"), [("", []), ("ab", [1.0]), ("ab", [1.0, -0.5]), ("ab", [0.0, 0.0])],
    ids=["none", "too few weights", "negative", "all zero"],
)  # fmt: skip
def test_weighted_refuses_what_is_no_choice(options, weights):
    with pytest.raises(ValueError, match="weights"):
        Weighted(options, weights)


def test_purposes_keep_their_numbers():
    """Renumbering would silently change what every seed means."""
    assert (Purpose.PRODUCT, Purpose.ARRIVALS, Purpose.ORDER, Purpose.ATTEMPT, Purpose.RETURN) == (2, 10, 20, 42, 51)
