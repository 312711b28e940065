"""The figures about visits, addresses, channels and tables, on rows made up for them."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest

from sim.calibration.realism import channels, places, tables, visits

PEOPLE, EACH = 800, 10


def dwells_of(own: float, *, idle: float = 0.0) -> pd.DataFrame:
    """Times on products' pages: a person's own level, chance, and now and then a while spent idle."""
    luck, people = np.random.default_rng(1), np.repeat(np.arange(PEOPLE), EACH)
    ln = 3.0 + luck.normal(0.0, own, PEOPLE)[people] + luck.normal(0.0, 0.8, len(people))
    ln = np.where(luck.random(len(people)) < idle, ln + 3.0, ln)
    device = np.where(people % 2, "mobile", "desktop")
    ln = np.where(device == "mobile", ln, ln + np.log(1.5))
    frame = pd.DataFrame({"customer_id": people, "device": device, "event_type": "product_view", "dwell_s": np.exp(ln)})
    rare = pd.DataFrame({"customer_id": [1], "device": ["tablet"], "event_type": ["visit"], "dwell_s": [9_999.0]})
    return pd.concat([frame, rare], ignore_index=True)


def of_one_device(dwells: pd.DataFrame) -> pd.DataFrame:
    return dwells[dwells["device"] == "mobile"]


def test_lognormal_times_have_no_skew_and_idle_ones_a_tail():
    assert visits.dwell_skewness(of_one_device(dwells_of(0.0))) == pytest.approx(0.0, abs=0.1)
    assert visits.dwell_skewness(dwells_of(0.0, idle=0.05)) > 0.4


def test_times_by_device_and_page_are_ratios_of_medians_of_what_is_frequent():
    assert visits.dwell_by_device(dwells_of(0.0)) == pytest.approx(1.5, rel=0.05)
    assert isnan(visits.dwell_by_page(dwells_of(0.0)))  # one frequent page alone
    landing = dwells_of(0.0).assign(event_type="visit", dwell_s=lambda some: 2.0 * some["dwell_s"])
    assert visits.dwell_by_page(pd.concat([dwells_of(0.0), landing])) == pytest.approx(2.0, rel=0.01)


@pytest.mark.parametrize("own", [0.0, 0.6])
def test_times_of_people_with_a_pace_have_the_icc_of_their_components(own):
    assert visits.dwell_icc(of_one_device(dwells_of(own))) == pytest.approx(own**2 / (own**2 + 0.64), abs=0.04)


def test_shares_of_visits_are_weighted_by_how_many_there_are():
    assert visits.bounces_that_last(pd.DataFrame({"lasted": [0, 1], "visits": [30, 10]})) == pytest.approx(25.0)
    assert visits.emails_of_nobody(pd.DataFrame({"nobody": [0, 1], "visits": [65, 35]})) == pytest.approx(35.0)
    assert visits.emails_of_nobody(pd.DataFrame({"nobody": [0], "visits": [65]})) == 0.0


# --- places ----------------------------------------------------------------------------------------------------------


def addresses_of(own: float) -> pd.DataFrame:
    """Homes of two far cities in 200 postal codes each, whose middles differ by so much; within a code 0.01 degrees."""
    luck = np.random.default_rng(2)
    code = np.repeat(np.arange(400), 20)
    latitude = np.where(code < 200, 52.0, -33.0) + luck.normal(0.0, own, 400)[code] + luck.normal(0.0, 0.01, len(code))
    return pd.DataFrame(
        {"city_id": code // 200, "customer_id": np.arange(len(code)), "postal_code": code, "latitude": latitude}
    )


@pytest.mark.parametrize(("own", "between"), [(0.0, 0.0), (0.03, 0.9)])
def test_postal_codes_that_are_areas_part_the_latitudes_of_a_city(own, between):
    assert places.postal_codes_are_areas(addresses_of(own)) == pytest.approx(between, abs=0.03)


def test_two_addresses_are_per_cent_of_customers():
    addresses = pd.DataFrame({"customer_id": [1, 1, 2, 3, 4, 4, 4]})
    assert places.two_addresses(addresses) == pytest.approx(50.0)


def test_the_largest_mail_domain_is_per_cent_of_customers():
    assert places.largest_mail_domain(pd.DataFrame({"domain": list("ab"), "customers": [30, 10]})) == pytest.approx(
        75.0
    )


# --- channels --------------------------------------------------------------------------------------------------------


def test_channels_are_held_against_devices_personas_and_whole_weeks():
    rows = [
        ("ads", "mobile", "loyal", 0, 300),
        ("search", "desktop", "planner", 0, 300),
        ("ads", "mobile", "planner", 1, 300),
        ("search", "desktop", "loyal", 1, 300),
        ("ads", "desktop", None, 2, 999),  # of nobody known, in a week that is not whole
    ]
    found = pd.DataFrame(rows, columns=["channel", "device", "persona", "week", "visits"]).assign(weeks=2)
    assert channels.channel_by_device(found[:-1]) == pytest.approx(1.0, abs=0.01)
    assert channels.channel_by_persona(found) == pytest.approx(0.0, abs=0.01)
    assert channels.channel_by_week(found) == pytest.approx(0.0, abs=0.01)


# --- tables ----------------------------------------------------------------------------------------------------------


def test_what_should_not_be_there_is_counted():
    assert tables.without_opening_price(pd.DataFrame({"opened": [1, 0, 0, 1]})) == 2.0
    columns = pd.DataFrame({"table_name": list("abc"), "column_name": ["persona", "personal", "satisfaction"]})
    assert tables.columns_of_the_mind(columns) == 2.0
    assert tables.exits_by_whim(pd.DataFrame({"whim": [0, 1], "visits": [75, 25]})) == pytest.approx(25.0)
