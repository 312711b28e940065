"""Who gets which cities."""

from __future__ import annotations

import pytest

from sim.markets import load_market
from sim.run.history import parts_of


@pytest.mark.parametrize("processes", [1, 2, 3, 5, 64])
def test_every_city_is_in_one_part_and_no_part_is_empty(processes: int):
    cities = [city.city_id for city in load_market("international").cities]
    parts = parts_of(load_market("international"), processes)
    assert sorted(city for part in parts for city in part) == sorted(cities)
    assert len(parts) == min(processes, len(cities))
    assert all(parts)


def test_two_parts_have_about_as_much_to_do():
    market = load_market("international")
    shares = {city.city_id: city.demand_share for city in market.cities}
    loads = [sum(shares[city] for city in part) for part in parts_of(market, 2)]
    assert max(loads) < 0.55 * sum(loads)
