"""Files of named queries are read as a whole, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.figures import load_figures
from db.named_queries import NamedQuery, named_queries

TWO = """\
-- A file about something.

-- name: first
-- What it is,
-- in two lines.
SELECT 1
FROM a;

-- a heading ----------

-- name: second
-- Another.
SELECT 2;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "queries.sql"


def test_a_query_has_its_comment_line_by_line(file: Path):
    file.write_text(TWO)
    assert named_queries(file) == [
        NamedQuery("first", ("What it is,", "in two lines."), "SELECT 1\nFROM a"),
        NamedQuery("second", ("Another.",), "SELECT 2"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("-- name: second", "-- name: first", "a name is doubled"),
        ("-- Another.\n", "", "header"),
        ("-- name: second", "-- name: the second", "header"),
        ("SELECT 2;", "SELECT 2", "second doesn't end with a semicolon"),
    ],
    ids=["the same name twice", "no comment", "a name of two words", "no end"],
)
def test_what_is_not_as_it_should_be_is_refused(file: Path, old: str, new: str, said: str):
    file.write_text(TWO.replace(old, new))
    with pytest.raises(ValueError, match=said):
        named_queries(file)


@pytest.mark.parametrize(
    "band", ["-- band: 1 to 2 %", "-- published: somebody", "-- band: 1 .. 2\n-- sourced: nowhere"]
)
def test_a_figure_without_a_band_is_refused(file: Path, band: str):
    file.write_text(f"-- name: conversion\n-- sessions -> orders\n{band}\nSELECT 1;\n")
    with pytest.raises(ValueError, match="header of conversion is not name, sentence and band"):
        load_figures(file)
