"""The Russian README is in step with the English one: the same headings, commands, examples, tables and links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENGLISH, RUSSIAN = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ru.md"))
FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?:^ {4}.*\n?)+", re.MULTILINE)
HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")
COMMENT = re.compile(r"(?:--|#|%%).*$", re.MULTILINE)
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def prose(text: str) -> str:
    return INDENTED.sub("", FENCED.sub("", text))


def sections(text: str) -> list[str]:
    """The page cut at its headings, the part before the first one included."""
    return re.split(r"^#+ .+$", FENCED.sub("", text), flags=re.MULTILINE)


def without_words(kind: str, block: str) -> str:
    """An example without what may be translated: comments, and the labels of a diagram."""
    if kind == "mermaid":
        block = re.sub(r'"[^"]*"', '""', block)
    return COMMENT.sub("", block)


def examples(text: str) -> list[tuple[str, str]]:
    fenced = [(kind, without_words(kind, block)) for kind, block in FENCED.findall(text)]
    return fenced + [("indented", without_words("", block)) for block in INDENTED.findall(FENCED.sub("", text))]


def test_the_headings_are_the_same_in_number_and_level_and_each_is_translated():
    english, russian = HEADING.findall(prose(ENGLISH)), HEADING.findall(prose(RUSSIAN))
    assert [level for level, _ in russian] == [level for level, _ in english]
    assert [words for level, words in russian if len(level) > 1 and not CYRILLIC.search(words)] == []


def test_the_examples_and_commands_are_the_same_to_the_letter():
    assert examples(RUSSIAN) == examples(ENGLISH)


@pytest.mark.parametrize("n", range(len(sections(ENGLISH))))
def test_each_section_names_the_same_commands_and_columns_and_links_to_the_same_places(n: int):
    english, russian = sections(ENGLISH)[n], sections(RUSSIAN)[n]
    assert sorted(CODE.findall(prose(russian))) == sorted(CODE.findall(prose(english)))
    links = [link for link in LINK.findall(english) if link != "README.ru.md"]
    assert sorted(link for link in LINK.findall(russian) if link != "README.md") == sorted(links)
    assert russian.count("\n|") == english.count("\n|"), "rows of tables"


def test_the_prose_is_russian():
    letters = re.findall(r"[^\W\d_]", CODE.sub("", re.sub(r"\([^)]*\)", "", prose(RUSSIAN))))
    assert sum(bool(CYRILLIC.match(letter)) for letter in letters) > 0.8 * len(letters)


def test_each_edition_points_to_the_other():
    assert "](README.ru.md)" in ENGLISH
    assert "](README.md)" in RUSSIAN
