"""Cookies: whose they are, how long they last, and who stays signed in with one."""

from __future__ import annotations

import itertools

import pytest

from sim.clock.units import DAY_US
from sim.luck import Luck
from sim.scenario.identity import Identity
from sim.shop.cookie_owners import CookieOwners
from sim.shop.cookies import PRIVATE, Cookies, has_signed_in, is_signed_in, keep_from_before, keep_signed_in, lost
from sim.shop.people import Address, Customer
from sim.shop.traits import home_key

COOKIES = Cookies(Luck(7), Identity())
PLACES = [(round(40.0 + number * 1e-4, 6), -74.0) for number in range(4000)]
HOMES = [home_key(*place) for place in PLACES]
HOME = HOMES[0]


def customer() -> Customer:
    return Customer(101, "loyal", *Address(101, *PLACES[0]), 50, 1.0)


def test_a_cookie_is_the_same_for_whoever_reckons_it_again():
    assert Cookies(Luck(7), Identity()).of(HOME, "mobile", 5 * DAY_US, 3) == COOKIES.of(HOME, "mobile", 5 * DAY_US, 3)


def test_people_devices_times_and_seeds_have_cookies_of_their_own():
    ids = {COOKIES.of(home, device, 0, 3).visitor_id for home in HOMES for device in ("mobile", "desktop", "tablet")}
    assert len(ids) == 3 * len(HOMES)
    assert Cookies(Luck(8), Identity()).of(HOME, "mobile", 0, 3).visitor_id not in ids
    weekly = Cookies(Luck(7), Identity(cookie_life_days=7.0, cookie_life_sigma=0.0))
    assert len({weekly.of(HOME, "mobile", week * 7 * DAY_US, 3).visitor_id for week in range(100)}) == 100


def test_a_visitor_names_the_city_and_is_exact_as_a_double():
    for home in HOMES:
        visitor_id = COOKIES.of(home, "mobile", 0, 42).visitor_id
        assert visitor_id % 100 == 42
        assert 0 < visitor_id < 2**53


def test_numbers_count_up_from_the_epoch_and_change_when_a_life_is_over():
    weekly = Cookies(Luck(7), Identity(cookie_life_days=7.0, cookie_life_sigma=0.0))
    numbers = [weekly.of(HOME, "mobile", day * DAY_US, 1).number for day in range(29)]
    assert numbers[0] == 0
    assert numbers[-1] == 4
    assert {after - before for before, after in itertools.pairwise(numbers)} == {0, 1}


def test_as_many_lose_their_cookie_in_a_month_as_comscore_counted():
    """31 % of 400,000 computers at least once, 7 % more than four times; of 4,000 the shares spread by 0.7 and 0.4."""
    lost = [COOKIES.of(home, "desktop", 30 * DAY_US, 1).number for home in HOMES]
    assert sum(number > 0 for number in lost) / len(HOMES) == pytest.approx(0.31, abs=0.025)
    assert sum(number > 4 for number in lost) / len(HOMES) == pytest.approx(0.07, abs=0.02)


def test_where_all_lives_are_alike_they_end_evenly_over_time():
    """Of lives of 300 days half are over by day 150: of 4,000 the share spreads by 0.8 %."""
    alike = Cookies(Luck(7), Identity(cookie_life_days=300.0, cookie_life_sigma=0.0))
    lost = sum(alike.of(home, "mobile", 150 * DAY_US, 1).number for home in HOMES)
    assert lost / len(HOMES) == pytest.approx(0.5, abs=0.03)


def test_a_private_window_has_a_cookie_of_its_own_each_time_and_keeps_nothing():
    one, two = (COOKIES.of_window(HOME, "mobile", session_id) for session_id in (101, 201))
    assert one.visitor_id != two.visitor_id
    who = customer()
    keep_signed_in(who, one)
    assert one.number == PRIVATE
    assert not is_signed_in(who, one)
    assert not has_signed_in(who, "mobile")


def test_who_signs_in_stays_so_on_that_device_until_the_cookie_is_lost():
    weekly = Cookies(Luck(7), Identity(cookie_life_days=7.0, cookie_life_sigma=0.0, signed_in_at_opening=0.0))
    who = customer()
    first, next_one = (weekly.of(HOME, "mobile", day * DAY_US, 1) for day in (8, 15))
    assert not is_signed_in(who, first)
    keep_signed_in(who, first)
    keep_signed_in(who, weekly.of(HOME, "tablet", 8 * DAY_US, 1))
    assert is_signed_in(who, first)
    assert not is_signed_in(who, next_one)
    assert not is_signed_in(who, weekly.of(HOME, "desktop", 8 * DAY_US, 1))
    keep_signed_in(who, next_one)
    assert is_signed_in(who, next_one)
    assert is_signed_in(who, weekly.of(HOME, "tablet", 8 * DAY_US, 1))


def test_who_was_there_before_the_opening_may_be_signed_in_until_the_cookie_of_then_is_lost():
    at_the_opening = [COOKIES.of(home, "mobile", 0, 1) for home in HOMES]
    established, new = customer(), customer()
    keep_from_before(established)
    signed_in = [is_signed_in(established, cookie) for cookie in at_the_opening]
    assert sum(signed_in) / len(HOMES) == pytest.approx(0.6, abs=0.03)
    assert not any(is_signed_in(new, cookie) for cookie in at_the_opening)
    lost = [cookie._replace(number=1) for cookie in at_the_opening]
    assert not any(is_signed_in(established, cookie) for cookie in lost)


def test_a_lost_cookie_is_nobodys_but_was_there():
    who = customer()
    keep_signed_in(who, lost("mobile"))
    assert has_signed_in(who, "mobile")
    assert not any(is_signed_in(who, COOKIES.of(HOME, "mobile", day * DAY_US, 1)) for day in range(400))


@pytest.mark.parametrize("device", ["mobile", "desktop", "tablet"])
def test_who_knows_the_seed_finds_whose_cookie_it_is(device):
    owners = CookieOwners(COOKIES, [Customer(101, "loyal", *Address(101, *place), 50, 1.0) for place in PLACES])
    for which, home in enumerate(HOMES[::40]):
        at_us = which * DAY_US + which
        assert owners.of(COOKIES.of(home, device, at_us, 3).visitor_id, device, at_us).tolist() == [40 * which]
        window = COOKIES.of_window(home, device, 100 * which + 3)
        assert owners.of_window(window.visitor_id, device, 100 * which + 3).tolist() == [40 * which]
    assert owners.of(COOKIES.of(home_key(0.0, 0.0), device, 0, 3).visitor_id, device, 0).tolist() == []


def test_without_the_seed_two_cookies_of_a_device_have_nothing_in_common():
    """Of 46 bits of two numbers 23 agree on average; over 4,000 pairs the mean spreads by 0.05."""
    weekly = Cookies(Luck(7), Identity(cookie_life_days=7.0, cookie_life_sigma=0.0))
    agree = 0
    for home in HOMES:
        one, two = (weekly.of(home, "mobile", day * DAY_US, 1).visitor_id // 100 for day in (0, 8))
        agree += 46 - (one ^ two).bit_count()
    assert agree / len(HOMES) == pytest.approx(23.0, abs=0.25)
