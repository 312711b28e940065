"""A sink that writes rows once they are final: it waits for those that are not, and refuses what comes too late."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from pyarrow import parquet

from sim.clock.units import DAY_US, HOUR_US
from sim.journal.batch import OpenBatch, Row
from sim.journal.port import SinkError
from sim.lake.columns import Columns
from sim.lake.places import places
from sim.lake.task_sink import TaskSink
from sim.sinks.shapes import shop_shapes

EPOCH = datetime(2026, 1, 5, 6, tzinfo=UTC)
ENDED = {"ended_at": 5 * HOUR_US, "brought_back": 1}


class Store:
    """Files in memory."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def put(self, path: str, content: bytes) -> None:
        self.files[path] = content

    def rows(self, path: str) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = parquet.read_table(pa.BufferReader(self.files[path])).to_pylist()
        return rows


class City:
    """A city's sink, told what happens in it."""

    def __init__(self) -> None:
        self.store = Store()
        self.sink = TaskSink(places(), EPOCH, 7, self.store)
        self._batch = OpenBatch()

    def trip(self, number: int, at_us: int) -> None:
        row: Row = {
            "trip_id": number, "courier_id": 107, "shift_id": 107, "started_at": at_us, "stops": 2,
            "distance_km": 12_345, "brought_back": 0,
        }  # fmt: skip
        self._batch.insert("trips", (number,), row)

    def change(self, number: int) -> None:
        self._batch.change("trips", (number,), dict(ENDED))

    def commit(self, now_us: int) -> list[str]:
        batch, self._batch = self._batch, OpenBatch()
        self.sink.write(batch.close(now_us))
        return sorted(self.store.files)


@pytest.fixture
def city() -> City:
    return City()


def test_a_day_is_written_when_it_is_over_and_all_its_rows_are_final(city: City):
    first, second = "trips/city=7/day=2026-01-05/data.parquet", "trips/city=7/day=2026-01-06/data.parquet"
    city.trip(207, HOUR_US)
    city.trip(107, HOUR_US)
    assert city.commit(2 * HOUR_US) == []
    city.change(107)
    assert city.commit(18 * HOUR_US - 1) == []  # the day is over at 18 h, but one is still out
    city.trip(307, 18 * HOUR_US)
    city.change(307)
    assert city.commit(20 * HOUR_US) == []
    assert city.commit(42 * HOUR_US - 1) == [second]
    city.change(207)
    assert city.commit(43 * HOUR_US) == [first, second]
    rows = city.store.rows(first)
    assert [row["trip_id"] for row in rows] == [107, 207]
    assert rows[0]["ended_at"] == datetime(2026, 1, 5, 11, tzinfo=UTC)
    assert str(rows[0]["distance_km"]) == "12.345"


def test_what_is_open_at_the_end_is_written_as_it_is(city: City):
    city.trip(107, HOUR_US)
    city.commit(2 * HOUR_US)
    city.sink.finish()
    [row] = city.store.rows("trips/city=7/day=2026-01-05/data.parquet")
    assert (row["ended_at"], row["brought_back"]) == (None, 0)


def test_a_change_of_what_was_final_is_refused(city: City):
    city.trip(107, HOUR_US)
    city.change(107)
    city.commit(2 * HOUR_US)
    city.change(107)
    with pytest.raises(SinkError, match=r"trips \(107,\) is to be changed but was final"):
        city.commit(3 * HOUR_US)


def test_a_row_of_a_day_that_is_written_is_refused(city: City):
    city.trip(107, HOUR_US)
    city.change(107)
    city.commit(DAY_US)
    city.trip(207, HOUR_US)
    with pytest.raises(SinkError, match="trips: a row of 2026-01-05 comes after that day was written"):
        city.commit(2 * DAY_US)


def test_a_row_that_is_there_already_is_refused(city: City):
    city.trip(107, HOUR_US)
    city.commit(2 * HOUR_US)
    city.trip(107, 2 * HOUR_US)
    with pytest.raises(SinkError, match="trips: a row is there already"):
        city.commit(3 * HOUR_US)


@pytest.mark.parametrize("amount", [10**12, -(10**12)])
def test_an_amount_that_is_too_large_is_refused(amount: int):
    columns = Columns(shop_shapes()["payments"], EPOCH)
    with pytest.raises(SinkError, match="payments: a row does not fit the table's columns: a value has more than 12"):
        columns.batch([(107, 107, "card", amount, "captured", None, 0)])


def test_amounts_are_exact():
    columns = Columns(shop_shapes()["payments"], EPOCH)
    amounts = [1, -1, 0, 10**12 - 1, -(10**12 - 1), 123_456]
    rows = columns.batch([(107, 107, "card", amount, "captured", None, 0) for amount in amounts])
    said = ["0.01", "-0.01", "0.00", "9999999999.99", "-9999999999.99", "1234.56"]
    assert [str(each) for each in rows["amount"].to_pylist()] == said
