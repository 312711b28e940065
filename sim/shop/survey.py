"""The survey: who is asked after a delivery answers or not, with a score that follows from satisfaction.

An answer is a pure function of the order and its luck, but for the score, which the satisfaction of that moment sets.
"""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

from sim.clock.units import DAY_US, HOUR_US
from sim.luck import Luck, Purpose, lognormal, standard_normal
from sim.shop.waking import WakingHours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario import Scenario
    from sim.shop.order import Order

HIGHEST = 10
_LEVEL = 50  # of satisfaction, at which the score is the scenario's


class Survey:
    """How likely would you recommend us, 0 to 10: when customers say so, and what."""

    def __init__(self, luck: Luck, scenario: Scenario) -> None:
        self._luck = luck
        self._survey = scenario.survey
        self._waking_hours = WakingHours(scenario.review.by_hour)

    def draws(self, order: Order) -> list[float]:
        """Return the uniforms of an order's survey."""
        return self._luck.draws(Purpose.SURVEY, order.order_id, 0, 5)

    def answered_at(self, order: Order) -> int | None:
        """Return when the survey about a delivered order is answered, if it is."""
        survey, u = self._survey, self.draws(order)
        if u[0] >= survey.answer:
            return None
        delivered_at = order.delivered_at or 0
        delay_us = round((survey.asked_after_h + lognormal(u[1], survey.delay_median_h, survey.delay_sigma)) * HOUR_US)
        last_us = delivered_at + round(survey.within_days * DAY_US)
        if delivered_at + delay_us > last_us:
            return None
        at = self._waking_hours.after(order.warehouse.clock, delivered_at + delay_us)
        return None if at > last_us else at

    def score(self, u: Sequence[float], satisfaction: int) -> int:
        """Return the score of a customer who is that satisfied, by the survey's uniforms."""
        survey = self._survey
        leaning = survey.score_at_50 + survey.score_per_point * (satisfaction - _LEVEL)
        return max(0, min(HIGHEST, floor(leaning + survey.noise * standard_normal(u[2]) + 0.5)))

    def has_comment(self, u: Sequence[float]) -> bool:
        """Whether the customer says why."""
        return u[3] < self._survey.with_comment


def as_stars(score: int) -> int:
    """Return the stars of a review that would be as friendly: five for 9 and 10, four for 7 and 8, fewer below."""
    return 5 if score >= 9 else 4 if score >= 7 else 1 + score // 3
