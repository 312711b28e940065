"""Options that Redash 25.8.0's editor saved unchanged mean what was sent; what a person changed shows.

saved_by_editor.json holds what the publisher sent, and what was stored after "Edit visualization" and "Save".
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from redash.publisher import axis_titles
from redash.publisher.options import agreed, for_file

SAVED = json.loads(Path(__file__).with_name("saved_by_editor.json").read_text())
FORMATS = SAVED["formats"]
each_type = pytest.mark.parametrize(
    "seen",
    SAVED["visualizations"],
    ids=lambda seen: "-".join(filter(None, [seen["type"], seen["sent"].get("globalSeriesType")])),
)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each plain value."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        yield from leaves(part, (*path, name))
    if not isinstance(value, (dict, list)):
        yield path


def changed(value: Any, path: tuple[Any, ...]) -> Any:
    """The value with another leaf at the end of the path."""
    other = copy.deepcopy(value)
    inner = other
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = "something else"
    return other


@each_type
def test_saving_changes_nothing(seen) -> None:
    assert agreed(seen["type"], seen["sent"], seen["saved"], FORMATS) == seen["sent"]


@each_type
def test_every_option_of_ours_is_watched(seen) -> None:
    for path in leaves(seen["sent"]):
        if "columns" not in path:  # the editor saves all columns, so that their numbers are others
            edited = changed(seen["saved"], path)
            assert agreed(seen["type"], seen["sent"], edited, FORMATS) != seen["sent"], path


@each_type
def test_every_default_is_watched(seen) -> None:
    """What the editor spelled out shows once it is something else."""
    for path in leaves(seen["saved"]):
        if path[-1] in {"type", "order", "name"} and "columns" in path:
            continue  # Redash's own business, or another column
        told = agreed(seen["type"], seen["sent"], changed(seen["saved"], path), FORMATS)
        assert told != seen["sent"], path


@each_type
def test_a_visualization_made_by_hand_is_told_in_few_words(seen) -> None:
    plain = for_file(seen["type"], {}, seen["saved"], FORMATS)
    assert len(list(leaves(plain))) <= len(list(leaves(seen["sent"])))
    again = axis_titles.for_redash(plain, "25.8.0")
    assert agreed(seen["type"], again, seen["saved"], FORMATS) == again


def test_columns_that_were_moved_are_all_told() -> None:
    saved = {"columns": [{"name": "b", "order": 0}, {"name": "a", "order": 1, "title": "A"}]}
    assert agreed("TABLE", {}, saved, FORMATS) == {"columns": [{"name": "b"}, {"name": "a", "title": "A"}]}
    ours = {"columns": [{"name": "a", "title": "A"}, {"name": "b"}]}
    assert agreed("TABLE", ours, saved, FORMATS) == {"columns": [{"name": "b"}, {"name": "a", "title": "A"}]}


@pytest.mark.parametrize("version", ["25.8.0", "26.3.0", None])
def test_an_axis_that_is_said_to_have_no_title_has_none(version: str | None) -> None:
    """In whatever form Redash keeps that, nobody has edited it."""
    ours = {"xAxis": {"type": "datetime", "title": ""}, "yAxis": [{"type": "linear", "title": ""}]}
    kept = axis_titles.for_redash(ours, version)
    assert for_file("CHART", ours, kept, FORMATS) == ours
    assert for_file("CHART", ours, axis_titles.for_file(kept), FORMATS) == ours
    kept["xAxis"]["title"] = {"text": "Hour"}
    assert for_file("CHART", ours, kept, FORMATS) == ours | {"xAxis": {"type": "datetime", "title": "Hour"}}


@pytest.mark.parametrize("version", ["25.8.0", "26.3.0", "26.07.0-dev", None])
def test_axis_titles_there_and_back(version: str | None) -> None:
    options = {"xAxis": {"title": "Hour"}, "yAxis": [{"title": "€"}, {"opposite": True}], "title": {"text": "kept"}}
    assert axis_titles.for_file(axis_titles.for_redash(options, version)) == options
