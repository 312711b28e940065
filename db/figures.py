"""The figures that the shop is judged by: the named queries of db/figures.sql, each with its band."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from db import SCRIPTS

FIGURES_FILE = SCRIPTS / "figures.sql"
_SETTINGS = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"
_BLOCK = re.compile(
    r"^-- name: (?P<name>[a-z0-9_]+)\n-- (?P<sentence>.+)\n"
    r"-- band: (?P<low>[\d.]+) \.\. (?P<high>[\d.]+) ?(?P<unit>.*)\n"
    r"(?:-- published: (?P<published>[a-z-]+(?: [a-z-]+)*)\n)?"
    r"(?P<sql>(?:(?!-- name:).*\n?)+)",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: `sql` selects one number, which should lie between `low` and `high` (in `unit`).

    `published` are the rows of docs/published-figures.md that the band goes by; none: it is our choice.
    """

    name: str
    sentence: str
    low: float
    high: float
    unit: str
    published: tuple[str, ...]
    sql: str

    def holds(self, value: float | None) -> bool:
        """Whether a value falls into the band; no value does not."""
        return value is not None and self.low <= value <= self.high


def load_figures(path: Path = FIGURES_FILE) -> list[Figure]:
    """Return the figures of a file, in its order; raises ValueError when a header is not as it should be."""
    text = path.read_text(encoding="utf-8")
    found = [
        Figure(
            m["name"],
            m["sentence"],
            float(m["low"]),
            float(m["high"]),
            m["unit"],
            tuple((m["published"] or "").split()),
            m["sql"].strip(),
        )
        for m in _BLOCK.finditer(text)
    ]
    if len({figure.name for figure in found}) != len(found) or len(found) != text.count("\n-- name:"):
        raise ValueError(f"{path.name}: a figure's name is doubled, or its header is not name, sentence and band")
    return found


def run_figure(connection: Connection, figure: Figure) -> float | None:
    """Return a figure's value in a shop; None where nothing has happened yet that it could be made of."""
    connection.exec_driver_sql(_SETTINGS)
    value = connection.exec_driver_sql(figure.sql, execution_options={"no_parameters": True}).scalar_one_or_none()
    return None if value is None else float(value)
