"""What can be told about a run at a moment: for the live view, the log line and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Status:
    """A run at a moment of wall time. What is open is as of now; what is counted, since this process began."""

    phase: str  # opening | catching_up | pacing | paused | stopped | finished
    sim_now: datetime  # UTC
    epoch: datetime
    target: datetime | None  # where catching up ends; None at max speed without an end, and while pacing
    speed_asked: str
    speed_kept: float | None  # simulated seconds a real second, over the last seconds
    lag_s: float | None  # real seconds behind true pace; None unless pacing
    rows: int  # committed by this process
    rows_per_s: float  # over the last seconds
    orders: int  # placed since this process began
    delivered: int
    late: int
    sessions_open: int
    carts_open: int
    orders_in_warehouse: int  # waiting for or in the hands of pickers and packers
    parcels_on_dock: int
    couriers_out: int
    couriers_on_shift: int
    batches_behind: int  # handed over, not yet committed
    trouble: str | None = None  # what is wrong with the database, and when it is asked again
