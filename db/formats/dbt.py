"""dbt's sources: what the tables are, with the tests that follow from keys, references and words."""

from __future__ import annotations

from typing import Any

import yaml

from db.formats.described import Described, Relation, relations

SOURCE = "bazaar"
_FRESHNESS = {
    "warn_after": {"count": 12, "period": "hour"},
    "error_after": {"count": 2, "period": "day"},
}


def dbt_sources() -> str:
    """The file models/sources.yml of a dbt project."""
    source = {
        "name": SOURCE,
        "description": "A living online shop. Its time is sim_now(), never now().",
        "schema": "public",
        "tables": [_table(each) for each in relations()],
    }
    return yaml.safe_dump({"version": 2, "sources": [source]}, sort_keys=False, allow_unicode=True, width=120)


def _table(relation: Relation) -> dict[str, Any]:
    told: dict[str, Any] = {"name": relation.name, "description": relation.comment}
    if relation.loaded_at:
        told["config"] = {
            "loaded_at_field": relation.loaded_at,
            "freshness": {name: dict(at) for name, at in _FRESHNESS.items()},
        }
    if columns := [_column(relation, column) for column in relation.columns]:
        told["columns"] = columns
    return told


def _column(relation: Relation, column: Described) -> dict[str, Any]:
    told: dict[str, Any] = {"name": column.name, "description": column.comment}
    if column.type:
        told["data_type"] = column.type
    if tests := _tests(relation, column):
        told["data_tests"] = tests
    return told


def _tests(relation: Relation, column: Described) -> list[Any]:
    tests: list[Any] = []
    alone = (column.name,)
    if relation.key == alone or alone in relation.unique:
        tests.append("unique")
    if relation.kind == "table" and not column.nullable:
        tests.append("not_null")
    if column.values:
        tests.append({"accepted_values": {"arguments": {"values": list(column.values)}}})
    for reference in relation.references:
        if reference.columns == alone:
            to = {"to": f"source('{SOURCE}', '{reference.table}')", "field": reference.to[0]}
            tests.append({"relationships": {"arguments": to}})
    return tests
