"""What can be told about a run at a moment: for the live view, the log line and nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Census(NamedTuple):
    """What is in the shop, or in some of its cities, and what has happened since this process began."""

    orders: int = 0  # placed
    delivered: int = 0
    late: int = 0  # of these, later than promised
    sessions_open: int = 0
    carts_open: int = 0
    orders_in_warehouse: int = 0  # waiting for or in the hands of pickers and packers
    parcels_on_dock: int = 0
    couriers_out: int = 0
    couriers_on_shift: int = 0
    overdue: int = 0  # under way, and past the promise

    @classmethod
    def of_all(cls, parts: Iterable[Census]) -> Census:
        """The sum of the parts."""
        return cls(*map(sum, zip(cls(), *parts, strict=True)))

    @property
    def counted(self) -> Census:
        """What has happened, without what is in the shop."""
        return Census(self.orders, self.delivered, self.late)


EMPTY = Census()


@dataclass(frozen=True, slots=True)
class Status:
    """A run at a moment of wall time. What is open is as of now; what is counted, since this process began."""

    phase: str  # opening | catching_up | building | pacing | paused | stopped | finished
    sim_now: datetime  # UTC
    epoch: datetime
    target: datetime | None  # where catching up ends; None at max speed without an end, and while pacing
    speed_asked: str
    speed_kept: float | None  # simulated seconds a real second, over the last seconds
    lag_s: float | None  # real seconds behind true pace; None unless pacing
    rows: int  # committed by this process
    rows_per_s: float  # over the last seconds
    orders: int  # this and the following as in Census
    delivered: int
    late: int
    sessions_open: int
    carts_open: int
    orders_in_warehouse: int
    parcels_on_dock: int
    couriers_out: int
    couriers_on_shift: int
    batches_behind: int  # handed over, not yet committed
    trouble: str | None = None  # what is wrong with the database, and when it is asked again
    to_build: int = 0  # keys and indexes, while building them
    overdue: int = 0  # as in Census

    @property
    def late_and_overdue(self) -> tuple[int, int]:
        """What came late or has not come by its promise, and of how many: a strike is no improvement."""
        return self.late + self.overdue, self.delivered + self.overdue
