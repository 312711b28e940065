"""How the clock goes at a moment, and the whole status that it makes with what else is known then."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sim.run.status import Census, Status

if TYPE_CHECKING:
    from datetime import datetime

    from sim.journal.port import Meter
    from sim.run.pacing.rate_meter import RateMeter


class ClockState(NamedTuple):
    """How the clock goes at this moment."""

    phase: str
    target_us: int | None  # where catching up ends, if anywhere
    speed: str
    lag_s: float | None
    to_build: int = 0

    def status(self, epoch: datetime, now_us: int, census: Census, rates: RateMeter, sink: Meter) -> Status:
        """The run at this moment."""
        return Status(
            phase=self.phase,
            sim_now=epoch + timedelta(microseconds=now_us),
            epoch=epoch,
            target=None if self.target_us is None else epoch + timedelta(microseconds=self.target_us),
            speed_asked=self.speed,
            speed_kept=rates.kept_speed,
            lag_s=self.lag_s,
            rows=sink.rows_written,
            rows_per_s=rates.rows_per_s,
            **census._asdict(),
            batches_behind=sink.behind,
            trouble=sink.trouble,
            to_build=self.to_build,
        )
