"""Answers: which reviews the shop answers, when somebody is at work to do so, and in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import DAY_US, HOUR_US, SECOND_US
from sim.luck import Luck, Purpose, lognormal

if TYPE_CHECKING:
    from sim.scenario.post_delivery import Review
    from sim.shop.geography import LocalClock

_OPENS_H, _CLOSES_H = 9, 18  # in the city of the customer; Monday to Friday
_MONDAY = 1  # a local day's remainder by 7
_MORNING_H = 2.0  # what came overnight is answered within so many hours
_MOST_H = 72.0  # a review is not left lying longer, but for a weekend


class Answers:
    """Decides on answers, each a pure function of the review and its luck, so that none has to be remembered."""

    def __init__(self, luck: Luck, review: Review) -> None:
        self._luck = luck
        self._review = review

    def answered_at(self, review_id: int, rating: int, written_at: int, clock: LocalClock) -> int | None:
        """Return when a review with a text is answered, if it is; always later than it was written."""
        u = self._luck.draws(Purpose.REVIEW_ANSWER, review_id, 0, 3)
        if u[0] >= self._review.answered_by_stars[rating - 1]:
            return None
        delay_h = min(_MOST_H, lognormal(u[1], self._review.answer_median_h, self._review.answer_sigma))
        at = written_at + max(SECOND_US, round(delay_h * HOUR_US))
        day, time_us = clock.local_day(at), clock.local_us(at) % DAY_US
        if not _is_free(day) and _OPENS_H * HOUR_US <= time_us < _CLOSES_H * HOUR_US:
            return at
        if time_us >= _CLOSES_H * HOUR_US:
            day += 1
        while _is_free(day):
            day += 1
        return max(at, clock.instant_of(day, _OPENS_H * 3600 + round(u[2] * _MORNING_H * 3600)))


def _is_free(local_day: int) -> bool:
    return (local_day - _MONDAY) % 7 >= 5
