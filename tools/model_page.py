"""Writes the parameter tables of docs/model.md from the scenario's own declarations, between the page's markers.

python -m tools.model_page             brings the page up to date
python -m tools.model_page --check     writes nothing; exit 1 when the page is stale
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.clock.units import DAY_US
from sim.scenario import Scenario

ROOT = Path(__file__).resolve().parent.parent

PAGE = ROOT / "docs" / "model.md"
FIGURES = ROOT / "docs" / "published-figures.md"
UNPUBLISHED = ("our choice", "general knowledge")
_MARKED = re.compile(
    r"(?P<begin><!-- (?P<what>parameters|constants)(?:: (?P<name>\w+))? -->\n).*?(?P<end><!-- end -->)", re.DOTALL
)
_ANCHOR = re.compile(r'^\| <a id="(?P<slug>[\w-]+)"></a>(?P<name>[^|]+?) \|', re.MULTILINE)

# Numbers that no scenario sets: module, name, unit, what it is.
CONSTANTS = (
    ("sim.processes.arrivals", "_TRIES", "tries", "customers asked before the visitor is a stranger"),
    ("sim.processes.session", "_MOST_UNITS", "units", "units of one product in a cart at most"),
    ("sim.shop.shopping", "TYPICAL_CART", "price level", "value of a cart that meets the stated second thoughts"),
    ("sim.shop.quote", "_USUAL_LINES", "lines", "what the promise reckons a waiting order as"),
    ("sim.shop.quote", "_USUAL_UNITS", "units", "the same"),
    ("sim.processes.opening", "_POINTS_AN_EARLIER_ORDER", "points", "worth of an order before the opening"),
    ("sim.shop.people", "_OLDEST_REGISTRATION", "days", "customers at the opening registered up to so long ago"),
    ("sim.shop.people", "_OLDEST_LAST_ORDER", "days", "and ordered last up to so long ago"),
    ("sim.shop.geography", "_CROWDING", "exponent", "people live at radius × u to this power; 0.5 would be even"),
    ("sim.shop.catalogue", "_BULK_PRICE", "exponent", "twice the size costs 2 to this power as much"),
    ("sim.shop.rating", "_MOST_LEADS_LATE", "lead times", "lateness beyond which a review loses no more stars"),
)


class StaleSource(ValueError):
    """A parameter names a source that is no row of the published figures."""


def published() -> dict[str, str]:
    """The rows of the published figures: name to anchor."""
    return {found["name"]: found["slug"] for found in _ANCHOR.finditer(FIGURES.read_text(encoding="utf-8"))}


def page(text: str) -> str:
    """The page with every table between its markers as it should be."""
    schema, rows_of = Scenario.model_json_schema(), published()

    def table(found: re.Match[str]) -> str:
        lines = constants() if found["what"] == "constants" else section(schema, found["name"], rows_of)
        return found["begin"] + "\n" + "\n".join(lines) + "\n\n" + found["end"]

    return _MARKED.sub(table, text)


def section(schema: Mapping[str, Any], name: str, rows_of: Mapping[str, str]) -> Iterator[str]:
    """The lines of a section's table, and of one more for each parameter that is a table itself."""
    if _entry(schema, schema["properties"][name]) is not None:  # the section is a list
        yield from _table_of_its_own(schema, schema["properties"][name], rows_of)
        return
    properties = _resolved(schema, schema["properties"][name])["properties"]
    yield from _head(("parameter", "value", "unit", "allowed", "what it is", "source"))
    inner: list[tuple[str, Mapping[str, Any]]] = []
    for key, spec in properties.items():
        if _entry(schema, spec) is not None:
            inner.append((key, spec))
            yield _row(f"`{name}.{key}`", *_nothing_yet(spec), spec["description"], _source(spec, rows_of))
        else:
            given = (_value(spec["default"]), spec["unit"], _allowed(schema, spec))
            yield _row(f"`{name}.{key}`", *given, spec["description"], _source(spec, rows_of))
    for key, spec in inner:
        yield from ("", f"`{name}.{key}`: {spec['description']}", "")
        yield from _table_of_its_own(schema, spec, rows_of)


def _table_of_its_own(schema: Mapping[str, Any], spec: Mapping[str, Any], rows_of: Mapping[str, str]) -> Iterator[str]:
    """One row a field, one column an entry of the baseline (or the defaults of an entry, where it has none)."""
    default, fields = spec["default"], (_entry(schema, spec) or {})["properties"]
    entries = default if isinstance(default, dict) else {str(n): one for n, one in enumerate(default, start=1)}
    columns = entries or {"default": {key: field.get("default", "must be given") for key, field in fields.items()}}
    yield from _head(("parameter", *columns, "unit", "allowed", "what it is", "source"))
    for key, field in fields.items():
        values = (_value(entry[key]) for entry in columns.values())
        meaning = (field["unit"], _allowed(schema, field), field["description"], _source(field, rows_of))
        yield _row(f"`{key}`", *values, *meaning)


def constants() -> Iterator[str]:
    """The lines of the table of numbers that stand in the code."""
    yield from _head(("constant", "value", "unit", "what it is"))
    for module, name, unit, meaning in CONSTANTS:
        value = getattr(importlib.import_module(module), name)
        value = value / DAY_US if unit == "days" else value  # spans are µs inside
        yield _row(f"`{module.removeprefix('sim.')}.{name.lstrip('_')}`", _value(value), unit, meaning)


def _head(names: Sequence[str]) -> tuple[str, str]:
    return _row(*names), "|" + "---|" * len(names)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def _resolved(schema: Mapping[str, Any], spec: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = spec.get("$ref")
    return schema["$defs"][reference.rsplit("/", 1)[1]] if reference else spec


def _entry(schema: Mapping[str, Any], spec: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What an entry of a table-like parameter looks like; None for plain values, lists and weights."""
    inner = spec.get("items") or spec.get("additionalProperties") or {}
    resolved = _resolved(schema, inner) if isinstance(inner, dict) else {}
    return resolved if "properties" in resolved else None


def _nothing_yet(spec: Mapping[str, Any]) -> tuple[str, str, str]:
    return ("see below" if spec["default"] else "none", spec["unit"], "see below")


def _value(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_value(one)}" for key, one in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(_value(one) for one in value)
    return f"{value:,}" if isinstance(value, int) else f"{value:,.10g}" if isinstance(value, float) else str(value)


def _allowed(schema: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    """The bounds in words."""
    if "enum" in spec:
        return ", ".join(spec["enum"])
    if spec.get("type") == "array":
        least, most = spec.get("minItems"), spec.get("maxItems")
        count = f"{least} values" if least == most and least else f"{least or 0} values or more"
        return ", each ".join(filter(None, (count, _allowed(schema, _resolved(schema, spec["items"])))))
    if spec.get("type") == "object":
        return ", each ".join(filter(None, ("these keys", _allowed(schema, spec["additionalProperties"]))))
    return _range(spec)


def _range(spec: Mapping[str, Any]) -> str:
    above, least = spec.get("exclusiveMinimum"), spec.get("minimum")
    below, most = spec.get("exclusiveMaximum"), spec.get("maximum")
    if least is not None and most is not None:
        return f"{_value(least)} to {_value(most)}"
    lower = f"above {_value(above)}" if above is not None else f"from {_value(least)}" if least is not None else ""
    upper = f"below {_value(below)}" if below is not None else f"up to {_value(most)}" if most is not None else ""
    return ", ".join(filter(None, (lower, upper)))


def _source(spec: Mapping[str, Any], rows_of: Mapping[str, str]) -> str:
    name = spec["source"]
    if name in UNPUBLISHED:
        return str(name)
    if name not in rows_of:
        raise StaleSource(f"{name!r} ({spec['description']}) is no row of {FIGURES.relative_to(ROOT)}")
    return f"[{name}]({FIGURES.name}#{rows_of[name]})"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or say that it is stale."""
    parser = argparse.ArgumentParser(description="The parameter tables of docs/model.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when the page is stale")
    asked = parser.parse_args(arguments)
    old = PAGE.read_text(encoding="utf-8")
    new = page(old)
    if old == new:
        return 0
    if asked.check:
        print("docs/model.md: stale, run `make schema`", file=sys.stderr)
        return 1
    PAGE.write_text(new, encoding="utf-8", newline="\n")
    print("docs/model.md: written", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
