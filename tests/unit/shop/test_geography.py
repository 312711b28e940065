"""Distances, places and local clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from statistics import fmean
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.shop.geography import Landmark, LocalClock, distance_m, place_around

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
SECOND, HOUR, DAY = 1_000_000, 3_600_000_000, 86_400_000_000
ZONES = [
    "America/New_York", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Australia/Sydney",
    "Europe/Moscow", "Asia/Vladivostok", "Asia/Kathmandu", "Australia/Lord_Howe",
]  # fmt: skip

unit = st.floats(0.0, 1.0, exclude_max=True)
latitudes = st.floats(-70.0, 70.0)
longitudes = st.floats(-180.0, 180.0)


def us(moment: str) -> int:
    """Microseconds from the epoch to a moment written as ISO 8601 with its offset."""
    return (datetime.fromisoformat(moment) - EPOCH) // timedelta(microseconds=1)


# --- distances and places --------------------------------------------------------------------------------------------


def test_distance_between_known_cities():
    paris_to_london = distance_m(48.8566, 2.3522, 51.5074, -0.1278)
    assert paris_to_london == pytest.approx(343_556, rel=0.001)


def test_a_degree_of_latitude_is_a_360th_of_the_mean_circumference():
    assert distance_m(10.0, 20.0, 11.0, 20.0) == pytest.approx(111_195, abs=1)


def test_detour_lengthens_the_way():
    assert distance_m(0.0, 0.0, 0.0, 1.0, detour=1.3) == pytest.approx(1.3 * distance_m(0.0, 0.0, 0.0, 1.0), abs=1)


@given(a=latitudes, b=longitudes, c=latitudes, d=longitudes)
def test_distance_is_the_same_both_ways_and_zero_to_itself(a, b, c, d):
    assert distance_m(a, b, c, d) == distance_m(c, d, a, b)
    assert distance_m(a, b, a, b) == 0


@given(a=latitudes, b=longitudes, c=latitudes, d=longitudes, detour=st.floats(1.0, 2.0))
def test_a_landmark_measures_the_very_same_metres(a, b, c, d, detour):
    assert Landmark(a, b).distance_m(c, d, detour) == distance_m(a, b, c, d, detour) == distance_m(c, d, a, b, detour)


@given(latitude=latitudes, longitude=longitudes, radius=st.floats(0.5, 15.0), u1=unit, u2=unit)
def test_places_lie_within_the_radius(latitude, longitude, radius, u1, u2):
    place = place_around(latitude, longitude, radius, u1, u2)
    assert distance_m(latitude, longitude, *place) <= radius * 1000 * 1.01 + 1
    assert place == (round(place[0], 6), round(place[1], 6))


def test_places_are_denser_in_the_middle_and_lie_on_all_sides():
    grid = [(i + 0.5) / 60 for i in range(60)]
    places = [place_around(51.5, -0.1, 8.0, u1, u2) for u1 in grid for u2 in grid]
    inner = sum(distance_m(51.5, -0.1, *place) < 4000 for place in places) / len(places)
    assert 0.27 < inner < 0.5  # a quarter of the disc's area is home to more than a quarter of the people
    assert fmean(latitude for latitude, _ in places) == pytest.approx(51.5, abs=1e-4)
    assert fmean(longitude for _, longitude in places) == pytest.approx(-0.1, abs=1e-4)


# --- local clocks ----------------------------------------------------------------------------------------------------


@settings(max_examples=400)
@given(zone=st.sampled_from(ZONES), at=st.integers(-400 * DAY, 800 * DAY), start=st.integers(0, 3 * HOUR))
def test_the_clock_shows_what_the_calendar_says(zone, at, start):
    epoch = EPOCH + timedelta(microseconds=start)  # need not be a full quarter of an hour
    clock = LocalClock(zone, epoch)
    local = (epoch + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))
    assert clock.hour_of_week(at) == local.weekday() * 24 + local.hour
    assert clock.hour(at) == local.hour
    assert clock.local_day(at) == local.date().toordinal()


@pytest.mark.parametrize(
    ("zone", "change", "before", "after"),
    [
        ("America/New_York", "2026-03-08T07:00Z", 1, 3),
        ("America/New_York", "2026-11-01T06:00Z", 1, 1),
        ("Europe/London", "2026-03-29T01:00Z", 0, 2),
        ("Europe/London", "2026-10-25T01:00Z", 1, 1),
        ("Australia/Sydney", "2026-04-04T16:00Z", 2, 2),
        ("Australia/Sydney", "2026-10-03T16:00Z", 1, 3),
    ],
)
def test_daylight_saving_begins_and_ends(zone, change, before, after):
    clock = LocalClock(zone, EPOCH)
    assert clock.hour(us(change) - 1) == before
    assert clock.hour(us(change)) == after


def test_sao_paulo_keeps_one_offset_all_year():
    clock = LocalClock("America/Sao_Paulo", EPOCH)
    assert {clock.local_us(day * DAY) - clock.local_us(0) - day * DAY for day in range(366)} == {0}


@pytest.mark.parametrize(
    ("zone", "day", "seconds", "instant"),
    [
        ("America/Sao_Paulo", date(2026, 3, 8), 9 * 3600, "2026-03-08T12:00Z"),
        ("America/New_York", date(2026, 3, 8), 3600, "2026-03-08T06:00Z"),
        ("America/New_York", date(2026, 3, 8), 9000, "2026-03-08T07:00Z"),  # 02:30 is skipped: the skip itself
        ("America/New_York", date(2026, 3, 8), 3 * 3600, "2026-03-08T07:00Z"),
        ("America/New_York", date(2026, 11, 1), 5400, "2026-11-01T05:30Z"),  # 01:30 comes twice: the first
        ("America/New_York", date(2026, 11, 1), 9 * 3600, "2026-11-01T14:00Z"),
        ("Europe/London", date(2026, 3, 29), 5400, "2026-03-29T01:00Z"),
        ("Europe/London", date(2026, 10, 25), 5400, "2026-10-25T00:30Z"),
        ("Australia/Sydney", date(2026, 10, 4), 9000, "2026-10-03T16:00Z"),
        ("Australia/Sydney", date(2026, 4, 5), 9000, "2026-04-04T15:30Z"),
    ],
)
def test_instants_of_local_times(zone, day, seconds, instant):
    assert LocalClock(zone, EPOCH).instant_of(day.toordinal(), seconds) == us(instant)


def test_seconds_beyond_the_day_fall_on_the_next():
    clock = LocalClock("Europe/Berlin", EPOCH)
    day = date(2026, 6, 1).toordinal()
    assert clock.instant_of(day, 25 * 3600) == clock.instant_of(day + 1, 3600)


@settings(max_examples=300)
@given(zone=st.sampled_from(ZONES), day=st.integers(0, 730), seconds=st.integers(0, 86_399))
def test_instant_of_is_the_first_that_shows_the_time_or_later(zone, day, seconds):
    clock = LocalClock(zone, EPOCH)
    local_day = EPOCH.toordinal() + day
    at = clock.instant_of(local_day, seconds)
    shown = (local_day - date(1970, 1, 1).toordinal()) * DAY + seconds * SECOND
    assert clock.local_us(at) >= shown
    assert clock.local_us(at - 1) < shown


@pytest.mark.parametrize("zone", ZONES)
def test_later_local_times_are_never_earlier_instants(zone):
    clock = LocalClock(zone, EPOCH)
    first = EPOCH.toordinal()
    instants = [clock.instant_of(day, 900 * quarter) for day in range(first, first + 366) for quarter in range(96)]
    assert all(earlier <= later for earlier, later in pairwise(instants))


def test_the_cache_is_bounded():
    clock = LocalClock("Europe/London", EPOCH)
    hours = [clock.hour(quarter * 900 * SECOND) for quarter in range(20_000)]
    assert len(clock._offsets) < 10_000
    assert hours[:96] == [clock.hour(quarter * 900 * SECOND) for quarter in range(96)]


def test_a_call_is_a_look_up_once_the_quarter_is_known(monkeypatch):
    clock = LocalClock("Europe/London", EPOCH)
    looked_up: list[int] = []
    original = LocalClock._look_up

    def counted(self: LocalClock, quarter: int) -> int:
        looked_up.append(quarter)
        return original(self, quarter)

    monkeypatch.setattr(LocalClock, "_look_up", counted)
    for second in range(900):
        clock.hour_of_week(second * SECOND)
    assert len(looked_up) == 1
