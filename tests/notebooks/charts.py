"""What is wrong with a chart, read from its Vega-Lite: no rows, columns that are not there, axes without words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Spec = dict[str, Any]
TOGETHER = ("hconcat", "vconcat", "concat")


def problems(chart: Spec) -> list[str]:
    """What a reader of the chart would miss, one line each."""
    datasets = chart.get("datasets", {})
    found = [problem for group in _groups(chart) for problem in _unnamed_axes(group)]
    for unit in _units(chart):
        found += _missing_rows(unit, datasets)
    return found


def _groups(spec: Spec) -> Iterator[Spec]:
    """The parts that have axes of their own: single marks and layers."""
    for part in (part for key in TOGETHER for part in spec.get(key, [])):
        yield from _groups(part)
    if "spec" in spec:
        yield from _groups(spec["spec"])
    if "layer" in spec or "mark" in spec:
        yield spec


def _units(spec: Spec, inherited: Spec | None = None) -> Iterator[Spec]:
    """The single marks, each with the data, encoding and transforms that it inherits."""
    above = inherited or {"encoding": {}, "transform": [], "data": None}
    here = {
        "data": spec.get("data", above["data"]),
        "transform": [*above["transform"], *spec.get("transform", [])],
        "encoding": above["encoding"] | spec.get("encoding", {}),
    }
    for part in (part for key in (*TOGETHER, "layer") for part in spec.get(key, [])):
        yield from _units(part, here)
    if "spec" in spec:
        yield from _units(spec["spec"], here)
    if "mark" in spec:
        yield here | {"mark": spec["mark"]}


def _unnamed_axes(group: Spec) -> Iterator[str]:
    for axis in ("x", "y"):
        told = [unit["encoding"][axis] for unit in _units(group) if axis in unit["encoding"]]
        shown = [channel for channel in told if channel.get("axis", "") is not None and "value" not in channel]
        if not shown:
            continue
        titles = [
            place["title"] for channel in shown for place in (channel, channel.get("axis", {})) if "title" in place
        ]
        numbers = any(channel.get("type") in {"quantitative", "temporal"} for channel in shown)
        if not titles or (numbers and not any(titles)):
            yield f"{axis} axis without a title of its own: {shown[0]}"


def _missing_rows(unit: Spec, datasets: dict[str, list[Spec]]) -> Iterator[str]:
    data = unit["data"] or {}
    if "url" in data:
        yield f"data from elsewhere: {data['url']}"
    rows = datasets.get(data["name"], []) if "name" in data else data.get("values", [])
    if not rows:
        yield f"no rows for {unit['mark']}"
        return
    made = {"key", "value"}.union(*(_names(step) for step in unit["transform"]))
    for channel, told in unit["encoding"].items():
        field = told.get("field") if isinstance(told, dict) else None
        if isinstance(field, str) and field not in made and all(row.get(field) is None for row in rows):
            yield f"{channel}: column {field!r} is empty or not there"


def _names(transform: Spec) -> set[str]:
    """The columns that a transform makes."""
    steps = [transform, *(step for key in ("aggregate", "joinaggregate", "window") for step in transform.get(key, []))]
    made = [step["as"] for step in steps if isinstance(step, dict) and "as" in step]
    return {name for names in made for name in (names if isinstance(names, list) else [names])}
