"""JSON Schemas (draft 7) of the events' payloads, from the catalogue and the comments of the tables' columns."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    Integer,
    Numeric,
    SmallInteger,
    Table,
    Text,
)

from pipeline.events.event_type import EventType, Field, Lines

Schema = dict[str, Any]
DRAFT = "http://json-schema.org/draft-07/schema#"
MONEY_DECIMALS = 2
_WORDS = ("title", "description")  # what may change within a version


def payload_schema(event: EventType) -> Schema:
    """The schema of an event's `data`: nothing may be missing, and nothing more be there."""
    return {
        "$schema": DRAFT,
        "$id": event.dataschema,
        "title": event.name,
        "description": event.says,
        **_object(event.fields),
    }


def envelope_schema(event: EventType, payload: Schema) -> Schema:
    """The schema of the whole event in CloudEvents' structured mode, its payload's within it."""
    attributes: Schema = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "pattern": f"^{re.escape(event.name)}/", "description": f"{event.name}/{event.key}"},
        "source": {"type": "string", "format": "uri-reference", "description": "Market, seed and epoch of the shop."},
        "type": {"const": event.name},
        "dataschema": {"const": event.dataschema},
        "time": {"type": "string", "format": "date-time", "description": "When it happened, on the shop's clock."},
        "partitionkey": {"type": "string", "description": f"{event.entity}: its events keep their order."},
        "data": {name: value for name, value in payload.items() if name not in ("$schema", "$id")},
    }
    return {"type": "object", "required": list(attributes), "properties": attributes}


def promise(schema: object) -> object:
    """What a version of a schema promises to programs: all of it but its words."""
    if isinstance(schema, dict):
        # a property may be called `title` or `description`: only text there is words
        return {k: promise(v) for k, v in schema.items() if not (k in _WORDS and isinstance(v, str))}
    return [promise(each) for each in schema] if isinstance(schema, list) else schema


def _object(fields: tuple[Field | Lines, ...]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [each.name for each in fields],
        "properties": {each.name: _value(each) for each in fields},
    }


def _value(each: Field | Lines) -> Schema:
    if isinstance(each, Lines):
        return {"type": "array", "minItems": 1, "description": each.says, "items": _object(each.fields)}
    kind = _kind(each.column)
    if each.nullable:
        kind["type"] = [kind["type"], "null"]
        if "enum" in kind:
            kind["enum"] = [*kind["enum"], None]
    return {**kind, "description": f"{each.meaning}{_unit(each.column)}"}


def _kind(column: Column[object]) -> Schema:
    match column.type:
        case BigInteger() | Integer() | SmallInteger():
            return {"type": "integer"}
        case Double() | Numeric():
            return {"type": "number"}
        case Boolean():
            return {"type": "boolean"}
        case TIMESTAMP():
            return {"type": "string", "format": "date-time"}
        case Text():
            words = _words(column)
            return {"type": "string", "enum": words} if words else {"type": "string"}
    raise TypeError(f"{column}: no JSON type is known for {column.type!r}")


def _unit(column: Column[object]) -> str:
    """What the column's type says and its comment need not: money is in the market's currency."""
    is_money = isinstance(column.type, Numeric) and column.type.scale == MONEY_DECIMALS
    return " In the market's currency, two decimals." if is_money else ""


def _words(column: Column[object]) -> list[str]:
    """The words that a CHECK lets into a column; none where it has no such CHECK."""
    table = column.table
    assert isinstance(table, Table)
    name = f"ck_{table.name}_{column.name}_known"
    checks = [each for each in table.constraints if isinstance(each, CheckConstraint) and each.name == name]
    return [word for check in checks for word in re.findall(r"'(\w+)'", str(check.sqltext))]
