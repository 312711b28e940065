"""What a cleaned table should hold: the shop's rows up to a cut as its events tell them, and what noise did to each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.events.envelope import Event
from pipeline.events.grading.tables import Graded
from pipeline.events.noise.noise import Noise
from pipeline.events.noise.profile import Profile
from pipeline.events.position import Position
from pipeline.events.shop import connect, moment
from pipeline.events.stream import Stream
from pipeline.shop import NoShop

ID, DAMAGE, DELAY_S, COPIES = "_id", "_damage", "_delay_s", "_copies"
UNHARMED = "none"


def truth(url: str, table: Graded, until: datetime | None, profile: Profile | None) -> tuple[pd.DataFrame, datetime]:
    """The rows with their id, what noise did to their event (if any), and the cut.

    Raises NoShop, Forgotten, psycopg2.Error.
    """
    with closing(connect(url)) as connection:
        with connection:
            now = moment(connection)
        if now.building:
            raise NoShop("history is being made: its keys are built at its end, and so far nothing can be graded")
        cut = min(until or now.sim_now, now.sim_now)
        noise = None if profile is None else Noise(profile, now.shop)
        blocks = Stream(connection, now.shop, Position(), table.types).read(cut)
        rows = [row for block in blocks for row in _rows(block, table, noise)]
    return pd.DataFrame(rows, columns=[*table.columns, ID, DAMAGE, DELAY_S, COPIES]), cut


def _rows(block: list[Event], table: Graded, noise: Noise | None) -> Iterator[dict[str, Any]]:
    for event in block:
        whole = json.loads(event.line)
        time = datetime.fromisoformat(whole["time"])
        row = {**whole["data"], table.time: time, ID: whole["id"], DAMAGE: UNHARMED, DELAY_S: 0.0, COPIES: 1}
        row.pop("lines", None)
        if noise is not None:
            fate = noise.fate_of(event)
            row |= {DAMAGE: "+".join(fate.kinds) or UNHARMED, DELAY_S: fate.delay.total_seconds(), COPIES: fate.copies}
        yield row


def write_answers(rows: pd.DataFrame, file: Path) -> None:
    """What the noise did to each event, as CSV. Raises OSError."""
    names = {ID: "id", DAMAGE: "damage", DELAY_S: "delay_s", COPIES: "copies"}
    rows[list(names)].rename(columns=names).to_csv(file, index=False)
