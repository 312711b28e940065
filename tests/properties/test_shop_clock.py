"""The environment: what happens at the same instant happens in an order that does not depend on the past."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from simpy import Event

from sim.clock.environment import ShopEnvironment, Turn
from sim.clock.pacer import FASTEST, Speed

turns = st.sampled_from(Turn)
waits = st.lists(
    st.tuples(st.integers(0, 5), turns, st.integers(0, 2**47)), min_size=1, max_size=30, unique=True
)  # instant, turn, entity


def happened(wanted: list[tuple[int, Turn, int]]) -> list[tuple[int, Turn, int]]:
    """Wait for instants in the order given; return them in the order in which they came."""
    env, order = ShopEnvironment(), list[tuple[int, Turn, int]]()

    def wait(at: int, turn: Turn, entity: int) -> Iterator[Event]:
        yield env.until(at, turn, entity)
        order.append((env.now, turn, entity))

    for one in wanted:
        env.process(wait(*one))  # type: ignore[arg-type]
    env.run_through(10, lambda: False)
    return order


@given(wanted=waits, shuffled=st.randoms(use_true_random=False))
def test_equal_instants_go_by_turn_and_entity_whoever_was_first_to_wait(wanted, shuffled):
    other = list(wanted)
    shuffled.shuffle(other)
    assert happened(wanted) == happened(other) == sorted(wanted)


@given(wanted=waits, cuts=st.lists(st.integers(0, 10), max_size=6))
def test_running_in_slices_changes_nothing(wanted, cuts):
    env, order = ShopEnvironment(), list[tuple[int, Turn, int]]()

    def wait(at: int, turn: Turn, entity: int) -> Iterator[Event]:
        yield env.until(at, turn, entity)
        order.append((env.now, turn, entity))

    for one in wanted:
        env.process(wait(*one))  # type: ignore[arg-type]
    for cut in [*sorted(cuts), 10]:
        env.run_through(cut, lambda: False)
        assert env.now == cut
        assert order == sorted(one for one in wanted if one[0] <= cut)


@given(wanted=waits, patience=st.integers(1, 5))
def test_a_slice_ends_only_when_an_instant_is_over(wanted, patience):
    env, order = ShopEnvironment(), list[int]()

    def wait(at: int, turn: Turn, entity: int) -> Iterator[Event]:
        yield env.until(at, turn, entity)
        order.append(env.now)

    for one in wanted:
        env.process(wait(*one))  # type: ignore[arg-type]
    asked = 0

    def enough() -> bool:
        nonlocal asked
        asked += 1
        return bool(asked % patience == 0)

    seen = []
    while env.now < 10:
        env.run_through(10, enough)
        seen.append(len(order))
        assert all(at > env.now for at, _, _ in sorted(wanted)[len(order) :])
    assert len(order) == len(wanted)
    assert all(before <= after for before, after in pairwise(seen))


@given(hundredths=st.integers(1, 99_999_999))
def test_a_speed_reads_what_it_is_written_as(hundredths):
    written = f"{hundredths // 100}.{hundredths % 100:02d}x"
    assert Speed.parse(written).factor == hundredths / 100


@given(factor=st.floats(0.001, 999_999.0).map(lambda x: float(f"{x:.6g}")))
def test_a_speed_of_six_digits_is_read_back(factor):
    assert factor <= FASTEST
    if "e" not in str(Speed(factor)):
        assert Speed.parse(str(Speed(factor))).factor == factor
