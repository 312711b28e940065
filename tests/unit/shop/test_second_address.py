"""Some people have a second place for their parcels; an established shop knows it of some of them."""

from __future__ import annotations

import pytest

from sim.luck import Luck, Purpose
from sim.scenario.traits import Traits
from sim.shop.people import EarlierLife
from sim.shop.second_address import UNIFORMS, known_since, second_place
from tests.unit.shop.city import REGION

LIFE = EarlierLife(registered_at=-1000, last_order_at=-200, orders=2, satisfaction=60)
HALF = Traits(second_address_orders=0.5)
OF_MANY = [Luck(1).draws(Purpose.SECOND_ADDRESS, home, n=UNIFORMS) for home in range(4000)]


def draws(known: float, since: float = 0.5) -> list[float]:
    return [0.0, 0.5, 0.5, 0.5, known, since, 0.5, 0.5, 0.5]


def test_as_many_have_one_as_the_share_says():
    found = [second_place(REGION, Traits(second_address=0.2), u) for u in OF_MANY]
    assert sum(place is not None for place in found) / len(found) == pytest.approx(0.2, abs=0.02)


def test_it_is_in_the_city_and_not_where_they_live():
    home = REGION.home(0.5, 0.5, 0.5)
    places = {second_place(REGION, Traits(second_address=1.0), u) for u in OF_MANY[:100]}
    assert len(places) == 100
    for place in places:
        assert place is not None
        assert (place.latitude, place.longitude) != home
        metres = min(each.landmark.distance_m(place.latitude, place.longitude) for each in REGION.warehouses)
        assert metres <= 1000.0 * REGION.city.radius_km


def test_who_never_had_an_order_brought_there_has_not_given_it():
    assert known_since(HALF, LIFE, draws(known=0.24)) is None  # of two orders neither, by chance 1/4
    assert known_since(HALF, LIFE, draws(known=0.26)) is not None
    assert known_since(HALF, LIFE._replace(orders=0, last_order_at=None), draws(known=0.99)) is None


def test_it_is_known_from_some_time_between_registration_and_last_order():
    assert [known_since(HALF, LIFE, draws(0.9, since)) for since in (0.0, 0.5, 0.999)] == [-1000, -600, -201]
