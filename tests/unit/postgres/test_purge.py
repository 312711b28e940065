"""Which visits can be forgotten together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sim.postgres.retention.purge import Visit, purgeable

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)


def visit(number: int, *restored_to: int, over: bool = True) -> Visit:
    """A visit with a cart of the same number."""
    return Visit(number, EPOCH + timedelta(hours=number), number, None, None, list(restored_to), over)


def numbers(visits: list[Visit]) -> list[int]:
    return [each.session_id for each in visits]


def test_what_is_not_over_stays():
    bare = Visit(3, EPOCH, None, None, None, [], over=True)
    assert purgeable([visit(1), visit(2, over=False), bare]) == [visit(1), bare]


def test_a_cart_stays_as_long_as_the_one_it_was_restored_to():
    assert numbers(purgeable([visit(3, over=False), visit(2, 3), visit(1, 2), visit(0)])) == [0]
    assert numbers(purgeable([visit(3), visit(2, 3), visit(1, 2)])) == [3, 2, 1]


def test_a_cart_restored_to_one_that_is_not_at_hand_stays():
    assert numbers(purgeable([visit(2, 7), visit(1)])) == [1]


@given(st.lists(st.tuples(st.sets(st.integers(0, 12), max_size=2), st.booleans()), max_size=12))
def test_nothing_that_goes_is_referred_to_by_what_stays_and_no_more_stays_than_that(drawn):
    visits = [visit(number, *sorted(restored_to), over=over) for number, (restored_to, over) in enumerate(drawn)]
    going = {each.cart_id for each in purgeable(visits)}
    for each in visits:
        blocked = not each.over or any(cart not in going for cart in each.restored_to)
        assert (each.cart_id in going) <= (not blocked)
    assert {each.cart_id for each in visits if each.over and not each.restored_to} <= going
