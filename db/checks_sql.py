"""What of db/checks.sql follows from the tables: the times that must not lie after sim_now()."""

from __future__ import annotations

import re
import textwrap

from db.checks import CHECKS_FILE
from models.declarations import event_times, shop_tables

_WIDTH = 120
_FOLLOWING = re.compile(r"(-- name: nothing_after_sim_now\n-- [^\n]*\n).*?;\n", re.DOTALL)


def checks_sql() -> str:
    """The whole of db/checks.sql: what is written by hand, with what follows from the tables made anew."""
    text, made = _FOLLOWING.subn(
        lambda head: head[1] + _nothing_after_sim_now(), CHECKS_FILE.read_text(encoding="utf-8")
    )
    if made != 1:
        raise ValueError(f"{CHECKS_FILE.name}: nothing_after_sim_now is not there, or there twice")
    return text


def _nothing_after_sim_now() -> str:
    latest = "\n    UNION ALL ".join(_latest_times())
    return f"SELECT latest.*, sim_now() AS sim_now\nFROM (\n    {latest}\n) latest\nWHERE latest_event > sim_now();\n"


def _latest_times() -> list[str]:
    times = {table.name: [f"max({column.name})" for column in event_times(table)] for table in shop_tables()}
    return [_wrapped(name, latest) for name, latest in times.items() if latest]


def _wrapped(table: str, latest: list[str]) -> str:
    """The query of one table: GREATEST takes no notice of NULL, and MAX of a single time needs none of it."""
    name = f"'{table}' AS table_name" if table == _first() else f"'{table}'"
    listed = latest[0] if len(latest) == 1 else f"greatest({', '.join(latest)})"
    named = f"{listed} AS latest_event" if table == _first() else listed
    query = f"SELECT {name}, {named} FROM {table}"
    return textwrap.fill(query, _WIDTH - 14, subsequent_indent=" " * 8, break_long_words=False)


def _first() -> str:
    return next(table.name for table in shop_tables() if event_times(table))
