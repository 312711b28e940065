"""All figures of realism, and their values in one shop."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pandas as pd

from sim.calibration.realism import (
    channels,
    couriers,
    customers,
    days,
    doors,
    identity,
    money,
    opening,
    places,
    products,
    returning,
    reviews,
    tables,
    visits,
)
from sim.calibration.realism.figure import Figure, Found, found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg2.extensions
    from sqlalchemy import Connection

FIGURES: Sequence[Figure] = (
    *customers.FIGURES,
    *returning.FIGURES,
    *opening.FIGURES,
    *visits.FIGURES,
    *identity.FIGURES,
    *places.FIGURES,
    *products.FIGURES,
    *couriers.FIGURES,
    *doors.FIGURES,
    *days.FIGURES,
    *channels.FIGURES,
    *money.FIGURES,
    *reviews.FIGURES,
    *tables.FIGURES,
)
_SETTINGS = "SET LOCAL work_mem = '128MB'; SET LOCAL jit = off"
_DAYS = "SELECT extract(epoch FROM sim_now - epoch) / 86400 FROM sim.current_run"


def measure_realism(connection: Connection, figures: Sequence[Figure] = FIGURES) -> Iterator[Found]:
    """Yield the figures of a shop in their order; rows that several ask for are read once, and kept until the last.

    What only figures ask for that the shop is too young for is not read.
    """
    age_days = float(connection.exec_driver_sql(_DAYS).scalar_one())
    ripe = [figure for figure in figures if age_days >= figure.days]
    last_to_ask = {figure.rows: figure for figure in ripe}
    kept: dict[str, pd.DataFrame] = {}
    for figure in figures:
        if figure in ripe and figure.rows not in kept:
            kept[figure.rows] = selected(connection, figure.rows)
        yield found(figure, kept.get(figure.rows, pd.DataFrame()), age_days)
        if last_to_ask.get(figure.rows) is figure:
            del kept[figure.rows]


def selected(connection: Connection, query: str) -> pd.DataFrame:
    """What a query selects, as a frame; by COPY, which makes no Python object of each value."""
    connection.exec_driver_sql(_SETTINGS)
    text = io.BytesIO()
    driver: psycopg2.extensions.connection = connection.connection.driver_connection  # type: ignore[assignment]
    with driver.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT (FORMAT csv, HEADER)", text)
    text.seek(0)
    return pd.read_csv(text, skip_blank_lines=False)  # a single column's NULL is one
