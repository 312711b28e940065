"""Views of a run at a moment, for tests of how they are shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sim.cli.view_model import Seen, Title, ViewModel
from sim.run.status import Status

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
PACING = Status(
    phase="pacing",
    sim_now=EPOCH + timedelta(days=7, hours=3, minutes=4, seconds=5),
    epoch=EPOCH,
    target=None,
    speed_asked="1000x",
    speed_kept=1000.4,
    lag_s=0.003,
    rows=1_234_567,
    rows_per_s=8_900.0,
    orders=2_400,
    delivered=2_000,
    late=250,
    overdue=500,
    sessions_open=310,
    carts_open=42,
    orders_in_warehouse=57,
    parcels_on_dock=33,
    couriers_out=34,
    couriers_on_shift=60,
    batches_behind=0,
)
CATCHING_UP = replace(
    PACING,
    phase="catching_up",
    sim_now=EPOCH + timedelta(days=3),
    target=EPOCH + timedelta(days=4),
    speed_kept=8_640.0,
    lag_s=None,
)
TITLE = Title("peak_season", "russian", 7, 0.5)


def minute_of(status: Status, seconds: int = 10) -> tuple[Seen, ...]:
    """The same status every quarter of a second."""
    return tuple(Seen(100 + quarter / 4, status) for quarter in range(4 * seconds + 1))


def view_of(status: Status, **more) -> ViewModel:
    return ViewModel(minute_of(status), 110.0, **more)
