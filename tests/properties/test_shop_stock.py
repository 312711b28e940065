"""The shelf: whatever is tried with it, 0 <= reserved <= on hand, and nothing appears or vanishes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sim.scenario.warehouse import Stock
from sim.shop.stock import Shelf, stock_levels

units = st.integers(0, 50)


class ShelfMachine(RuleBasedStateMachine):
    """A shelf beside its books."""

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf(1, reorder_point=10, order_up_to=40)
        self.brought = self.taken = self.promised = 0

    @rule(n=units)
    def put(self, n: int) -> None:
        self.shelf.put(n)
        self.brought += n

    @rule(n=units)
    def reserve(self, n: int) -> None:
        self._try(self.shelf.reserve, n, allowed=n <= self.shelf.available, promised=n)

    @rule(n=units)
    def release(self, n: int) -> None:
        self._try(self.shelf.reserve, -n, allowed=n <= self.shelf.reserved, promised=-n)

    @rule(n=units)
    def take(self, n: int) -> None:
        self._try(self.shelf.take, n, allowed=n <= self.shelf.reserved, promised=-n, taken=n)

    @precondition(lambda self: self.shelf.to_reorder() > 0)
    @rule()
    def order_goods(self) -> None:
        self.shelf.on_order += self.shelf.to_reorder()
        assert self.shelf.available + self.shelf.on_order == self.shelf.order_up_to

    @precondition(lambda self: self.shelf.on_order > 0)
    @rule()
    def receive_goods(self) -> None:
        self.brought += self.shelf.on_order
        self.shelf.put(self.shelf.on_order)
        self.shelf.on_order = 0

    def _try(self, move, n: int, *, allowed: bool, promised: int, taken: int = 0) -> None:
        if not allowed:
            before = self.shelf.on_hand, self.shelf.reserved
            with pytest.raises(ValueError, match="cannot be"):
                move(n)
            assert (self.shelf.on_hand, self.shelf.reserved) == before
            return
        move(n)
        self.promised += promised
        self.taken += taken

    @invariant()
    def keeps_its_books(self) -> None:
        assert self.shelf.on_hand == self.brought - self.taken
        assert self.shelf.reserved == self.promised
        assert 0 <= self.shelf.reserved <= self.shelf.on_hand
        assert self.shelf.available == self.shelf.on_hand - self.shelf.reserved >= 0

    @invariant()
    def reorders_at_the_reorder_point_and_not_above(self) -> None:
        position = self.shelf.available + self.shelf.on_order
        assert self.shelf.to_reorder() == (40 - position if position <= 10 else 0)


TestShelf = ShelfMachine.TestCase


@given(
    units_per_day=st.floats(0.0, 1e4),
    more=st.floats(0.0, 1e3),
    safety=st.floats(0.0, 10.0),
    least=st.integers(1, 50),
)
def test_stock_levels_grow_with_demand(units_per_day, more, safety, least):
    stock = Stock(safety_factor=safety, least_units=least)
    reorder_point, order_up_to = stock_levels(units_per_day, stock)
    assert reorder_point >= max(1, units_per_day * stock.lead_time_days)
    assert order_up_to >= reorder_point + least
    assert order_up_to - reorder_point >= units_per_day * stock.cover_days
    higher = stock_levels(units_per_day + more, stock)
    assert higher[0] >= reorder_point
    assert higher[1] >= order_up_to
