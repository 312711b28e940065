"""Binary COPY, byte by byte; tests/integration compares it with what PostgreSQL itself makes of values."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sim.journal.port import SinkError
from sim.postgres.writing import copy_encoding as encode
from sim.postgres.writing.copy_encoding import column_packers, copy_stream, microseconds
from sim.postgres.writing.statements import TableStatements
from sim.sinks.shapes import ColumnShape, Kind, TableShape

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)


def packed(kind: Kind, value: object, scale: int = 0) -> bytes:
    """A field without its four bytes of length."""
    [pack] = column_packers([ColumnShape("c", kind, scale)], EPOCH)
    [field] = pack([value])
    assert int.from_bytes(field[:4], "big") == len(field) - 4
    return field[4:]


def test_a_stream_is_header_rows_and_trailer():
    packers = column_packers([ColumnShape("a", "int2"), ColumnShape("b", "text")], EPOCH)
    assert copy_stream(packers, [[1, 2], ["x", None]]) == (
        b"PGCOPY\n\xff\r\n\0" + bytes(8)
        + b"\0\x02" + b"\0\0\0\x02\0\x01" + b"\0\0\0\x01x"
        + b"\0\x02" + b"\0\0\0\x02\0\x02" + b"\xff\xff\xff\xff"
        + b"\xff\xff"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("int2", -2, b"\xff\xfe"),
        ("int4", 258, b"\0\0\x01\x02"),
        ("int8", -1, b"\xff" * 8),
        ("bool", True, b"\x01"),
        ("bool", False, b"\0"),
        ("float8", 1.0, b"\x3f\xf0" + bytes(6)),
        ("text", "é", b"\xc3\xa9"),
        ("text", "", b""),
    ],
)
def test_plain_values(kind: Kind, value: object, expected: bytes):
    assert packed(kind, value) == expected


@pytest.mark.parametrize(
    ("cents", "digits", "weight"),
    [(0, [0], -1), (5, [500], -1), (-5, [500], -1), (123_456, [1_234, 5_600], 0), (1_000_000_07, [100, 0, 700], 1)],
)
def test_money_is_base_ten_thousand(cents: int, digits: list[int], weight: int):
    count, found_weight, sign, scale, *found = struct.unpack(f">hhHh{len(digits)}h", packed("numeric", cents, scale=2))
    assert (found, found_weight, sign, scale) == (digits, weight, 0x4000 if cents < 0 else 0, 2)
    assert count == len(digits)


def test_instants_count_from_the_year_2000_and_not_from_the_run():
    late = datetime(2026, 1, 5, 0, 0, 1, 5, tzinfo=UTC) - datetime(2000, 1, 1, tzinfo=UTC)
    assert packed("timestamptz", 1_000_005) == struct.pack(">q", late // timedelta(microseconds=1))


def test_microseconds_are_exact_over_centuries_and_zones():
    one_zone_on = timezone(timedelta(hours=1))
    start, end = datetime(1900, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, 1, microsecond=1, tzinfo=one_zone_on)
    assert microseconds(start, end) == 73_049 * 86_400_000_000 + 1


@pytest.mark.parametrize("kind", ["int2", "int4", "int8", "bool", "text", "float8", "numeric", "timestamptz"])
def test_none_is_null(kind: Kind):
    [pack] = column_packers([ColumnShape("c", kind)], EPOCH)
    assert pack([None, None]) == [b"\xff" * 4] * 2


def test_caches_stay_small_and_right(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(encode, "_CACHE_SIZE", 10)
    cache = encode._TextCache()
    words = [f"word {n % 25}" for n in range(100)]
    assert [cache[word][4:].decode() for word in words] == words
    assert len(cache) <= 10


THINGS = TableShape(
    "things",
    (ColumnShape("thing_id", "int2"), ColumnShape("name", "text"), ColumnShape("price", "numeric", 2)),
    ("thing_id",),
)


@pytest.mark.parametrize(
    "record",
    [
        (40_000, "x", 1),
        (1.5, "x", 1),
        ("1", "x", 1),
        (1, 7, 1),
        (1, "x", 1.5),
        (1, "x"),
        (1, "x", 1, 2),
        (1, "\ud800", 1),
    ],
    ids=["too big", "fraction", "text", "number as text", "fraction of a cent", "short", "long", "half a character"],
)
def test_a_value_that_does_not_fit_is_refused_by_the_name_of_its_table(record: tuple[int, ...]):
    with pytest.raises(SinkError, match="things: a row does not fit"):
        list(TableStatements(THINGS, EPOCH).append([(1, "fits", 1), record]))


def test_rows_of_different_lengths_are_refused():
    with pytest.raises(SinkError, match="things: a row does not fit"):
        list(TableStatements(THINGS, EPOCH).append([(1, "x", 1), (2, "y")]))


def test_an_unknown_column_is_refused():
    statements = TableStatements(THINGS, EPOCH)
    with pytest.raises(SinkError, match="things has no column nmae"):
        list(statements.insert([{"thing_id": 1, "nmae": "x"}]))
    with pytest.raises(SinkError, match="things has no column nmae"):
        list(statements.change({(1,): {"nmae": "x"}}))


def test_a_change_carries_only_the_columns_of_its_batch():
    create, copy, update = TableStatements(THINGS, EPOCH).change({(1,): {"price": 5}, (2,): {"price": 6}})
    assert create.sql.startswith("CREATE TEMPORARY TABLE")
    assert '("thing_id", "price")' in copy.sql
    assert copy.stream == copy_stream(column_packers([THINGS.columns[0], THINGS.columns[2]], EPOCH), [[1, 2], [5, 6]])
    assert '"name"' not in update.sql
    assert update.expected_rows == 2


def test_the_staging_table_is_made_once_a_session_and_filled_every_time():
    statements = list(TableStatements(THINGS, EPOCH).change({(1,): {"price": 5}}))
    made, filled, applied = statements
    assert [made.once, filled.once, applied.once] == [True, False, False]
    assert [statement.sql.split()[0] for statement in statements] == ["CREATE", "COPY", "UPDATE"]
