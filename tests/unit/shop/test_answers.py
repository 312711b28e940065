"""Answers to reviews: in working hours, not before the review, within days, and the more often the fewer stars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sim.clock.units import DAY_US, HOUR_US
from sim.luck import Luck
from sim.scenario import Scenario
from sim.shop.answers import Answers
from sim.shop.geography import LocalClock
from sim.snapshot import ANSWERED_WITHIN

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
ZONES = ["UTC", "America/New_York", "Asia/Kolkata", "Asia/Vladivostok"]


def answers(**review: object) -> Answers:
    return Answers(Luck(3), Scenario.model_validate({"review": review}).review)


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("sigma", [0.8, 2.0])
def test_answers_come_in_working_hours_after_the_review_and_within_days(zone, sigma):
    clock = LocalClock(zone, EPOCH)
    shop = answers(answered_by_stars=(1, 1, 1, 1, 1), answer_sigma=sigma)
    for review_id in range(4_000):
        written_at = review_id * 37 * HOUR_US // 20  # ten months, with a change of the clocks
        at = shop.answered_at(review_id, 3, written_at, clock)
        assert at is not None
        assert written_at < at <= written_at + ANSWERED_WITHIN / timedelta(microseconds=1)
        local = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))
        assert local.weekday() < 5, local
        assert 9 <= local.hour < 18, local


def test_the_fewer_stars_the_more_often():
    clock, shop = LocalClock("UTC", EPOCH), answers()
    counts = [sum(shop.answered_at(n, stars, 0, clock) is not None for n in range(4_000)) for stars in range(1, 6)]
    assert counts == sorted(counts, reverse=True)
    shares = Scenario().review.answered_by_stars
    assert [count / 4_000 for count in counts] == pytest.approx(shares, abs=0.03)


def test_a_day_is_left_where_somebody_is_at_work():
    """Half of them within the median, written on a Monday at one: that is at work until six."""
    shop = answers(answered_by_stars=(1, 1, 1, 1, 1), answer_median_h=3)
    written_at = 13 * HOUR_US
    times = [shop.answered_at(n, 1, written_at, LocalClock("UTC", EPOCH)) or 0 for n in range(2_000)]
    assert sum(at <= 16 * HOUR_US for at in times) / 2_000 == pytest.approx(0.5, abs=0.05)
    assert sum(18 * HOUR_US <= at < DAY_US + 9 * HOUR_US for at in times) == 0
