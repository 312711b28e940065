"""Postal codes are areas of a city, after its patterns."""

from __future__ import annotations

import re

import pytest

from sim.markets import City, load_market
from sim.shop.geography import distance_m, place_around
from sim.shop.postal_areas import PostalAreas

CITIES = [city for name in ("international", "russian") for city in load_market(name).cities]
GRID = [at / 25 for at in range(25)]
PLACES = [(u1, u2) for u1 in GRID for u2 in GRID]

Place = tuple[float, float]


@pytest.fixture(params=CITIES, ids=[city.name for city in CITIES])
def city(request) -> City:
    found: City = request.param
    return found


def homes(city: City) -> list[Place]:
    return [
        place_around(warehouse.latitude, warehouse.longitude, city.radius_km, u1, u2)
        for warehouse in city.warehouses
        for u1, u2 in PLACES
    ]


def test_codes_follow_the_patterns_of_the_city_and_all_of_them_occur(city):
    patterns = [
        "".join({"#": r"\d", "?": "[A-Z]"}.get(sign, re.escape(sign)) for sign in pattern)
        for pattern in city.postal_codes
    ]
    codes = [PostalAreas(city).code(*home, u) for home in homes(city) for u in (0.0, 0.37, 0.999999)]
    assert all(re.fullmatch("|".join(patterns), code) for code in codes)
    assert all(any(re.fullmatch(pattern, code) for code in codes) for pattern in patterns)
    assert len(set(codes)) > 50


def test_who_shares_a_code_lives_near(city):
    areas = PostalAreas(city)
    of_code: dict[str, list[Place]] = {}
    for home in homes(city):
        of_code.setdefault(areas.code(*home, 0.5), []).append(home)
    assert len(of_code) > 50
    for there in of_code.values():
        assert max(distance_m(*there[0], *home) for home in there) < 5_000


def test_next_door_is_the_same_code_but_for_the_street(city):
    areas, (latitude, longitude) = PostalAreas(city), homes(city)[300]
    assert areas.code(latitude, longitude, 0.5) == areas.code(latitude + 1e-7, longitude + 1e-7, 0.5)


def test_codes_of_few_digits_are_few_areas():
    city = CITIES[0].model_copy(update={"postal_codes": ("9#",)})
    codes = {PostalAreas(city).code(*home, 0.5) for home in homes(city)}
    assert codes <= {f"9{digit}" for digit in range(10)}
    assert len(codes) >= 5
    only = CITIES[0].model_copy(update={"postal_codes": ("AB",)})
    assert {PostalAreas(only).code(*home, 0.5) for home in homes(only)} == {"AB"}


def test_a_place_beyond_the_edge_has_the_code_of_the_edge():
    areas, home = PostalAreas(CITIES[0]), CITIES[0].warehouses[0]
    assert areas.code(home.latitude + 3.0, home.longitude, 0.5) == areas.code(home.latitude + 4.0, home.longitude, 0.5)
