"""A query file: a header of comment lines, then SQL. Reading it, and writing back only what changed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboards.problems import Problem
from dashboards.refresh import EVERY_MINUTE, Refresh

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

KEY_FORM = re.compile(r"[a-z][a-z0-9_]*")
HEADER = ("title", "question", "grain", "refresh")
REQUIRED = ("title", "question", "grain")
_HEADER_LINE = re.compile(r"--\s*([A-Za-z_]+):[ \t]*(.*?)\s*")
_MENTION = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_COMMENT_OR_TEXT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")
_WALL_CLOCK = re.compile(
    r"(?<![\w.])(?:(?:now|clock_timestamp)\s*\(|(?:current_timestamp|current_date|localtimestamp)\b)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class QueryFile:
    """One question. `sql` is what Redash gets: the file without its header."""

    key: str
    path: Path
    title: str
    question: str
    grain: str
    refresh: Refresh
    sql: str
    first_sql_line: int

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that the SQL mentions, in order."""
        return tuple(dict.fromkeys(name for name, _ in self.mentions()))

    def mentions(self) -> Iterator[tuple[str, int]]:
        """Each mention of a parameter and its line in the file."""
        for found in _MENTION.finditer(self.sql):
            yield found[1], self.first_sql_line + self.sql.count("\n", 0, found.start())

    def filled(self, values: Mapping[str, str]) -> str:
        """The SQL with a value for each mention. A quote within one is doubled: parameters stand in quotes."""
        return _MENTION.sub(lambda found: values[found[1]].replace("'", "''"), self.sql)


def parse_query(path: Path, text: str) -> QueryFile | list[Problem]:
    """The query, or everything that is wrong with its file."""
    lines = text.replace("\r\n", "\n").split("\n")
    header, problems = _header(path, lines)
    begun = next((n for n in range(len(header), len(lines)) if lines[n].strip()), len(lines))
    sql = "\n".join(lines[begun:]).rstrip()
    refresh = Refresh.parse(header["refresh"][1]) if "refresh" in header else EVERY_MINUTE
    if not KEY_FORM.fullmatch(path.stem):
        problems.append(Problem(path, 1, f"'{path.stem}' can't be a key: small letters, digits and _ only"))
    problems += [Problem(path, 1, f"the header has no '-- {name}: …'") for name in REQUIRED if name not in header]
    problems += [Problem(path, line, f"'{name}' is empty") for name, (line, said) in header.items() if not said]
    if refresh is None:
        problems.append(
            Problem(path, header["refresh"][0], "refresh must be seconds ('60', '86400 at 00:15'; 0: never)")
        )
    if not sql:
        problems.append(Problem(path, len(lines), "there is no SQL"))
    problems += [
        Problem(path, begun + 1 + line, f"'{word}' is the wall clock: ask sim_now()") for word, line in _wall_clock(sql)
    ]
    if problems or refresh is None:
        return problems
    said = {name: text for name, (_, text) in header.items()}
    return QueryFile(path.stem, path, said["title"], said["question"], said["grain"], refresh, sql, begun + 1)


def written_query(query: QueryFile, before: str = "") -> str:
    """The file's text for the query. Of the text before, only the lines that say something else change."""
    lines = before.replace("\r\n", "\n").split("\n")
    old, _ = _header(query.path, lines)
    said = {"title": query.title, "question": query.question, "grain": query.grain, "refresh": str(query.refresh)}
    header = []
    for name in HEADER:
        if name in old and old[name][1] == said[name]:
            header.append(lines[old[name][0] - 1])
        elif name in old or said[name] != str(EVERY_MINUTE):
            header.append(f"-- {name}: {said[name]}")
    gap = [line for line in lines[len(old) : query.first_sql_line - 1] if old and not line.strip()]
    if not gap and _HEADER_LINE.fullmatch(query.sql.split("\n")[0]):
        gap = [""]  # a comment that looks like a header line must not become one
    return "\n".join([*header, *gap, query.sql]) + "\n"


def one_line(text: str) -> str:
    """Text as a header can hold it."""
    return " ".join(text.split())


def _header(path: Path, lines: list[str]) -> tuple[dict[str, tuple[int, str]], list[Problem]]:
    header: dict[str, tuple[int, str]] = {}
    problems: list[Problem] = []
    for number, line in enumerate(lines, 1):
        found = _HEADER_LINE.fullmatch(line)
        if found is None:
            break
        name = found[1]
        if name not in HEADER:
            problems.append(Problem(path, number, f"unknown header '{name}' (there are {', '.join(HEADER)})"))
        elif any(HEADER.index(name) <= HEADER.index(other) for other in header if other in HEADER):
            problems.append(Problem(path, number, f"'{name}' is out of order: {', '.join(HEADER)}, each once"))
        header.setdefault(name, (number, found[2]))
    return header, problems


def _wall_clock(sql: str) -> Iterator[tuple[str, int]]:
    """Words of the wall clock and their lines from 0, outside comments and quoted text."""
    bare = _COMMENT_OR_TEXT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), sql)
    for found in _WALL_CLOCK.finditer(bare):
        yield found[0].rstrip("( ").lower(), bare.count("\n", 0, found.start())
