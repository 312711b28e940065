"""Where nobody lives: outlines and rivers, and that homes are beside them."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from sim.markets import City, load_market
from sim.markets.land import Land, Uninhabited
from sim.shop.ids import Ids
from sim.shop.purchase_memory import PurchaseMemory
from sim.shop.region import Region

CITIES = {city.name: city for name in ("international", "russian") for city in load_market(name).cities}
GRID = [at / 30 for at in range(30)]
EPOCH = datetime(2026, 1, 5, tzinfo=UTC)

SQUARE = Uninhabited(name="square", points=((10.0, 20.0), (10.0, 21.0), (11.0, 21.0), (11.0, 20.0)))
RIVER = Uninhabited(name="river", width_m=2_000, points=((0.0, 0.0), (0.0, 1.0), (1.0, 1.0)))


def region(city: City) -> Region:
    return Region(city, Ids(city.city_id), EPOCH, PurchaseMemory(0))


@pytest.mark.parametrize(
    ("place", "inhabited"),
    [((10.5, 20.5), False), ((10.5, 19.99), True), ((10.5, 21.01), True), ((9.9, 20.5), True), ((11.1, 20.5), True)],
)
def test_nobody_lives_within_an_outline(place, inhabited):
    assert Land([SQUARE]).has(*place) is inhabited


def test_an_outline_may_be_bent_inwards():
    arrow = Uninhabited(name="arrow", points=((0.0, 0.0), (2.0, 1.0), (0.0, 2.0), (1.0, 1.0)))
    assert [Land([arrow]).has(*place) for place in ((1.5, 1.0), (0.5, 1.0), (0.3, 0.2))] == [False, True, False]


@pytest.mark.parametrize(
    ("place", "inhabited"),
    [
        ((0.0, 0.5), False), ((0.0089, 0.5), False), ((0.0091, 0.5), True),  # a kilometre is 0.009 of a degree
        ((0.5, 1.0089), False), ((0.5, 0.991), True), ((0.0, -0.0089), False), ((0.0, -0.0091), True),
        ((0.5, 0.5), True),
    ],
)  # fmt: skip
def test_nobody_lives_in_a_river(place, inhabited):
    assert Land([RIVER]).has(*place) is inhabited


def test_everywhere_is_land_where_nothing_is_said():
    assert Land([]).has(0.0, 0.0)


@pytest.mark.parametrize("city", CITIES.values(), ids=list(CITIES))
def test_homes_are_on_land_near_a_warehouse_and_everybody_has_one_of_their_own(city):
    here, land = region(city), Land(city.uninhabited)
    homes = [here.home(u1, u2, u3) for u1 in (0.1, 0.9) for u2 in GRID[1:] for u3 in GRID]
    assert [home for home in homes if not land.has(*home)] == []
    assert len(set(homes)) >= len(homes) / (2 if len(city.warehouses) == 1 else 1)
    for warehouse in city.warehouses:
        assert land.has(warehouse.latitude, warehouse.longitude), warehouse.name


# Places as maps have them, each in water or without homes, and one beside it where people live.
@pytest.mark.parametrize(
    ("city", "nobody", "somebody"),
    [
        ("New York", (40.7061, -73.9969), (40.7033, -73.9900)),  # Brooklyn Bridge, Dumbo
        ("New York", (40.7829, -73.9654), (40.7736, -73.9566)),  # Central Park, Upper East Side
        ("New York", (40.6892, -74.0445), (40.6782, -73.9442)),  # Statue of Liberty, Crown Heights
        ("London", (51.5007, -0.1219), (51.5074, -0.1350)),  # Westminster Bridge, St James's
        ("London", (51.5073, -0.1657), (51.5154, -0.1755)),  # Hyde Park, Paddington
        ("Berlin", (52.4730, 13.4050), (52.4810, 13.4350)),  # Tempelhofer Feld, Neukölln
        ("Sydney", (-33.8421, 151.1474), (-33.8774, 151.1037)),  # Gladesville Bridge, Burwood
        ("São Paulo", (-23.7200, -46.7350), (-23.6543, -46.7133)),  # Guarapiranga, Santo Amaro
        ("Москва", (55.7470, 37.6150), (55.7600, 37.6200)),  # beside the Kremlin, Lubyanka
        ("Самара", (53.2200, 50.0700), (53.2001, 50.1500)),  # the Volga, the old town
        ("Новосибирск", (55.0080, 82.9180), (55.0302, 82.9204)),  # the Ob, the centre
        ("Владивосток", (43.1500, 131.8500), (43.1332, 131.9113)),  # Amur Bay, the Second River
    ],
)
def test_known_places(city, nobody, somebody):
    land = Land(CITIES[city].uninhabited)
    assert (land.has(*nobody), land.has(*somebody)) == (False, True)


def test_who_would_live_on_an_island_does_so_where_nothing_else_is_left():
    city = CITIES["Berlin"]
    everywhere = Uninhabited(name="sea", points=((0.0, 0.0), (0.0, 80.0), (80.0, 80.0), (80.0, 0.0)))
    assert region(city.model_copy(update={"uninhabited": (everywhere,)})).home(0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("area", "wrong"),
    [
        ({"points": [[1, 2], [3, 4]]}, "three points or more"),
        ({"points": [[1, 2]], "width_m": 100}, "at least 2 items"),
        ({"points": [[1, 2], [3, 4]], "width_m": 0}, "greater than 0"),
        ({"points": [[1, 2], [3, 400]], "width_m": 5}, "less than or equal to 180"),
    ],
)
def test_what_is_no_area_is_refused(area, wrong):
    with pytest.raises(ValidationError, match=re.escape(wrong)):
        Uninhabited.model_validate({"name": "somewhere", **area})
