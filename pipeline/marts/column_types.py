"""The few types that a mart's columns have, as MySQL, Spark and DuckDB call them."""

from __future__ import annotations

import re
from dataclasses import dataclass

ALLOWED = "bigint, int, double, decimal(p,s), text(n), date, timestamp, boolean"
_SPELLING = re.compile(r"(?P<name>[a-z]+)(?:\((?P<first>\d{1,4})(?:, ?(?P<second>\d{1,2}))?\))?")
_DIGITS = 38  # Spark loses the fraction of longer decimals without a word
_LETTERS = 1000
_PLAIN = {  # MySQL, Spark, DuckDB
    "bigint": ("BIGINT", "BIGINT", "BIGINT"),
    "int": ("INT", "INT", "INTEGER"),
    "double": ("DOUBLE", "DOUBLE", "DOUBLE"),
    "date": ("DATE", "DATE", "DATE"),
    "timestamp": ("DATETIME(6)", "TIMESTAMP", "TIMESTAMP"),  # in UTC, without a zone where the engine allows it
    "boolean": ("TINYINT(1)", "BOOLEAN", "BOOLEAN"),
}


class UnknownType(ValueError):
    """Not a type of a mart's column."""


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type by its spelling in a head, such as `decimal(18,2)`, and by those of the engines."""

    spelled: str
    mysql: str
    spark: str
    duckdb: str

    def __str__(self) -> str:
        return self.spelled


def column_type(text: str) -> ColumnType:
    """The type of this spelling. Raises UnknownType."""
    found = _SPELLING.fullmatch(text)
    name, first, second = found.group("name", "first", "second") if found else ("", None, None)
    if name in _PLAIN and first is None:
        return ColumnType(name, *_PLAIN[name])
    if name == "text" and first and second is None and 0 < int(first) <= _LETTERS:
        return ColumnType(f"text({first})", f"VARCHAR({first})", "STRING", "VARCHAR")
    if name == "decimal" and first and second and int(second) <= int(first) and 0 < int(first) <= _DIGITS:
        return ColumnType(f"decimal({first},{second})", *([f"DECIMAL({first},{second})"] * 3))
    raise UnknownType(text)
