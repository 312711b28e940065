"""Ids name their city."""

from __future__ import annotations

import pytest

from sim.shop.ids import Ids


def test_ids_count_by_entity_and_end_in_the_city():
    ids = Ids(7)
    assert [ids.next("order"), ids.next("order"), ids.next("cart"), ids.next("order")] == [107, 207, 107, 307]


def test_a_run_that_goes_on_counts_on():
    ids = Ids(7, {"order": 4207})
    assert (ids.next("order"), ids.next("cart")) == (4307, 107)


def test_an_entity_that_is_not_listed_gets_no_ids():
    with pytest.raises(KeyError, match="parcel"):
        Ids(7).next("parcel")
    with pytest.raises(KeyError, match="no entity with ids by city: parcel"):
        Ids(7, {"order": 107, "parcel": 4207})
