"""Who gets which cities, and whose rows of a snapshot are whose: each names its city, or belongs to all."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from sim.markets import load_market
from sim.run.history import parts_of
from sim.run.history.partition import share_of
from sim.snapshot import CustomerColumns, CustomerRow, Snapshot

FIRST = {"shelves": (11, 21), "prices": (801, 802), "incidents": (1, 2)}
"""Of rows that are not named by an id of a city: one of a warehouse in city 1 and one in city 2, or of none."""
OF_ALL = {"prices", "incidents"}


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


def snapshot() -> Snapshot:
    """A row of city 1 and one of city 2 in each list."""
    kinds = get_type_hints(Snapshot)
    lists: dict[str, Any] = {
        name: [row_type(*([first] + [0] * (len(row_type._fields) - 1))) for first in FIRST.get(name, (101, 102))]
        for name, kind in kinds.items()
        for row_type in get_args(kind)
        if getattr(kind, "__origin__", None) is list
    }
    columns = {name: np.array([1, 2]) for name in CustomerRow._fields}
    customers = CustomerColumns(columns, ("loyal", "hasty"), ("basic", "gold"))
    return Snapshot(sim_now=0, newest_ids={1: {"order": 101}, 2: {"order": 202}}, customers=customers, **lists)


def test_each_city_gets_its_rows_and_those_of_none():
    whole, here = snapshot(), share_of(snapshot(), {2})
    assert here.newest_ids == {2: {"order": 202}}
    assert [row.customer_id for row in here.customers] == [2]
    lists = {name: rows for name, rows in whole._asdict().items() if isinstance(rows, list)}
    assert len(lists) > 10
    for name, rows in lists.items():
        assert getattr(here, name) == (rows if name in OF_ALL else rows[1:]), name


def test_the_shares_of_all_cities_are_the_whole():
    whole = snapshot()
    assert share_of(whole, {1, 2})._replace(customers=whole.customers) == whole
