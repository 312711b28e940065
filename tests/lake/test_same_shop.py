"""The rows of a lake are those that PostgreSQL holds after the same settings, types and all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa  # type: ignore[import-untyped]
import pytest
from pyarrow import parquet

from sim.cli.main import main
from sim.lake.places import places
from sim.settings import VARIABLES
from tests.export.reading import read_back
from tests.integration.test_running import Shop
from tests.lake.lakes import INCIDENTS, in_order, manifest_of, table_of

# Long enough for what takes longest to become final: reviews, which are answered within eight days, and returns.
SHOPS: dict[str, dict[str, Any]] = {
    "international": {"duration": "10d", "scale": "0.05", "start": "2026-01-05T00:00Z"},
    "russian": {"duration": "61h", "scale": "0.1", "start": "2026-03-28T14:37Z"},
}


class Both(NamedTuple):
    """The same shop in a database, exported, and as a lake."""

    shop: Shop
    export: Path
    lake: Path


@pytest.fixture(scope="module", params=SHOPS)
def both(request: pytest.FixtureRequest, postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder, settings = tmp_path_factory.mktemp("both"), {**SHOPS[request.param], "market": request.param}
    patch = pytest.MonkeyPatch()
    for variable in VARIABLES.values():
        patch.delenv(variable, raising=False)
    with Shop.in_new_database(postgres_url) as shop, patch.context():
        shop.run(scenario=INCIDENTS, **settings)
        assert main(["export", "--out", str(folder / "export"), "--database-url", shop.url]) == 0
        options = [("--for" if name == "duration" else f"--{name}", value) for name, value in settings.items()]
        options += [("--scenario", INCIDENTS), ("--out", str(folder / "lake")), ("--processes", "1")]
        assert main(["lake", *(word for option in options for word in option)]) == 0
        yield Both(shop, folder / "export", folder / "lake")
    patch.undo()


@pytest.mark.parametrize("name", [name for name in places() if "." not in name])
def test_the_rows_of_a_table(both: Both, name: str):
    exported = read_back(both.export, name)
    lake = table_of(both.lake, name)
    key = list(places()[name].shape.key)
    assert lake.schema.equals(exported.schema, check_metadata=False)
    assert len(lake) == len(exported) == manifest_of(both.lake)["tables"][name]["rows"]
    assert in_order(lake, key).equals(in_order(exported, key))


def test_enough_has_happened(both: Both):
    rare = {"returns"} if "russian" in both.shop.rows("SELECT market FROM sim.runs")[0] else set()
    tables = manifest_of(both.lake)["tables"]
    assert {name for name, table in tables.items() if not table["rows"]} <= rare


def test_what_only_the_simulator_writes(both: Both):
    lake = table_of(both.lake, "sim.incidents")
    rows = [tuple(row.values()) for row in lake.to_pylist()]
    columns = ", ".join(lake.schema.names)
    assert rows == both.shop.rows(f"SELECT {columns} FROM sim.incidents ORDER BY incident_id")
    assert len(rows) == 6


def test_every_file_is_sorted_and_lies_where_its_rows_belong(both: Both):
    for name, place in places().items():
        for file in manifest_of(both.lake)["tables"][name]["files"]:
            rows = parquet.ParquetFile(both.lake / file["path"]).read()
            assert len(rows) == file["rows"]
            order = [column for column in place.sorted_by if column in rows.schema.names]
            if len(order) == len(place.sorted_by):
                assert rows.equals(rows.sort_by([(column, "ascending") for column in order]))
            if place.time is not None and place.time_of is None:
                days = {str(at.date()) for at in rows[place.time].to_pylist()}
                assert days <= {part.removeprefix("day=") for part in file["path"].split("/")}


def test_items_lie_with_their_orders(both: Both):
    def days(table: str) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for file in manifest_of(both.lake)["tables"][table]["files"]:
            ids: pa.ChunkedArray = parquet.ParquetFile(both.lake / file["path"]).read()["order_id"]
            found.update(dict.fromkeys(ids.to_pylist(), file["path"].split("/")[1:3]))
        return found

    assert days("order_items") == days("orders")
