"""The run's own row in `sim.runs`: made at the opening, noted at every new start."""

from __future__ import annotations

import json
import os
import socket
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, text

import sim
from sim.snapshot import RunRecord

if TYPE_CHECKING:
    from collections.abc import Mapping


class RunInputs(NamedTuple):
    """What a start is made with."""

    seed: int
    scenario: str
    scenario_config: Mapping[str, Any]
    scenario_digest: str
    market: str
    scale: float
    epoch: datetime
    speed: str


_COLUMNS = ", ".join(RunRecord._fields)
_INSERT = f"""
INSERT INTO sim.runs (run_id, seed, scenario, scenario_config, scenario_digest, market, scale, version, epoch, sim_now,
                      speed, status, started_at, heartbeat_at, pid, host, rows_written, batches)
VALUES (1, :seed, :scenario, :scenario_config, :scenario_digest, :market, :scale, :version, :epoch, :epoch,
        :speed, 'catching_up', clock_timestamp(), clock_timestamp(), :pid, :host, 0, 0)
RETURNING {_COLUMNS}
"""
_UPDATE = f"""
UPDATE sim.runs SET scenario = :scenario, scenario_config = :scenario_config, scenario_digest = :scenario_digest,
       scale = :scale, version = :version, speed = :speed, status = 'catching_up', started_at = clock_timestamp(),
       heartbeat_at = clock_timestamp(), pid = :pid, host = :host
WHERE run_id = :run_id RETURNING {_COLUMNS}
"""


def newest_run(connection: Connection) -> RunRecord | None:
    """Return the run that the database holds, if any."""
    row = connection.execute(text(f"SELECT {_COLUMNS} FROM sim.runs ORDER BY run_id DESC LIMIT 1")).one_or_none()
    connection.rollback()
    return None if row is None else RunRecord(*row)


def record_run(connection: Connection, inputs: RunInputs) -> RunRecord:
    """Record a new run, and commit."""
    row = connection.execute(text(_INSERT), _values(inputs)).one()
    connection.commit()
    return RunRecord(*row)


def note_new_start(connection: Connection, run: RunRecord, inputs: RunInputs) -> RunRecord:
    """Note that the run goes on, with what, and commit."""
    row = connection.execute(text(_UPDATE), {**_values(inputs), "run_id": run.run_id}).one()
    connection.commit()
    return RunRecord(*row)


def _values(inputs: RunInputs) -> dict[str, object]:
    return {
        **inputs._asdict(),
        "scenario_config": json.dumps(inputs.scenario_config),
        "version": sim.__version__,
        "pid": os.getpid(),
        "host": socket.gethostname(),
    }
