"""Rows of every type that is replicated, with values on which others' digests went wrong, and their digest by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    Column,
    Double,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Text,
)

GOLDEN = Table(
    "golden",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("small", SmallInteger),
    Column("whole", Integer),
    Column("price", Numeric(12, 2)),
    Column("weight", Numeric(8, 3)),
    Column("share", Double),
    Column("fragile", Boolean),
    Column("note", Text),
    Column("code", String(32)),
    Column("at", TIMESTAMP(timezone=True)),
)

Row = tuple[Any, ...]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


ROWS: list[Row] = [
    (1, 7, 70_000, Decimal("12.50"), Decimal("0.125"), 0.1, True, "two words", "x", at(2026, 1, 5, 12, 30, 0, 250_000)),
    (2, None, None, None, None, None, None, None, None, None),
    (3, 0, 0, Decimal("0.00"), Decimal("0.000"), 0.0, False, "", "", at(1970, 1, 1)),
    (4, -1, -2, Decimal("-0.01"), Decimal("-0.001"), -1e-7, None, "-", "1:-", at(1969, 12, 31, 23, 59, 59, 999_999)),
    (2**63 - 1, 32767, 2**31 - 1, Decimal("9999999999.99"), None, 1 / 3, True, "é漢😀", "Ä", at(9999, 12, 31)),
    (6, None, None, None, None, 123456789.123456789, None, "a\nb\\c'd\"e\tf", "%s", at(2026, 7, 1, 0, 0, 0, 1)),
    (7, None, None, None, None, 1e15 + 0.125, None, "trailing ", "  ", at(1000, 1, 1)),
    (8, None, None, None, None, 5e-324, None, "3:abc", "NULL", None),
    (9, None, None, None, None, 55.75222222222222, None, "\\N", None, None),
    (10, None, None, None, None, -51.50735123456789, None, None, "\\N", None),
]  # fmt: skip


def digest(rows: Sequence[Row]) -> str:
    """What both servers must say: each row's spelling hashed, and the first 60 bits summed up."""
    hashes = (hashlib.sha256("".join(map(_spelled, row)).encode()).hexdigest() for row in rows)
    return str(sum(int(each[:15], 16) for each in hashes))


def _spelled(value: Any) -> str:
    if value is None:
        return "-"
    text = _text(value)
    return f"{len(text.encode())}:{text}"


def _text(value: Any) -> str:
    match value:
        case bool():
            return str(int(value))
        case float():
            return f"{Decimal(repr(value)):.30f}"
        case datetime():
            whole = value - at(1970, 1, 1)
            return str((whole.days * 86_400 + whole.seconds) * 1_000_000 + whole.microseconds)
    return str(value)
