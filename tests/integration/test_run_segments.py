"""A shop that goes on with other settings begins a new segment of its run, and the book keeps the old ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sim.run.start import Refused
from tests.integration.test_running import Shop

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
def shop(database_url: str) -> Shop:
    return Shop(database_url)


def segments(shop: Shop) -> list[tuple[object, ...]]:
    """Segment, scenario, scale, hours from the epoch at which it begins and to which it has come, status."""
    rows = shop.rows("SELECT run_id, scenario, scale, began_at, sim_now, status FROM sim.runs ORDER BY run_id")
    hour = timedelta(hours=1)
    return [(n, name, scale, (began - EPOCH) / hour, (now - EPOCH) / hour, status)
            for n, name, scale, began, now, status in rows]  # fmt: skip


def test_another_scenario_or_scale_is_a_new_segment_and_another_speed_is_not(shop: Shop):
    shop.run(duration="6h")
    shop.go_on(speed="max", duration="8h")
    shop.go_on(speed="100000x", duration="9h")
    assert segments(shop) == [(1, "baseline", 0.05, 0.0, 9.0, "finished")]
    shop.go_on(speed="max", duration="12h", scenario="courier_shortage")
    shop.go_on(speed="max", duration="15h", scale="0.1")
    assert segments(shop) == [
        (1, "baseline", 0.05, 0.0, 9.0, "stopped"),
        (2, "courier_shortage", 0.05, 9.0, 12.0, "stopped"),
        (3, "courier_shortage", 0.1, 12.0, 15.0, "finished"),
    ]
    [(now, counted, batches)] = shop.rows(
        "SELECT sim_now(), (SELECT min(rows_written) > 0 FROM sim.runs), count(DISTINCT batches) FROM sim.runs"
    )
    assert (now, counted, batches) == (EPOCH + timedelta(hours=15), True, 3)
    assert shop.rows("SELECT run_id FROM sim.controls") == [(3,)]
    assert shop.broken_invariants() == {}


def test_a_segment_notes_the_markets_currency_also_where_an_older_program_did_not(shop: Shop):
    shop.run(duration="2h", market="russian")
    assert shop.rows("SELECT currency()") == [("RUB",)]
    shop.rows("UPDATE sim.runs SET currency = NULL RETURNING run_id")
    shop.go_on(speed="max", duration="3h")
    shop.go_on(speed="max", duration="4h", scenario="courier_shortage")
    assert shop.rows("SELECT currency FROM sim.runs ORDER BY run_id") == [("RUB",), ("RUB",)]


def test_the_newest_segment_is_what_goes_on_without_being_named(shop: Shop):
    shop.run(duration="2h")
    shop.go_on(speed="max", duration="3h", scenario="courier_shortage")
    shop.go_on(speed="max", duration="4h")
    assert [row[:2] for row in segments(shop)] == [(1, "baseline"), (2, "courier_shortage")]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"seed": "2"}, "seed: 2 was asked, but the shop in this database runs with 1"),
        ({"market": "russian"}, "market: russian was asked, but the shop in this database runs with international"),
        ({"start": "2026-01-06T00:00Z"}, "start: 2026-01-06 00:00:00+00:00 was asked, but"),
    ],
    ids=["seed", "market", "start"],
)
def test_what_cannot_change_is_refused_with_what_to_do_and_nothing_is_changed(
    shop: Shop, option: dict[str, Any], words: str
):
    shop.run(duration="1h")
    before = shop.all_there_is()
    with pytest.raises(Refused) as refused:
        shop.go_on(speed="max", duration="2h", **option)
    assert words in str(refused.value)
    assert "leave it out to go on, or `python -m sim reset` to begin anew" in str(refused.value)
    assert shop.is_as_it_was(before)
