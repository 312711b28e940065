"""How long pages are looked at: by page, device and person, some of them left open."""

from __future__ import annotations

from math import log
from statistics import median

import pytest

from sim.scenario.funnel import Funnel
from sim.shop.dwell import LONGEST_S, Dwell

GRID = [(at + 0.5) / 2000 for at in range(2000)]
FUNNEL = Funnel(
    landing_dwell_s=10.0, view_dwell_s=20.0, cart_dwell_s=15.0, checkout_dwell_s=80.0, payment_dwell_s=30.0,
    dwell_sigma=0.5, device_dwell={"mobile": 0.5, "desktop": 1.0, "tablet": 2.0}, idle_share=0.1, idle_s=600.0,
    idle_sigma=0.2,
)  # fmt: skip


def seconds(step: str, device: str = "desktop", pace: float = 1.0) -> list[float]:
    dwell = Dwell(FUNNEL, device)
    return [dwell.us(step, pace, u) / 1e6 for u in GRID]


@pytest.mark.parametrize(
    ("step", "median_s"),
    [
        ("visit", 10), ("product_view", 20), ("cart_restored", 15), ("add_to_cart", 15), ("remove_from_cart", 15),
        ("checkout", 80), ("order_placed", 30), ("payment_attempt", 30),
    ],
)  # fmt: skip
def test_each_page_has_a_median_times_device_and_pace(step, median_s):
    attentive = [s for s in seconds(step) if s < 300]
    assert median(attentive) == pytest.approx(median_s, rel=0.01)
    assert median(s for s in seconds(step, "mobile", 1.5) if s < 300) == pytest.approx(0.75 * median_s, rel=0.01)


def test_some_pages_are_left_open_and_no_form_is():
    assert sum(s > 300 for s in seconds("product_view")) == 200  # a tenth
    assert median(s for s in seconds("product_view", "mobile", 3.0) if s > 300) == pytest.approx(600, rel=0.01)
    assert max(seconds("checkout")) < 80 * 6  # six e-foldings of a sigma of one half: nobody of two thousand


def test_the_others_are_spread_as_stated():
    logs = [log(s) for s in seconds("visit") if s < 300]
    mean = sum(logs) / len(logs)
    assert (sum((x - mean) ** 2 for x in logs) / len(logs)) ** 0.5 == pytest.approx(0.5, abs=0.01)


def test_nobody_is_away_for_longer_than_a_session_lasts():
    away = Dwell(Funnel(idle_share=1.0, idle_s=3600.0), "mobile")
    assert max(away.us("visit", 1.0, u) for u in GRID) == LONGEST_S * 1e6
    assert Dwell(Funnel(idle_share=0.0, dwell_sigma=0.0), "desktop").us("visit", 1.0, 0.0) > 0
