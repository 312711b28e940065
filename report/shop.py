"""Which shop the report is of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from report.dates import for_people
from report.queries import NoAnswer

if TYPE_CHECKING:
    from report.queries import Asker

_NEWEST = "SELECT seed, scenario, market, scale, epoch, sim_now FROM sim.current_run"
_NO_SHOP = "there is no shop in this database yet (`make sim` opens one, `make upgrade` renews an older program's)"


@dataclass(frozen=True, slots=True)
class Shop:
    """A run's identity and the moment it has reached."""

    seed: int
    scenario: str
    market: str
    scale: float
    opened: pd.Timestamp
    now: pd.Timestamp

    def facts(self) -> list[tuple[str, str]]:
        """What a reader must know to make the same shop again, and of when the report is."""
        days = (self.now - self.opened) / pd.Timedelta(days=1)
        return [
            ("Seed", str(self.seed)),
            ("Scenario", self.scenario),
            ("Market", self.market),
            ("Scale", f"{self.scale:g}"),
            ("Opened", for_people(self.opened)),
            ("Simulated now", f"{for_people(self.now)} (day {days:.1f})"),
        ]


def read_shop(asker: Asker) -> Shop:
    """The newest chapter. Raises NoAnswer where no shop has been opened."""
    try:
        chapters = asker.answer(_NEWEST)
    except NoAnswer as error:
        raise NoAnswer(f"{_NO_SHOP}: {error}") from error
    if chapters.empty:
        raise NoAnswer(_NO_SHOP)
    row = chapters.iloc[0]
    return Shop(int(row.seed), str(row.scenario), str(row.market), float(row.scale), row.epoch, row.sim_now)
