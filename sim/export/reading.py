"""What the database is asked for a relation's rows, and of which types they are."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa  # type: ignore[import-untyped]

from sim.export.types import ANY_NUMERIC, arrow_type

if TYPE_CHECKING:
    from sim.export.catalogue import Relation

DAY = "day"


def selected(relation: Relation, since: datetime | None, *, by_day: bool) -> str:
    """The query for a relation's rows; by day they come in the order of their time, with their UTC day as `day`."""
    columns = [
        f'shop."{column.name}"' + (f"::numeric{ANY_NUMERIC}" if column.type == "numeric" else "")
        for column in relation.columns
    ]
    order = [f'shop."{name}"' for name in relation.key]
    if by_day:
        columns.append(f"({relation.time_sql} AT TIME ZONE 'UTC')::date AS {DAY}")
        order.insert(0, str(relation.time_sql))
    ordered = f" ORDER BY {', '.join(order)}" if order else ""
    return f"SELECT {', '.join(columns)} FROM {relation.source}{cut(relation, since)}{ordered}"


def cut(relation: Relation, since: datetime | None) -> str:
    """The WHERE that leaves what happened since an instant; of a view by days, since the day of it."""
    if since is None or relation.time_sql is None:
        return ""
    types = {column.name: column.type for column in relation.columns}
    is_date = types.get(str(relation.time)) == "date"
    return f" WHERE {relation.time_sql} >= '{since.date() if is_date else since.isoformat()}'"


def schema_of(relation: Relation) -> pa.Schema:
    """The columns as a file has them."""
    return pa.schema(
        [pa.field(column.name, arrow_type(column.type), nullable=not column.not_null) for column in relation.columns]
    )


def types_of(relation: Relation, *, by_day: bool) -> dict[str, pa.DataType]:
    """The types of the columns that `selected` asks for."""
    types: dict[str, pa.DataType] = {field.name: field.type for field in schema_of(relation)}
    return types | {DAY: pa.date32()} if by_day else types
