"""Shelves and the reorder rule, by hand."""

from __future__ import annotations

import pytest

from sim.scenario.warehouse import Stock
from sim.shop.stock import Shelf, stock_levels


def shelf(on_hand: int, reserved: int = 0) -> Shelf:
    made = Shelf(7, reorder_point=10, order_up_to=40)
    made.put(on_hand)
    made.reserve(reserved)
    return made


def test_a_sale_reserves_and_then_takes():
    stock = shelf(20)
    stock.reserve(5)
    assert (stock.on_hand, stock.reserved, stock.available) == (20, 5, 15)
    stock.take(5)
    assert (stock.on_hand, stock.reserved, stock.available) == (15, 0, 15)


def test_a_reservation_can_be_given_free_again():
    stock = shelf(20, reserved=5)
    stock.reserve(-5)
    assert stock.available == 20


@pytest.mark.parametrize(
    "move",
    [lambda s: s.reserve(16), lambda s: s.reserve(-6), lambda s: s.take(6), lambda s: s.put(-16)],
    ids=["reserve more than available", "free more than reserved", "take more than reserved", "put less than nothing"],
)
def test_an_impossible_move_is_refused_and_changes_nothing(move):
    stock = shelf(20, reserved=5)
    with pytest.raises(ValueError, match="product 7"):
        move(stock)
    assert (stock.on_hand, stock.reserved) == (20, 5)


@pytest.mark.parametrize(
    ("on_hand", "reserved", "on_order", "wanted"),
    [(11, 0, 0, 0), (10, 0, 0, 30), (20, 10, 0, 30), (0, 0, 0, 40), (0, 0, 10, 30), (0, 0, 11, 0), (5, 0, 35, 0)],
)
def test_goods_are_ordered_by_what_can_be_sold_and_is_on_its_way(on_hand, reserved, on_order, wanted):
    stock = shelf(on_hand, reserved)
    stock.on_order = on_order
    assert stock.to_reorder() == wanted


def test_levels_are_lead_time_demand_with_safety_and_cover():
    # 4 a day for 2.25 days are 9, with one standard deviation of Poisson demand 12; 5 days of cover are 20 more
    stock = Stock(lead_time_days=2.25, safety_factor=1.0, cover_days=5.0)
    assert stock_levels(4.0, stock) == (12, 32)


def test_a_product_hardly_ever_sold_still_has_a_shelf():
    assert stock_levels(0.0, Stock(least_units=3)) == (1, 4)
