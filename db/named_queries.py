"""Files of named queries: each a line `-- name: …`, lines of comment that say what it is, and one statement."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_MARK = "-- name:"
_QUERY = re.compile(
    r"^-- name: (?P<name>[a-z0-9_]+)\n(?P<comments>(?:-- .*\n)+)(?P<sql>(?:(?!-- name:).*\n?)+)", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query, its comment line by line, and the statement without its semicolon."""

    name: str
    comments: tuple[str, ...]
    sql: str


def named_queries(path: Path) -> list[NamedQuery]:
    """The queries of a file, in its order. Raises ValueError for a doubled name, a bad header or an endless query."""
    text = path.read_text(encoding="utf-8")
    found = [_parsed(match, path) for match in _QUERY.finditer(text)]
    names = [query.name for query in found]
    marks = sum(line.startswith(_MARK) for line in text.splitlines())
    if len(set(names)) != len(names) or len(names) != marks:
        raise ValueError(f"{path.name}: a name is doubled, or a header is not a name line and what it is")
    return found


def _parsed(match: re.Match[str], path: Path) -> NamedQuery:
    comments = tuple(line.removeprefix("-- ").strip() for line in match["comments"].splitlines())
    sql, end, _ = match["sql"].rpartition(";")  # a heading of the next section may follow
    if not end:
        raise ValueError(f"{path.name}: {match['name']} doesn't end with a semicolon")
    return NamedQuery(match["name"], comments, sql.strip())
