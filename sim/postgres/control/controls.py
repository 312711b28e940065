"""Live control through the database: whoever may write asks in `sim.controls`, the running simulator listens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

CHANNEL = "bazaar_control"
_SET = """
INSERT INTO sim.controls (run_id, speed, paused, asked_at) VALUES (:run_id, :speed, false, clock_timestamp())
ON CONFLICT (run_id) DO UPDATE SET speed = excluded.speed, paused = false, asked_at = excluded.asked_at
"""
_ASK = """
UPDATE sim.controls
SET speed = coalesce(:speed, speed), paused = coalesce(:paused, paused), asked_at = clock_timestamp()
WHERE run_id = (SELECT run_id FROM sim.current_run) RETURNING speed, paused
"""
_STATE = "SELECT speed, status, sim_now, pid, host FROM sim.current_run"
READ = "SELECT speed, paused FROM sim.controls WHERE run_id = %s"


class Controls(NamedTuple):
    """What is asked of the running simulator."""

    speed: str
    paused: bool


def set_controls(connection: Connection, run_id: int, speed: str) -> None:
    """Begin with what the simulator was started with: what was asked of an earlier one is over. Does not commit."""
    connection.execute(text("DELETE FROM sim.controls WHERE run_id <> :run_id"), {"run_id": run_id})
    connection.execute(text(_SET), {"run_id": run_id, "speed": speed})


def ask(connection: Connection, *, speed: str | None = None, paused: bool | None = None) -> Controls | None:
    """Ask for another speed or a pause (None: as it is) and commit; returns all that is asked, None without a run."""
    row = connection.execute(text(_ASK), {"speed": speed, "paused": paused}).one_or_none()
    connection.execute(text(f"NOTIFY {CHANNEL}"))
    connection.commit()
    return None if row is None else Controls(*row)


def run_state(connection: Connection) -> Mapping[str, Any]:
    """What the running simulator says of itself: speed, status, simulated now, and where it runs."""
    state = dict(connection.execute(text(_STATE)).mappings().one())
    connection.rollback()
    return state
