"""A change in a YAML file leaves the rest of it alone."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dashboards.yaml_edit import edited
from dashboards.yaml_lines import parse_document
from dashboards.yaml_text import block

TEXT = """\
# above
a: 1   # one
b:
  # within
  c: {x: 1, y: [1, 2]}
  d: >
    folded
    text
e:
  - n: 1  # first
    m: "two"

  # before the second
  - n: 2
  - n: 3
f: |
  long
  text
"""


@pytest.mark.parametrize(
    ("change", "kept", "went", "came"),
    [
        ({}, None, [], []),
        ({"a": "yes"}, None, ["a: 1   # one"], ["a: 'yes'   # one"]),
        ({"b": {"c": {"x": 2}, "d": "folded text\n"}}, None, ["  c: {x: 1, y: [1, 2]}"], ["  c: {x: 2}"]),
        ({"b": {"d": "folded text\n"}}, None, ["  c: {x: 1, y: [1, 2]}"], []),
        ({"b": {"c": {"x": 1, "y": [1, 2]}, "d": "short"}}, None, ["  d: >", "    folded", "    text"], ["  d: short"]),
        ({"f": "other\ntext\n"}, None, ["  long"], ["  other"]),
        ({"g": None}, None, [], ["g: null"]),
        ({"e": [{"n": 1, "m": "two"}, {"n": 3}]}, [0, 2], ["  - n: 2"], []),
        ({"e": [{"n": 1, "m": 2}, {"n": 2}, {"n": 3}]}, [0, 1, 2], ['    m: "two"'], ["    m: 2"]),
        ({"e": [{"n": 1}, {"n": 2}, {"n": 3}]}, [0, 1, 2], ['    m: "two"'], []),
        ({"e": [{"n": 1, "m": "two"}, {"n": 2}, {"n": 3}, {"k": {"l": 1}}]}, [0, 1, 2, None], [], ["  - k: {l: 1}"]),
    ],
)  # fmt: skip
def test_in_place(change, kept, went, came) -> None:
    document = parse_document(Path("x.yml"), TEXT)
    value = document.value | change
    text = edited(document, value, {("e",): kept} if kept else None)
    assert yaml.safe_load(text) == value
    old, new = TEXT.splitlines(), text.splitlines()
    assert [line for line in old if line not in new] == went
    assert [line for line in new if line not in old] == came


def test_what_can_not_be_done_in_place_is_written_anew() -> None:
    document = parse_document(Path("x.yml"), "{a: 1, b: 2}\n")
    assert edited(document, {"a": 1, "b": [{"c": 3}]}) == "a: 1\nb:\n  - c: 3\n"


@pytest.mark.parametrize(
    "value",
    [
        {"text": "one\n\n  two\nthree \n"},
        {"text": " leading\nspace"},
        {"text": "tab\tand\nend\n\n"},
        {"a": {}, "b": [], "c": "", "d": "1", "e": "no", "f": "# no comment", "g": "a: b", "€": "ü\u2028"},
        {"long": {str(n): "x" * 20 for n in range(9)}},
        {"deep": [{"a": [{"b": {"c": [1, [2, [3]]]}}]}, "text", None, 1.5, True]},
    ],
)
def test_what_is_written_reads_back(value) -> None:
    assert yaml.safe_load(block(value) + "\n") == value
