"""Rules in plain Python: odds, points, satisfaction, refunds, ids, visit propensity."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from sim.clock.units import DAY_US
from sim.facts import OrderLine
from sim.luck import poisson_enough, poisson_process
from sim.scenario import Scenario
from sim.scenario.demand import Demand
from sim.shop.habits import odds
from sim.shop.ids import CITY_ENTITIES, Ids
from sim.shop.loyalty import EARNING, experience, move_points, tier_of
from sim.shop.order import Order
from sim.shop.people import TIERS, Address, Customer, VisitPropensity
from sim.shop.rating import refund_cents, return_chance, stars
from tests.unit.shop.city import WAREHOUSE

BASELINE = Scenario()
TIER_FROM = BASELINE.loyalty.tier_from
unit = st.floats(0.0, 1.0)
luck = st.floats(0.0, 1.0, exclude_max=True)
factors = st.floats(0.0, 20.0)


def somebody(satisfaction: int = 60) -> Customer:
    return Customer(101, "loyal", *Address(101, 0.0, 0.0), satisfaction, 1.0)


# --- odds ------------------------------------------------------------------------------------------------------------


@given(chance=unit, factor=factors)
def test_odds_give_a_chance(chance, factor):
    assume(chance < 1.0 or factor > 0.0)
    assert 0.0 <= odds(chance, factor) <= 1.0 + 1e-12


@given(chance=unit)
def test_a_factor_of_one_changes_nothing(chance):
    assert abs(odds(chance, 1.0) - chance) < 1e-12


@given(chance=st.floats(0.001, 0.999), factor=st.floats(0.001, 20.0))
def test_odds_are_multiplied(chance, factor):
    after = odds(chance, factor)
    assert abs(after / (1.0 - after) - factor * chance / (1.0 - chance)) <= 1e-6 * factor * chance / (1.0 - chance)


@given(chance=st.floats(0.0, 0.999), more=st.floats(0.0, 0.5), factor=factors, growth=factors)
def test_odds_rise_with_chance_and_factor(chance, more, factor, growth):
    higher = min(0.999, chance + more)
    assert odds(higher, factor) >= odds(chance, factor) - 1e-12
    assert odds(chance, factor + growth) >= odds(chance, factor) - 1e-12


# --- points and satisfaction -----------------------------------------------------------------------------------------

bookings = st.lists(
    st.tuples(st.integers(-300, 300), st.sampled_from(["purchase", "redemption", "redemption_undone", "refund"]))
)


@given(opening=st.integers(0, 2000), booked=bookings)
def test_a_balance_is_the_sum_of_its_transactions_and_never_negative(opening, booked):
    customer = somebody()
    facts = [move_points(customer, opening, "opening", None, 0, TIER_FROM)]
    facts += [move_points(customer, points, reason, 101, 0, TIER_FROM) for points, reason in booked]
    balance = 0
    for seq, fact in enumerate(facts, start=1):
        balance += fact.points
        assert (fact.seq, fact.balance) == (seq, balance)
        assert balance >= 0
    assert customer.points == balance
    assert customer.lifetime_points == sum(fact.points for fact in facts if fact.reason in EARNING)
    assert facts[-1].tier == customer.tier == tier_of(customer.lifetime_points, TIER_FROM)


@given(points=st.integers(-100, 5000), more=st.integers(0, 5000))
def test_more_points_are_never_a_lower_tier(points, more):
    assert TIERS.index(tier_of(points + more, TIER_FROM)) >= TIERS.index(tier_of(points, TIER_FROM))


@given(start=st.integers(0, 100), reasons=st.lists(st.sampled_from(sorted(BASELINE.satisfaction.delta)), max_size=30))
def test_satisfaction_is_a_chain_within_its_range(start, reasons):
    customer = somebody(start)
    before = start
    for seq, reason in enumerate(reasons, start=1):
        fact = experience(customer, reason, BASELINE.satisfaction.delta, None, 0)
        assert (fact.seq, fact.satisfaction) == (seq, before + fact.delta)
        assert 0 <= fact.satisfaction <= 100
        assert abs(fact.delta) <= abs(BASELINE.satisfaction.delta[reason])
        before = fact.satisfaction


@given(satisfaction=st.integers(0, 100), days=st.none() | st.floats(0.0, 2000.0), pull=unit, rest=st.floats(0.0, 365.0))
def test_no_visit_propensity_exceeds_its_bound(satisfaction, days, pull, rest):
    demand = Demand(satisfaction_pull=pull, rest_after_order_days=rest)
    customer = somebody(satisfaction)
    customer.last_order_at = None if days is None else -round(days * DAY_US)
    propensity = VisitPropensity(demand)
    assert 0.0 <= propensity.of(customer, 0) <= propensity.highest + 1e-12


# --- ratings and refunds ---------------------------------------------------------------------------------------------


def order_of(prices: list[tuple[int, int]], discount_share: float = 0.0) -> Order:
    lines = tuple(OrderLine(no, no, quantity, cents) for no, (quantity, cents) in enumerate(prices, start=1))
    order = Order(101, somebody(), 1, WAREHOUSE, Address(101, 0.0, 0.0), lines, 0, DAY_US)
    order.subtotal_cents = sum(line.quantity * line.unit_price_cents for line in lines)
    order.discount_cents = int(discount_share * order.subtotal_cents)
    return order


@given(
    prices=st.lists(st.tuples(st.integers(1, 12), st.integers(50, 200_000)), min_size=1, max_size=8),
    discount_share=st.floats(0.0, 0.9),
)
def test_refunds_of_all_lines_are_what_was_paid_for_the_goods_but_for_cents(prices, discount_share):
    order = order_of(prices, discount_share)
    paid = order.subtotal_cents - order.discount_cents
    back = [refund_cents(order, line, line.quantity) for line in order.lines]
    assert paid - len(back) < sum(back) <= paid
    for line, cents in zip(order.lines, back, strict=True):
        assert 1 <= cents <= line.quantity * line.unit_price_cents
        for units in range(1, line.quantity):
            parts = refund_cents(order, line, units), refund_cents(order, line, line.quantity - units)
            assert cents - 1 <= sum(parts) <= cents


@given(weight=st.floats(0.0, 100.0), more=st.floats(0.0, 100.0), bad=st.booleans(), late=st.booleans())
def test_a_chance_of_return_is_capped_and_rises_with_its_causes(weight, more, bad, late):
    returns = BASELINE.returns
    chance = return_chance(returns, weight, bad=bad, late=late)
    assert 0.0 <= chance <= returns.highest
    assert return_chance(returns, weight + more, bad=bad, late=late) >= chance
    assert return_chance(returns, weight, bad=True, late=True) >= chance


@given(
    u=luck, bias=st.floats(-2.0, 2.0), bad=st.booleans(), attempts=st.integers(1, 3), lateness=st.floats(0.0, 5.0),
    later=st.floats(0.0, 5.0),
)  # fmt: skip
def test_stars_are_1_to_5_and_never_more_when_something_went_wrong(u, bias, bad, attempts, lateness, later):
    def rated(late: float, tries: int, *, disappoints: bool) -> int:
        order = order_of([(1, 1000)])
        order.delivered_at, order.attempts = order.promised_at + round(late * DAY_US), tries
        return stars(order, BASELINE.review, bias, u, bad=disappoints)

    given_stars = rated(lateness, attempts, disappoints=bad)
    assert 1 <= given_stars <= 5
    assert rated(lateness + later, attempts, disappoints=bad) <= given_stars
    assert rated(lateness, attempts + 1, disappoints=bad) <= given_stars
    assert rated(lateness, attempts, disappoints=True) <= given_stars


# --- ids and arrivals ------------------------------------------------------------------------------------------------


@given(
    city=st.integers(1, 99),
    wanted=st.lists(st.sampled_from(CITY_ENTITIES), max_size=40),
    stop=st.integers(0, 40),
)
def test_ids_go_on_after_the_newest_ones(city, wanted, stop):
    whole = Ids(city)
    all_ids = [(entity, whole.next(entity)) for entity in wanted]
    newest = dict(all_ids[:stop])
    assert [(entity, Ids(city, newest).next(entity)) for entity in set(wanted[stop:])] == [
        (entity, next(id_ for e, id_ in all_ids[stop:] if e == entity)) for entity in set(wanted[stop:])
    ]
    assert all(id_ % 100 == city for _, id_ in all_ids)
    assert len(set(all_ids)) == len(all_ids)


@given(uniforms=st.lists(luck, max_size=60), expected=st.floats(0.01, 20.0), less=unit)
def test_a_poisson_process_is_ordered_and_thinner_with_less_demand(uniforms, expected, less):
    enough = [*uniforms, *[0.99] * poisson_enough(expected)]
    points = poisson_process(enough, expected)
    assert points == sorted(points)
    assert all(0.0 <= point < 1.0 for point in points)
    assert len(poisson_process(enough, expected * less)) <= len(points)
