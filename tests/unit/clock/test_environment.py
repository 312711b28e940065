"""The environment on integer microseconds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simpy import Event

from sim.clock.environment import ShopEnvironment, Turn

LAST_ID = 2**48 - 1


def never() -> bool:
    return False


def test_now_is_an_integer_after_every_kind_of_step():
    env = ShopEnvironment(5)
    seen: list[int] = [env.now]

    def walk() -> Iterator[Event]:
        yield env.until(7, Turn.PICK, 1)
        seen.append(env.now)
        yield env.timeout(3)
        seen.append(env.now)
        yield env.event().succeed()
        seen.append(env.now)

    env.process(walk())  # type: ignore[arg-type]
    env.run_through(20, never)
    assert (seen, env.now) == ([5, 7, 10, 10], 20)
    assert all(type(at) is int for at in seen)


def test_the_past_cannot_be_waited_for():
    env = ShopEnvironment()
    env.run_through(5, never)
    with pytest.raises(ValueError, match="PICK of 7 cannot wait for 4: it is already 5"):
        env.until(4, Turn.PICK, 7)


def test_at_the_beginning_what_should_have_been_happens_at_once():
    env = ShopEnvironment(5)
    seen = []

    def walk():
        yield env.until(4, Turn.PICK, 7)
        seen.append(env.now)

    env.process(walk())
    env.run_through(9, never)
    assert seen == [5]


def test_the_present_can_be_waited_for():
    env = ShopEnvironment(5)
    assert env.until(5, Turn.PICK, 7).triggered
    env.run_through(5, never)
    assert env.now == 5


def test_turns_come_before_ids_and_the_largest_id_stays_within_its_turn():
    env, order = ShopEnvironment(), list[str]()

    def wait(turn: Turn, entity: int, name: str) -> Iterator[Event]:
        yield env.until(3, turn, entity)
        order.append(name)

    for turn, entity, name in (
        (Turn.POST_DELIVERY, 1, "last"),
        (Turn.PACK, 1, "third"),
        (Turn.PICK, LAST_ID, "second"),
        (Turn.PICK, 1, "first"),
    ):
        env.process(wait(turn, entity, name))  # type: ignore[arg-type]
    env.run_through(3, never)
    assert order == ["first", "second", "third", "last"]


def test_what_follows_from_a_turn_happens_before_the_next_turn_of_that_instant():
    env, order = ShopEnvironment(), list[str]()
    signal = env.event()

    def picker() -> Iterator[Event]:
        yield env.until(3, Turn.PICK, 1)
        order.append("picked")
        signal.succeed()

    def next_order() -> Iterator[Event]:
        yield signal
        order.append("next one taken")

    def doubter() -> Iterator[Event]:
        yield env.until(3, Turn.CHANGE_OF_MIND, 2)
        order.append("thinks again")

    for process in (doubter(), next_order(), picker()):
        env.process(process)  # type: ignore[arg-type]
    env.run_through(3, never)
    assert order == ["picked", "next one taken", "thinks again"]


def test_running_through_includes_its_limit_and_ends_there():
    env, order = ShopEnvironment(), list[int]()

    def wait(at: int) -> Iterator[Event]:
        yield env.until(at, Turn.PICK, at)
        order.append(at)

    for at in (10, 11):
        env.process(wait(at))  # type: ignore[arg-type]
    env.run_through(10, never)
    assert (order, env.now) == ([10], 10)


def test_enough_is_asked_at_the_end_of_each_instant_and_stops_there():
    env, asked = ShopEnvironment(), list[int]()

    def wait(at: int, entity: int) -> Iterator[Event]:
        yield env.until(at, Turn.PICK, entity)

    for at, entity in ((2, 1), (2, 2), (4, 1), (6, 1)):
        env.process(wait(at, entity))  # type: ignore[arg-type]

    def enough() -> bool:
        asked.append(env.now)
        return env.now >= 4

    env.run_through(100, enough)
    assert (asked, env.now) == ([0, 2, 4], 4)


def test_simpys_own_run_keeps_the_clock_too():
    env, seen = ShopEnvironment(5), list[int]()

    def walk():
        yield env.until(7, Turn.PICK, 1)
        seen.append(env.now)
        yield env.timeout(3)
        seen.append(env.now)

    env.run(env.process(walk()))
    assert (seen, env.now) == ([7, 10], 10)


def test_a_mistake_in_a_process_is_raised_where_the_clock_stands():
    env = ShopEnvironment()

    def stumble():
        yield env.until(3, Turn.PICK, 1)
        raise LookupError("no such shelf")

    env.process(stumble())
    with pytest.raises(LookupError, match="no such shelf"):
        env.run_through(10, never)
    assert env.now == 3


def test_a_process_begins_at_the_event_it_is_given():
    env, seen = ShopEnvironment(), list[int]()

    def walk():
        seen.append(env.now)
        yield env.until(9, Turn.PICK, 1)
        seen.append(env.now)

    env.begin(walk(), env.until(4, Turn.PICK, 1))
    env.run_through(20, never)
    assert seen == [4, 9]


@pytest.mark.parametrize("begin", ["process", "begin"])
def test_who_waits_for_a_process_learns_that_it_is_over(begin):
    env, seen = ShopEnvironment(), list[tuple[int, str]]()

    def work():
        yield env.until(5, Turn.PICK, 1)
        return "done"

    def wait(other):
        result = yield other
        seen.append((env.now, result))

    working = env.process(work()) if begin == "process" else env.begin(work(), env.until(1, Turn.PICK, 1))
    env.process(wait(working))
    env.run_through(6, never)
    env.process(wait(working))  # of one that is over
    env.run_through(7, never)
    assert seen == [(5, "done"), (6, "done")]
    assert not working.is_alive
    assert working.processed
