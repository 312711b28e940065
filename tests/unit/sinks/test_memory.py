"""The memory sink keeps what a database would keep, and refuses what it would refuse."""

from __future__ import annotations

from typing import Any

import pytest

from sim.journal.batch import Batch
from sim.journal.port import Sink, SinkError
from sim.sinks.memory import MemorySink
from sim.sinks.shapes import ColumnShape, TableShape

THINGS = TableShape(
    "things",
    columns=(ColumnShape("thing_id", "int8"), ColumnShape("name", "text"), ColumnShape("at", "int8")),
    key=("thing_id",),
)
PAIRS = TableShape("pairs", columns=(ColumnShape("a", "int4"), ColumnShape("b", "int4")), key=("b", "a"))
SHAPES = {"things": THINGS, "pairs": PAIRS}


def batch(**parts: dict[str, Any]) -> Batch:
    """A batch of the parts given: appended, inserted, changed."""
    rows = sum(len(rows) for part in parts.values() for rows in part.values())
    return Batch(7, **{"appended": {}, "inserted": {}, "changed": {}, **parts}, rows=rows)


@pytest.fixture
def sink() -> MemorySink:
    return MemorySink(SHAPES)


def test_it_is_a_sink(sink: MemorySink):
    as_sink: Sink = sink
    as_sink.flush()
    as_sink.close()


def test_rows_come_back_by_key_with_none_for_what_was_left_out(sink: MemorySink):
    rows = {(2,): {"thing_id": 2, "name": "two"}, (1,): {"thing_id": 1, "at": 5}}
    sink.write(batch(inserted={"things": rows}))
    assert sink.table("things") == [
        {"thing_id": 1, "name": None, "at": 5},
        {"thing_id": 2, "name": "two", "at": None},
    ]
    assert (sink.sim_now_us, sink.batches, sink.rows_written) == (7, 1, 2)


def test_appended_tuples_become_rows_under_their_key(sink: MemorySink):
    sink.write(batch(appended={"pairs": [(1, 9), (2, 8)]}))
    assert sink.tables["pairs"] == {(9, 1): {"a": 1, "b": 9}, (8, 2): {"a": 2, "b": 8}}
    assert sink.table("pairs") == [{"a": 2, "b": 8}, {"a": 1, "b": 9}]


def test_changes_set_only_the_columns_they_give(sink: MemorySink):
    sink.write(batch(inserted={"things": {(1,): {"thing_id": 1, "name": "one"}}}))
    sink.write(batch(changed={"things": {(1,): {"at": 6}}}))
    sink.write(batch(changed={"things": {(1,): {"name": None, "at": 8}}}))
    assert sink.table("things") == [{"thing_id": 1, "name": "one", "at": 8}]


def test_the_batch_and_the_table_share_no_rows(sink: MemorySink):
    row = {"thing_id": 1, "name": "one"}
    sink.write(batch(inserted={"things": {(1,): row}}))
    sink.write(batch(changed={"things": {(1,): {"name": "uno"}}}))
    assert row["name"] == "one"


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (batch(appended={"things": [(1, "again", None)]}), r"things \(1,\) is there already"),
        (batch(inserted={"things": {(1,): {"thing_id": 1}}}), r"things \(1,\) is there already"),
        (batch(inserted={"things": {(2,): {"thing_id": 2, "nmae": "x"}}}), "things has no column nmae"),
        (batch(changed={"things": {(3,): {"at": 1}}}), r"things \(3,\) is to be changed but is not there"),
        (batch(changed={"things": {(1,): {"ta": 1}}}), "things has no column ta"),
        (batch(appended={"nothings": [(1,)]}), "there is no table nothings"),
    ],
    ids=["appended twice", "inserted twice", "unknown column", "change of nothing", "unknown change", "unknown table"],
)
def test_what_a_database_would_refuse_is_refused(sink: MemorySink, refused: Batch, message: str):
    sink.write(batch(appended={"things": [(1, "one", 5)]}))
    with pytest.raises(SinkError, match=message):
        sink.write(refused)


def test_a_record_of_the_wrong_length_is_refused(sink: MemorySink):
    with pytest.raises(SinkError, match="things"):
        sink.write(batch(appended={"things": [(1, "one")]}))
