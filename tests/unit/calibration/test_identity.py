"""The figures about cookies and sign-ins, on counts made up for them."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.calibration.realism import identity


def test_visits_a_visitor_count_each_visitor_once():
    visitors = pd.DataFrame({"visits": [1, 2, 5], "visitors": [80, 15, 5]})
    assert identity.visits_a_visitor(visitors) == pytest.approx((80 + 30 + 25) / 100)


def test_cookies_and_orders_are_shares():
    assert identity.other_cookie(pd.DataFrame({"other": [0, 1], "visits": [30, 10]})) == pytest.approx(25.0)
    assert identity.orders_of_the_unknown(pd.DataFrame({"later": [1, 0], "orders": [1, 4]})) == pytest.approx(20.0)


def test_visits_to_the_first_order_are_a_mean_over_customers():
    assert identity.visits_to_first_order(pd.DataFrame({"customer_id": [1, 2], "visits": [1, 4]})) == pytest.approx(2.5)
