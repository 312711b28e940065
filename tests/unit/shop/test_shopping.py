"""A shopper's decisions: each uniform decides one thing, and the reason given is the cause."""

from __future__ import annotations

import pytest

from sim.luck import Luck, Purpose
from sim.scenario.funnel import Funnel, Persona
from sim.shop.catalogue import Product
from sim.shop.cookies import lost
from sim.shop.dwell import Dwell
from sim.shop.habits import Habits, odds
from sim.shop.shopping import after_arrival, after_cart_change, after_view, second_thoughts
from sim.shop.visit import Visit
from tests.unit.shop.city import LIKE_ALL, REGION, WAREHOUSE

PLAIN = Persona()
FUNNEL = Funnel(
    bounce=0.4, add_to_cart=0.1, another_item_factor=4.0, remove=0.2, view_more=0.7, same_category=0.5,
    after_add_checkout=0.3, after_add_leave=0.1, empty_shelf_leave=0.2, empty_shelf_swap=0.5,
)  # fmt: skip


def visit(
    *items: int, looking_at: int = 9, empty_shelf: bool = False, eagerness: float = 1.0, persona: Persona = PLAIN
) -> Visit:
    habits = Habits(persona, FUNNEL, eagerness, Dwell(FUNNEL, "mobile"))
    first = Luck(1).block(Purpose.SESSION_STEP, 101, 0, 64)
    made = Visit(101, None, LIKE_ALL, habits, REGION, WAREHOUSE, Luck(1), first, lost("mobile"), 0.5, 0.5)
    made.items = dict.fromkeys(items, 1)
    made.product = Product(looking_at, 1, "Kettle", 1999, 1000, 900, rank=1, popularity=1.0)
    made.saw_empty_shelf = empty_shelf
    return made


def luck(**uniforms: float) -> list[float]:
    """Eight uniforms of one half but for those named u0 to u7."""
    return [uniforms.get(f"u{at}", 0.5) for at in range(8)]


# --- odds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chance", "factor", "expected"),
    [(0.5, 1.0, 0.5), (0.5, 3.0, 0.75), (0.2, 4.0, 0.5), (0.2, 0.0, 0.0), (1.0, 0.5, 1.0), (0.0, 9.0, 0.0)],
)
def test_odds_are_multiplied_not_chances(chance, factor, expected):
    assert odds(chance, factor) == pytest.approx(expected)


# --- the walk --------------------------------------------------------------------------------------------------------


def test_after_arrival_a_visitor_bounces_or_looks():
    assert after_arrival(visit(), luck(u1=0.39)) == ("leave", "not_interested")
    assert after_arrival(visit(), luck(u1=0.41)) == ("view", None)


def test_who_finds_the_old_cart_goes_to_checkout_or_looks():
    assert after_arrival(visit(3), luck(u1=0.49)).action == "checkout"
    assert after_arrival(visit(3), luck(u1=0.5)).action == "view"


@pytest.mark.parametrize(
    ("shopper", "u", "decision"),
    [
        (visit(), {"u1": 0.09}, ("add", None)),
        (visit(), {"u1": 0.11, "u3": 0.69, "u4": 0.4}, ("view_same_category", None)),
        (visit(), {"u1": 0.11, "u3": 0.69, "u4": 0.6}, ("view", None)),
        (visit(), {"u1": 0.11, "u3": 0.71}, ("leave", "not_interested")),
        (visit(3), {"u1": 0.30}, ("add", None)),  # odds four times as good: 0.307
        (visit(3), {"u1": 0.32, "u3": 0.71, "u5": 0.29}, ("checkout", None)),
        (visit(3), {"u1": 0.32, "u3": 0.71, "u5": 0.31, "u4": 0.29}, ("leave", "price")),
        (visit(3), {"u1": 0.32, "u3": 0.71, "u5": 0.31, "u4": 0.31}, ("leave", "whim")),
        (visit(9), {"u1": 0.0, "u3": 0.69}, ("view", None)),  # it is in the cart already
        (visit(3, 4), {"u1": 0.9, "u2": 0.19}, ("remove", None)),
        (visit(3), {"u1": 0.9, "u2": 0.19, "u3": 0.6}, ("view", None)),  # the only item stays
    ],
)
def test_after_a_view(shopper, u, decision):
    assert after_view(shopper, luck(**u), 1.0) == decision


def test_what_was_taken_out_is_not_added_again():
    shopper = visit(3)
    shopper.removed = frozenset({9})
    assert after_view(shopper, luck(u1=0.0), 1.0).action != "add"


def test_who_comes_by_an_eager_channel_adds_and_goes_to_checkout_more_often():
    # odds 4 times those of 0.1 and of 0.3: 0.31 and 0.63
    for eagerness, added, then in ((4.0, "add", "checkout"), (1.0, "view", "view")):
        assert after_view(visit(eagerness=eagerness), luck(u1=0.3), 1.0).action == added
        assert after_cart_change(visit(3, eagerness=eagerness), luck(u1=0.6)).action == then


def test_a_lower_price_tempts_the_price_sensitive():
    hunter, indifferent = Persona(price_elasticity=4.0), Persona(price_elasticity=0.0)
    at_half_price = luck(u1=0.5)  # odds 16 times those of 0.1: 0.64
    assert after_view(visit(persona=hunter), at_half_price, 2.0).action == "add"
    assert after_view(visit(persona=indifferent), at_half_price, 2.0).action != "add"
    assert after_view(visit(3, persona=indifferent), luck(u1=0.3), 2.0).action == "add"  # 0.307 with an item, as ever


@pytest.mark.parametrize(
    ("u", "decision"),
    [
        ({"u1": 0.19}, ("leave", "out_of_stock")),
        ({"u1": 0.21, "u2": 0.49}, ("view_same_category", None)),
        ({"u1": 0.21, "u2": 0.51, "u3": 0.71}, ("leave", "not_interested")),
    ],
)
def test_at_an_empty_shelf(u, decision):
    assert after_view(visit(empty_shelf=True), luck(**u), 1.0) == decision


@pytest.mark.parametrize(
    ("u", "decision"),
    [
        ({"u1": 0.29}, ("checkout", None)),
        ({"u1": 0.31, "u2": 0.09}, ("leave", "whim")),
        ({"u1": 0.31, "u2": 0.11, "u4": 0.4}, ("view_same_category", None)),
        ({"u1": 0.31, "u2": 0.11, "u4": 0.6}, ("view", None)),
    ],
)
def test_after_a_change_of_the_cart(u, decision):
    assert after_cart_change(visit(3), luck(**u)) == decision


def test_who_has_just_added_something_may_look_for_what_goes_with_it():
    shopper = visit(9)
    for step, action in (("add_to_cart", "view_complement"), ("remove_from_cart", "view")):
        shopper.step = step
        assert after_cart_change(shopper, luck(u1=0.31, u2=0.11, u3=0.14, u4=0.6)).action == action
    shopper.step = "add_to_cart"
    assert after_cart_change(shopper, luck(u1=0.31, u2=0.11, u3=0.16, u4=0.6)).action == "view"


# --- second thoughts -------------------------------------------------------------------------------------------------


def thoughts(
    u: list[float], *, subtotal: float = 30.0, fee: float = 0.0, wait_h: float = 0.0, **persona: float
) -> str | None:
    plain = Funnel(fee_second_thoughts=0.2, price_second_thoughts=0.2, checkout_whim=0.2)
    return second_thoughts(u, plain, Persona.model_validate(persona), subtotal=subtotal, fee=fee, wait_h=wait_h)


def test_without_a_cause_there_is_no_second_thought():
    assert thoughts(luck()) is None
    assert thoughts(luck(u2=0.999)) is None  # no wait at all


def test_half_of_the_shoppers_give_up_at_the_wait_of_their_patience():
    assert thoughts(luck(u2=0.49), wait_h=10.0, patience_h=10.0) is None
    assert thoughts(luck(u2=0.51), wait_h=10.0, patience_h=10.0) == "promise"
    assert thoughts(luck(u2=0.26), wait_h=20.0, patience_h=10.0) == "promise"


def test_a_fee_deters_only_where_there_is_one():
    assert thoughts(luck(u3=0.19), fee=3.9) == "delivery_fee"
    assert thoughts(luck(u3=0.19)) is None


def test_a_dear_cart_deters_more():
    assert thoughts(luck(u4=0.19)) == "price"  # a typical cart: as stated
    assert thoughts(luck(u4=0.33), subtotal=120.0) == "price"  # four times as dear: odds twice, 1/3
    assert thoughts(luck(u4=0.34), subtotal=120.0) is None
    assert thoughts(luck(u4=0.19), price_shy=0.5) is None


def test_and_some_leave_by_whim():
    assert thoughts(luck(u5=0.19)) == "whim"
    assert thoughts(luck(u5=0.19), whim_factor=0.5) is None


# --- a visit's luck --------------------------------------------------------------------------------------------------


def test_each_step_has_its_own_eight_uniforms():
    shopper = visit()
    drawn: list[float] = []
    for seq in range(20):
        shopper.seq = seq
        drawn += shopper.draws()
    blocks = [u for block in range(3) for u in Luck(1).draws(Purpose.SESSION_STEP, 101, block, 64)]
    assert drawn == blocks[:160]


def test_the_luck_of_a_step_does_not_depend_on_the_steps_before():
    late = visit()
    late.seq = 11
    early = visit()
    for early.seq in range(12):
        drawn = early.draws()
        assert len(set(drawn)) == 8
    assert late.draws() == early.draws()


def test_odds_of_certainty_times_nothing():
    assert odds(1.0, 0.0) == 0.0
