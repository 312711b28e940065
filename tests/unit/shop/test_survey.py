"""The survey: who answers, when, and how the score follows from satisfaction."""

from __future__ import annotations

from datetime import UTC, datetime
from statistics import NormalDist, fmean
from types import SimpleNamespace
from typing import Any

import pytest

from sim.clock.units import DAY_US, HOUR_US
from sim.luck import Luck
from sim.scenario import Scenario
from sim.shop.geography import LocalClock
from sim.shop.survey import Survey, as_stars

CLOCK = LocalClock("Europe/Berlin", datetime(2026, 1, 5, tzinfo=UTC))


def survey(**parameters: object) -> Survey:
    return Survey(Luck(5), Scenario.model_validate({"survey": parameters}))


def delivered(order_id: int, at: int = DAY_US) -> Any:
    return SimpleNamespace(order_id=order_id, delivered_at=at, warehouse=SimpleNamespace(clock=CLOCK))


def test_the_share_that_is_said_answers():
    asked = survey(answer=0.2, within_days=90)
    answers = [asked.answered_at(delivered(number)) for number in range(4_000)]
    assert sum(at is not None for at in answers) / 4_000 == pytest.approx(0.2, abs=0.02)


def test_answers_come_after_the_mail_within_days_and_in_waking_hours():
    asked = survey(answer=1, asked_after_h=30, within_days=4)
    times = [asked.answered_at(delivered(number)) for number in range(2_000)]
    came = [at for at in times if at is not None]
    assert 0.8 < len(came) / 2_000 < 1  # who would come later does not come
    assert all(DAY_US + 30 * HOUR_US < at <= 5 * DAY_US for at in came)
    assert all(not 2 <= CLOCK.local_us(at) % DAY_US / HOUR_US < 6 for at in came)


@pytest.mark.parametrize(
    ("satisfaction", "score"),
    [(50, 6), (70, 8), (74, 8), (75, 9), (90, 10), (100, 10), (10, 2), (0, 1)],  # 6 + 0.1 a point from 50 on
)
def test_a_score_is_what_satisfaction_says_when_there_is_no_chance_in_it(satisfaction: int, score: int):
    assert survey(score_at_50=6, score_per_point=0.1, noise=0).score([0.0] * 5, satisfaction) == score


def test_chance_moves_scores_and_never_beyond_their_ends():
    asked = survey(score_at_50=6, score_per_point=0.1, noise=2)
    one_up = NormalDist().cdf(1.0)
    assert asked.score([0, 0, one_up, 0, 0], 50) == 8
    assert asked.score([0, 0, 1 - one_up, 0, 0], 50) == 4
    assert {asked.score([0, 0, u, 0, 0], 100) for u in (0.5, 0.9, 0.999999)} == {10}
    assert asked.score([0, 0, 1e-9, 0, 0], 0) == 0


def test_who_is_more_satisfied_gives_more():
    asked = survey()
    means = [fmean(asked.score(asked.draws(delivered(n)), level) for n in range(500)) for level in (20, 50, 80)]
    assert means == sorted(means)
    assert means[2] - means[0] > 3


def test_stars_follow_the_scores():
    assert [as_stars(score) for score in range(11)] == [1, 1, 1, 2, 2, 2, 3, 4, 4, 5, 5]
