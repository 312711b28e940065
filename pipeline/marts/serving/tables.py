"""A mart's table in MySQL, from its head: types, comments, keys."""

from __future__ import annotations

from pipeline.marts.head import Mart, MartColumn
from pipeline.marts.literals import literal

_OPTIONS = "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin"
_COMMENT, _TABLE_COMMENT = 1024, 2048  # letters that MySQL keeps


def create(mart: Mart, table: str) -> str:
    """The statement that makes a mart's table; `table` is quoted."""
    columns = [_column(each) for each in mart.columns]
    key = f"PRIMARY KEY ({', '.join(f'`{name}`' for name in mart.keys)})"
    return f"CREATE TABLE {table} ({', '.join([*columns, key])}) {_OPTIONS} COMMENT={_text(mart.grain, _TABLE_COMMENT)}"


def _column(column: MartColumn) -> str:
    null = "NULL" if column.nullable else "NOT NULL"
    return f"`{column.name}` {column.type.mysql} {null} COMMENT {_text(column.comment, _COMMENT)}"


def _text(text: str, most: int) -> str:
    return literal(text[:most].replace("\\", "\\\\"))
