"""The figures that the shop is judged by: the named queries of db/figures.sql, each with its band."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from db import SCRIPTS
from db.named_queries import NamedQuery, named_queries

FIGURES_FILE = SCRIPTS / "figures.sql"
_SETTINGS = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"
_BAND = re.compile(r"band: (?P<low>[\d.]+) \.\. (?P<high>[\d.]+) ?(?P<unit>.*)")
_PUBLISHED = re.compile(r"published: (?P<anchors>[a-z-]+(?: [a-z-]+)*)")


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
    return [_figure(query, path) for query in named_queries(path)]


def run_figure(connection: Connection, figure: Figure) -> float | None:
    """Return a figure's value in a shop; None where nothing has happened yet that it could be made of."""
    connection.exec_driver_sql(_SETTINGS)
    value = connection.exec_driver_sql(figure.sql, execution_options={"no_parameters": True}).scalar_one_or_none()
    return None if value is None else float(value)


def _figure(query: NamedQuery, path: Path) -> Figure:
    sentence, band, published = (*query.comments, "", "", "")[:3]
    bounds, anchors = _BAND.fullmatch(band), _PUBLISHED.fullmatch(published)
    if bounds is None or (published and anchors is None) or len(query.comments) > 3:
        raise ValueError(f"{path.name}: the header of {query.name} is not name, sentence and band")
    sources = tuple(anchors["anchors"].split()) if anchors else ()
    low, high = float(bounds["low"]), float(bounds["high"])
    return Figure(query.name, sentence, low, high, bounds["unit"], sources, query.sql)
