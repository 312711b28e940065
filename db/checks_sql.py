"""What of db/checks.sql follows from the tables: which times lie up to sim_now(), and which city an id names."""

from __future__ import annotations

import re
import textwrap

from sqlalchemy import Table

from db.checks import CHECKS_FILE
from models.declarations import entities, event_times, shop_tables, written_tables

_WIDTH = 120


def checks_sql() -> str:
    """The whole of db/checks.sql: what is written by hand, with what follows from the tables made anew."""
    text = CHECKS_FILE.read_text(encoding="utf-8")
    text = _with_query(text, "nothing_after_sim_now", r";\n", _nothing_after_sim_now())
    return _with_query(text, "ids_name_their_city", r"\) named\n", _ids_by_city())


def _with_query(text: str, name: str, until: str, query: str) -> str:
    """The text with a check's query, as far as that is made, in the place of what is there."""
    following = re.compile(rf"(-- name: {name}\n-- [^\n]*\n).*?{until}", re.DOTALL)
    text, made = following.subn(lambda found: found[1] + query, text)
    if made != 1:
        raise ValueError(f"{CHECKS_FILE.name}: {name} is not there, or there twice")
    return text


def _nothing_after_sim_now() -> str:
    latest = "\n    UNION ALL ".join(_latest_times())
    return f"SELECT latest.*, sim_now() AS sim_now\nFROM (\n    {latest}\n) latest\nWHERE latest_event > sim_now();\n"


def _latest_times() -> list[str]:
    times = {table.fullname: [f"max({column.name})" for column in event_times(table)] for table in written_tables()}
    return [_wrapped(name, latest) for name, latest in times.items() if latest]


def _wrapped(table: str, latest: list[str]) -> str:
    """The query of one table: GREATEST takes no notice of NULL, and MAX of a single time needs none of it."""
    name = f"'{table}' AS table_name" if table == _first() else f"'{table}'"
    listed = latest[0] if len(latest) == 1 else f"greatest({', '.join(latest)})"
    named = f"{listed} AS latest_event" if table == _first() else listed
    return _filled(f"SELECT {name}, {named} FROM {table}")


def _first() -> str:
    return next(table.name for table in shop_tables() if event_times(table))


def _ids_by_city() -> str:
    named = "\n    UNION ALL ".join(_id_and_city(table, number) for number, table in enumerate(entities().values()))
    return f"SELECT named.*\nFROM (\n    {named}\n) named\n"


def _id_and_city(table: Table, number: int) -> str:
    (key,) = table.primary_key.columns
    wanted = f"'{table.name}', {table.name}.{key.name}, city_id"
    if number == 0:
        wanted = f"'{table.name}' AS table_name, {table.name}.{key.name} AS id, city_id"
    way = _way_to_a_city(table)
    if way is None:
        raise ValueError(f"{table.name}: no references lead to a city, so nothing says what its ids should name")
    return _filled(f"SELECT {wanted} FROM {table.name}{''.join(way)}")


def _way_to_a_city(table: Table) -> list[str] | None:
    """The joins by the fewest references that are always there, to a table with a city."""
    if "city_id" in table.columns:
        return []
    references = [key for key in table.foreign_key_constraints if not any(column.nullable for column in key.columns)]
    ways = [
        [f" JOIN {key.referred_table.name} USING ({', '.join(key.column_keys)})", *beyond]
        for key in sorted(references, key=lambda key: str(key.name))
        if (beyond := _way_to_a_city(key.referred_table)) is not None
        and key.column_keys == [element.column.name for element in key.elements]
    ]
    return min(ways, key=len, default=None)


def _filled(query: str) -> str:
    return textwrap.fill(query, _WIDTH - 14, subsequent_indent=" " * 8, break_long_words=False)
