"""The shop's shelves and its replenishment against inventory theory.

Single units are asked for by a Poisson process, sold off the shop's own shelf and ordered again by its own rule; who
finds nothing goes away. Two cases have exact formulas:

- S = s + 1, each unit sold is ordered again: M/G/c/c, so that a share erlang_b(S, λ E[L]) finds nothing, whatever the
  distribution of the lead time L.
- S - s > s, at most one order on its way: in each cycle S - s units are sold, and lost are the newsvendor's units
  short, E[(D - s)⁺] of the demand D in a lead time. So the fill rate is (S - s) / (S - s + E[(D - s)⁺]), and a cycle
  loses nothing with chance P(D ≤ s).

Tolerances are 4 standard errors: of the share lost by batch means, of cycles (which are independent of each other) from
the variance that theory gives them. Seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

import numpy as np
import pytest
from simpy import Event

from sim.clock.environment import Turn
from sim.clock.units import DAY_US
from sim.facts import OrderPlaced, ReplenishmentOrdered, SessionEnded, StockMoved
from sim.luck import Luck, Purpose, exponential
from sim.processes.replenishment import reorder
from sim.processes.stocking import move_stock
from sim.scenario import Scenario
from sim.scenario.warehouse import Stock
from sim.shop.stock import Shelf, stock_levels
from tests.processes.world import DAY_S, ScriptedLuck, Tiny, scenario
from tests.validation.theory import agrees, erlang_b, lead_time_demand, lognormal_mean, told

PRODUCT = 1
SEED = 1


class LuckyLeadTimes(ScriptedLuck):
    """Shoppers do as in the tiny shop, but the lead times are drawn."""

    def __init__(self, seed: int) -> None:
        super().__init__({})
        self._true = Luck(seed)

    def draws(self, purpose: Purpose, entity: int, occurrence: int = 0, n: int = 8) -> list[float]:
        if purpose is Purpose.LEAD_TIME:
            return self._true.draws(purpose, entity, occurrence, n)
        return super().draws(purpose, entity, occurrence, n)


class Shop(Tiny):
    """The tiny shop with one shelf that matters, by the levels of a plan or by those given."""

    def __init__(self, plan: Scenario, reorder_point: int, order_up_to: int) -> None:
        super().__init__(plan, LuckyLeadTimes(SEED))
        self.shelf = self.warehouse.shelves[PRODUCT] = Shelf(PRODUCT, reorder_point, order_up_to)
        self.shelf.put(order_up_to)
        self.lost_at: list[int] = []
        self.found: list[bool] = []

    def sell(self, units_per_day: float, units: int) -> None:
        """Let that many single units be asked for, one at a time."""
        gaps = Luck(SEED).draws(Purpose.ARRIVALS, 1, n=units)
        instants = [round(at) for at in accumulate(exponential(u, DAY_US / units_per_day) for u in gaps)]

        def counter() -> Iterator[Event]:
            for at in instants:
                yield self.env.until(at, Turn.ARRIVAL, 1)
                self.found.append(self.shelf.available > 0)
                if self.found[-1]:
                    self._buy()
                else:
                    self.lost_at.append(at)

        self.env.process(counter())  # type: ignore[arg-type]
        self.env.run_through(instants[-1], lambda: False)

    def _buy(self) -> None:
        self.shelf.reserve(1)
        reorder(self.world, self.warehouse, self.shelf)
        move_stock(self.world, self.warehouse, PRODUCT, -1, "sale", order_id=1)

    def lost_by_cycle(self) -> np.ndarray:
        """The units lost between one order to the supplier and the next."""
        ordered = [fact.at for fact in self.told(ReplenishmentOrdered)]
        lost, _ = np.histogram(self.lost_at, bins=[*ordered, ordered[-1] + 1])
        return lost[:-1]


def stock(**values: float) -> Stock:
    """The baseline's stock parameters with some of them replaced; goods are taken in around the clock, as in theory."""
    at_any_time = {"received_by_hour": (1.0,) * 24, "receiving_days_per_week": 7}
    return Stock.model_validate({**Scenario().stock.model_dump(), **at_any_time, **values})


def plan(levels: Stock) -> Scenario:
    return scenario(stock=levels.model_dump())


# --- S = s + 1: Erlang's loss ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("base", "spread"), [(4, 0.35), (7, 0.35), (7, 0.0), (7, 0.8)])
def test_a_base_stock_loses_what_erlang_says_whatever_the_lead_times_distribution(base: int, spread: float):
    levels = stock(lead_time_sigma=spread)
    offered = 2.0 * lognormal_mean(levels.lead_time_days, spread)  # two units a day
    shop = Shop(plan(levels), base - 1, base)
    shop.sell(2.0, 30_000)
    assert len(shop.told(ReplenishmentOrdered)) == sum(shop.found)
    lost = [not found for found in shop.found]
    agrees(f"base stock {base}, spread {spread}: lost", lost, erlang_b(base, offered), relative_error=0.06)


def test_shoppers_on_the_funnel_lose_as_much():
    # From the visit to the order: who sees an empty shelf goes away. Two minutes pass between looking and ordering, so
    # that the shelf may be filled between the two (2 min x 2 receipts a day: a chance of 0.3 %), far inside.
    levels = stock(lead_time_sigma=0.35)
    shop = Shop(scenario(stock=levels.model_dump(), funnel={"empty_shelf_leave": 1.0}), 4, 5)
    gaps = Luck(SEED).draws(Purpose.ARRIVALS, 2, n=4_000)
    for at_s in accumulate(exponential(u, DAY_S / 2.0) for u in gaps):
        shop.visit(at_s=at_s)
    shop.run(DAY_S * len(gaps))
    lost = [fact.outcome != "ordered" for fact in shop.told(SessionEnded)]
    assert len(lost) == len(gaps)
    assert lost.count(False) == len(shop.told(OrderPlaced))
    offered = 2.0 * lognormal_mean(levels.lead_time_days, 0.35)
    agrees("base stock 5, on the funnel: lost", lost, erlang_b(5, offered), relative_error=0.07)


# --- S - s > s: the newsvendor's units short -------------------------------------------------------------------------


@pytest.mark.parametrize("spread", [0.0, 0.35], ids=["constant lead time", "the shop's lead time"])
@pytest.mark.parametrize("safety", [-0.5, 0.5, 1.3])
def test_fill_rate_and_cycles_without_a_loss_are_the_newsvendors(safety: float, spread: float):
    levels = stock(safety_factor=safety, lead_time_sigma=spread)
    per_day = 4.0
    s, up_to = stock_levels(per_day, levels)  # by the shop's own rule
    quantity = up_to - s
    assert quantity > s
    chances = lead_time_demand(per_day * levels.lead_time_days, spread, most=150)
    short = np.maximum(np.arange(len(chances)) - s, 0)
    mean_short = float((chances * short).sum())
    spread_short = float((chances * short**2).sum() - mean_short**2) ** 0.5
    whole = float(chances[: s + 1].sum())

    shop = Shop(plan(levels), s, up_to)
    shop.sell(per_day, 40_000)
    lost = shop.lost_by_cycle()
    assert {fact.quantity for fact in shop.told(ReplenishmentOrdered)} == {quantity}
    error = spread_short / len(lost) ** 0.5
    told(f"(s, S) = ({s}, {up_to}), spread {spread}: {lost.mean():.3f} ± {error:.3f} short a cycle, {mean_short:.3f}")
    assert abs(lost.mean() - mean_short) < 4.0 * error
    fill, theory = sum(shop.found) / len(shop.found), quantity / (quantity + mean_short)
    told(f"fill rate {fill:.4f}, theory {theory:.4f}; whole cycles {(lost == 0).mean():.3f}, theory {whole:.3f}")
    # d fill / d short = - quantity / (quantity + short)², and a last cycle that is cut off
    assert abs(fill - theory) < 4.0 * error * quantity / (quantity + mean_short) ** 2 + 1.0 / len(lost) / quantity
    assert abs((lost == 0).mean() - whole) < 4.0 * (whole * (1.0 - whole) / len(lost)) ** 0.5


def test_what_was_sold_left_the_shelf():
    shop = Shop(plan(stock()), 5, 30)
    shop.sell(4.0, 2_000)
    moved = shop.told(StockMoved)
    assert -sum(fact.quantity for fact in moved if fact.quantity < 0) == sum(shop.found)
    assert shop.shelf.on_hand == 30 + sum(fact.quantity for fact in moved)


# --- a wrong theory --------------------------------------------------------------------------------------------------


def test_another_level_or_another_lead_time_is_noticed():
    shop = Shop(plan(stock()), 6, 7)
    shop.sell(2.0, 30_000)
    lost = [not found for found in shop.found]
    for base, lead_days in ((8, 2.5), (7, 2.3), (6, 2.5)):
        with pytest.raises(AssertionError, match="against"):
            agrees("a wrong theory", lost, erlang_b(base, 2.0 * lognormal_mean(lead_days, 0.35)), relative_error=1.0)
