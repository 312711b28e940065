"""The figures about doors, on attempts made up for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.calibration.realism import doors


def attempts_of(*rows: tuple[int, int, str, int]) -> pd.DataFrame:
    """Customer, local hour, outcome and number of the attempt; all in time."""
    return pd.DataFrame(rows, columns=["customer_id", "hour", "outcome", "attempt_no"]).assign(on_time=1)


def test_hours_of_deliveries_are_those_of_the_attempts_that_delivered():
    hours = [(1, hour, "delivered", 1) for hour in (21, 22, 23, 6, 7, 5, 8, 12)]
    attempts = attempts_of(*hours, (1, 23, "nobody_home", 1))
    assert doors.night_deliveries(attempts) == pytest.approx(100 * 4 / 8)  # 22, 23, 5, 6
    assert doors.early_deliveries(attempts) == pytest.approx(100 * 3 / 8)  # 5, 6, 7


def test_worst_part_of_the_day_over_best_is_of_first_attempts_in_time():
    parts = {8: 10, 14: 30, 19: 20}  # failures of a hundred at each hour
    rows = [
        (n, hour, "nobody_home" if n < failed else "delivered", 1) for hour, failed in parts.items() for n in range(100)
    ]
    noise = attempts_of(*[(n, 19, "nobody_home", 2) for n in range(100)])
    late = attempts_of(*[(n, 19, "nobody_home", 1) for n in range(100)]).assign(on_time=0)
    at_night = attempts_of((1, 23, "delivered", 1))  # a part with too few of them
    attempts = pd.concat([attempts_of(*rows), noise, late, at_night])
    assert doors.not_at_home_by_hour(attempts) == pytest.approx(3.0)


@pytest.mark.parametrize(("rates", "low", "high"), [((0.1, 0.1), 0.9, 1.1), ((0.0, 0.2), 1.3, 3.0)])
def test_people_who_are_out_more_than_others_are_told_from_chance(rates, low, high):
    luck = np.random.default_rng(2)
    customer = np.repeat(np.arange(1_000), 5)
    failed = luck.random(len(customer)) < np.array(rates)[customer % 2]
    rows = [(int(who), 12, "nobody_home" if out else "delivered", 1) for who, out in zip(customer, failed, strict=True)]
    once = [(5_000 + n, 12, "nobody_home", 1) for n in range(50)]  # says nothing about who
    assert low < doors.not_at_home_by_customer(attempts_of(*rows, *once)) < high
