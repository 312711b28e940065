"""Rows packed by hand into PostgreSQL's binary COPY format, column by column.

A whole column is packed in one comprehension, and the columns are then zipped into rows: that is three to five times
faster than packing row by row, because the kind of a value is looked up once a column.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import chain, repeat
from typing import Any

from sim.journal.batch import Value
from sim.sinks.shapes import ColumnShape

ColumnPacker = Callable[[Iterable[Any]], list[bytes]]

_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
_TRAILER = struct.pack(">h", -1)
_NULL = struct.pack(">i", -1)
_FALSE, _TRUE = struct.pack(">i?", 1, False), struct.pack(">i?", 1, True)
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_CACHE_SIZE = 20_000
_BASE = 10_000
_POSITIVE, _NEGATIVE = 0x0000, 0x4000

_INTEGERS = {"int2": struct.Struct(">ih"), "int4": struct.Struct(">ii"), "int8": struct.Struct(">iq")}
_WIDTHS = {"int2": 2, "int4": 4, "int8": 8}


def microseconds(span_start: datetime, span_end: datetime) -> int:
    """The exact number of microseconds between two instants; float seconds would lose the last digits."""
    span = span_end - span_start
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


def column_packers(columns: Sequence[ColumnShape], epoch: datetime) -> list[ColumnPacker]:
    """One packer a column; `epoch` is the instant that microsecond 0 of the simulation stands for."""
    offset_us = microseconds(_POSTGRES_EPOCH, epoch)
    return [_packer(column, offset_us) for column in columns]


def copy_stream(packers: Sequence[ColumnPacker], columns: Iterable[Iterable[Value]]) -> bytes:
    """The bytes that COPY … FROM STDIN (FORMAT binary) reads, from the values of each column."""
    field_count = repeat(struct.pack(">h", len(packers)))
    packed = [pack(values) for pack, values in zip(packers, columns, strict=True)]
    return b"".join(chain((_HEADER,), chain.from_iterable(zip(field_count, *packed, strict=False)), (_TRAILER,)))


def _packer(column: ColumnShape, offset_us: int) -> ColumnPacker:
    match column.kind:
        case "int2" | "int4" | "int8":
            return _fixed_width(_INTEGERS[column.kind], _WIDTHS[column.kind])
        case "float8":
            return _fixed_width(struct.Struct(">id"), 8)
        case "timestamptz":
            return _instants(offset_us)
        case "bool":
            return _cached({None: _NULL, False: _FALSE, True: _TRUE})
        case "text":
            return _cached(_TextCache())
        case "numeric":
            return _cached(_NumericCache(column.scale))


def _fixed_width(layout: struct.Struct, width: int) -> ColumnPacker:
    pack = layout.pack

    def pack_column(values: Iterable[Any]) -> list[bytes]:
        return [_NULL if value is None else pack(width, value) for value in values]

    return pack_column


def _instants(offset_us: int) -> ColumnPacker:
    pack = _INTEGERS["int8"].pack

    def pack_column(values: Iterable[Any]) -> list[bytes]:
        return [_NULL if value is None else pack(8, value + offset_us) for value in values]

    return pack_column


def _cached(cache: dict[Any, bytes]) -> ColumnPacker:
    lookup = cache.__getitem__

    def pack_column(values: Iterable[Any]) -> list[bytes]:
        return list(map(lookup, values))

    return pack_column


class _Cache(dict[Any, bytes]):
    """Packed values seen before; emptied when full, so that names and e-mails can't fill the memory."""

    def __missing__(self, value: Any) -> bytes:
        if len(self) >= _CACHE_SIZE:
            self.clear()
        packed = self[value] = _NULL if value is None else self._pack(value)
        return packed

    def _pack(self, value: Any) -> bytes:
        raise NotImplementedError


class _TextCache(_Cache):
    def _pack(self, value: str) -> bytes:
        encoded = value.encode()
        return struct.pack(">i", len(encoded)) + encoded


class _NumericCache(_Cache):
    """Integers scaled by a power of ten (cents, metres of a kilometre), as PostgreSQL's base-10,000 digits."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        if not 0 <= scale <= 4:
            raise TypeError(f"numeric columns may have 0 to 4 decimals, not {scale}")
        self._scale = scale

    def _pack(self, value: int) -> bytes:
        whole, fraction = divmod(abs(value), 10**self._scale)
        digits = [*_base_digits(whole), fraction * 10 ** (4 - self._scale)]
        weight = len(digits) - 2  # of the first digit: 0 stands for units, 1 for ten thousands
        sign = _NEGATIVE if value < 0 else _POSITIVE
        body = struct.pack(f">hhHh{len(digits)}h", len(digits), weight, sign, self._scale, *digits)
        return struct.pack(">i", len(body)) + body


def _base_digits(whole: int) -> list[int]:
    """The digits of a non-negative integer in base 10,000, the highest first; none for zero."""
    digits: list[int] = []
    while whole:
        whole, digit = divmod(whole, _BASE)
        digits.insert(0, digit)
    return digits
