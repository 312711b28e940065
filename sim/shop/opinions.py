"""Opinions: what customers make of delivered lines, all of it a pure function of the order and its luck."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.clock.units import DAY_US, HOUR_US
from sim.luck import Luck, Purpose, Weighted, lognormal
from sim.shop.quality import Qualities
from sim.shop.rating import PRAISE, Opinion, return_chance, stars
from sim.shop.receiving import ReceivingHours
from sim.shop.waking import WakingHours

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.scenario import Scenario
    from sim.shop.catalogue import Catalogue, Category
    from sim.shop.order import Order


class ExpectedReturn(NamedTuple):
    """A line that comes back: when that is asked for and when the money is given back."""

    requested_at: int
    refunded_at: int


class Opinions:
    """What the customers of a shop will think, write and send back."""

    def __init__(self, luck: Luck, scenario: Scenario, catalogue: Catalogue) -> None:
        self._luck = luck
        self._review = scenario.review
        self._waking_hours = WakingHours(scenario.review.by_hour)
        self._returns = scenario.returns
        self._receiving = ReceivingHours(scenario.stock)
        self._personas = scenario.funnel.personas
        self._catalogue = catalogue
        self.qualities = Qualities(luck, scenario)
        self._bad_reasons = Weighted.named(scenario.returns.bad_reason_weight)
        self._other_reasons = Weighted.named(scenario.returns.other_reason_weight)

    def review_draws(self, order: Order, line: OrderLine) -> list[float]:
        """Return the uniforms of a line's review."""
        return self._luck.draws(Purpose.REVIEW, order.order_id, line.line_no, 8)

    def return_draws(self, order: Order, line: OrderLine) -> list[float]:
        """Return the uniforms of a line's return."""
        return self._luck.draws(Purpose.RETURN, order.order_id, line.line_no, 6)

    def disappoints(self, order: Order, line: OrderLine) -> bool:
        """Whether the product is a disappointment, however it came."""
        return self.review_draws(order, line)[0] < self.qualities.of(line.product_id).disappoints

    def is_remembered(self, order: Order, line: OrderLine) -> bool:
        """Whether the customer will speak of the product when reviewing another one of the same."""
        (u,) = self._luck.draws(Purpose.REMEMBERED, order.order_id, line.line_no, 1)
        return u < self._review.remembered and not self.disappoints(order, line)

    def of(self, order: Order, line: OrderLine) -> Opinion:
        """Return what the customer thinks of a line."""
        comes_back = self.expected_return(order, line) is not None
        reason = self.return_reason(order, line) if comes_back else None
        return Opinion(self.rating(order, line), self.fault(order, line), reason)

    def rating(self, order: Order, line: OrderLine) -> int:
        """Return the stars that a review of the line has, or would have."""
        u, quality = self.review_draws(order, line), self.qualities.of(line.product_id)
        bias = self._personas[order.customer.persona].rating_bias + quality.stars
        return stars(order, self._review, bias, u[3], bad=u[0] < quality.disappoints)

    def fault(self, order: Order, line: OrderLine) -> str | None:
        """Return what is wrong with a product that disappoints, in the words of a return."""
        if not self.disappoints(order, line):
            return None
        return self._bad_reasons.pick(self.return_draws(order, line)[3])

    def reviewed_at(self, order: Order, line: OrderLine) -> int | None:
        """Return when a line is reviewed, if it is."""
        review = self._review
        u = self.review_draws(order, line)
        bad = u[0] < self.qualities.of(line.product_id).disappoints or order.late
        factor = self._personas[order.customer.persona].review_factor
        if u[1] >= review.write * factor * (review.write_after_bad if bad else 1.0):
            return None
        delay_us = round(lognormal(u[2], review.delay_median_h, review.delay_sigma) * HOUR_US)
        delivered_at = order.delivered_at or 0
        last_us = delivered_at + round(review.within_days * DAY_US)
        if delivered_at + delay_us > last_us:
            return None
        at = self._waking_hours.after(order.warehouse.clock, delivered_at + delay_us)
        return None if at > last_us else at

    def expected_return(self, order: Order, line: OrderLine) -> ExpectedReturn | None:
        """Return when a line comes back, if it does."""
        returns = self._returns
        u = self.return_draws(order, line)
        weight = self._category(line).return_weight * self._personas[order.customer.persona].return_factor
        if u[0] >= return_chance(returns, weight, bad=self.disappoints(order, line), late=order.late):
            return None
        delay_days = lognormal(u[1], returns.delay_median_days, returns.delay_sigma)
        if delay_days > returns.within_days:
            return None
        requested_at = (order.delivered_at or 0) + round(delay_days * DAY_US)
        processing_days = lognormal(u[2], returns.processing_days, returns.processing_sigma)
        checked_at = requested_at + round(min(processing_days, returns.processing_most_days) * DAY_US)
        return ExpectedReturn(requested_at, self._receiving.after(order.warehouse.clock, checked_at))

    def return_reason(self, order: Order, line: OrderLine) -> str:
        """Return why a line comes back: what is wrong with it, a lateness that spoiled it, or nobody's fault."""
        fault = self.fault(order, line)
        if fault is not None:
            return fault
        u = self.return_draws(order, line)
        spoiled = order.late and self.rating(order, line) < PRAISE
        if spoiled and u[5] < self._returns.reason_too_late:
            return "too_late"
        return self._other_reasons.pick(u[3]) if self._category(line).sized else "changed_mind"

    def _category(self, line: OrderLine) -> Category:
        return self._catalogue.category(self._catalogue.product(line.product_id).category_id)
