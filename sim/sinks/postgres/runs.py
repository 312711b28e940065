"""The chapters of the shop's run in `sim.runs`: the first is made at the opening, another when the settings change."""

from __future__ import annotations

import json
import os
import socket
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Connection, text

import sim
from models import SCHEMA_VERSION
from sim.sinks.postgres.controls import set_controls
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
    currency: str
    scale: float
    epoch: datetime
    speed: str


_COLUMNS = ", ".join(RunRecord._fields)
_SETTINGS = "seed, scenario, scenario_config, scenario_digest, market, currency, scale, version, epoch, schema_version"
_VALUES = ", ".join(f":{name}" for name in _SETTINGS.split(", "))
_INSERT = f"""
INSERT INTO sim.runs ({_SETTINGS}, run_id, began_at, sim_now, speed, status, started_at, heartbeat_at, pid, host,
                      rows_written, batches)
VALUES ({_VALUES}, 1, :epoch, :epoch, :speed, 'catching_up', clock_timestamp(), clock_timestamp(), :pid, :host, 0, 0)
RETURNING {_COLUMNS}
"""
_UPDATE = f"""
UPDATE sim.runs SET scenario = :scenario, scenario_config = :scenario_config, scenario_digest = :scenario_digest,
       currency = :currency, scale = :scale, version = :version, schema_version = :schema_version, speed = :speed,
       status = 'catching_up', started_at = clock_timestamp(), heartbeat_at = clock_timestamp(), pid = :pid,
       host = :host
WHERE run_id = :run_id RETURNING {_COLUMNS}
"""
_IS_ANOTHER_CHAPTER = """
SELECT batches > 0 AND (scenario, scenario_digest, scale, version, schema_version)
                       IS DISTINCT FROM (:scenario, :scenario_digest, :scale, :version, :schema_version)
FROM sim.runs WHERE run_id = :run_id
"""
_END_CHAPTER = "UPDATE sim.runs SET status = 'stopped', kept_speed = NULL, lag_s = NULL WHERE run_id = :run_id"
_NEXT_CHAPTER = f"""
INSERT INTO sim.runs ({_SETTINGS}, run_id, began_at, sim_now, speed, status, started_at, heartbeat_at, pid, host,
                      rows_written, batches)
SELECT {_VALUES}, run_id + 1, sim_now, sim_now, :speed, 'catching_up', clock_timestamp(), clock_timestamp(),
       :pid, :host, rows_written, batches
FROM sim.runs WHERE run_id = :run_id RETURNING {_COLUMNS}
"""


def newest_run(connection: Connection) -> RunRecord | None:
    """Return the run that the database holds, if any."""
    row = connection.execute(text(f"SELECT {_COLUMNS} FROM sim.runs ORDER BY run_id DESC LIMIT 1")).one_or_none()
    connection.rollback()
    return None if row is None else RunRecord(*row)


def record_run(connection: Connection, inputs: RunInputs) -> RunRecord:
    """Record a new run, and commit."""
    return _recorded(connection, _INSERT, _values(inputs))


def note_new_start(connection: Connection, run: RunRecord, inputs: RunInputs) -> RunRecord:
    """Note that the run goes on, and commit: in a chapter of its own when scenario, scale or program are others now."""
    values = {**_values(inputs), "run_id": run.run_id}
    if not connection.execute(text(_IS_ANOTHER_CHAPTER), values).scalar_one():
        return _recorded(connection, _UPDATE, values)
    connection.execute(text(_END_CHAPTER), values)
    return _recorded(connection, _NEXT_CHAPTER, values)


def _recorded(connection: Connection, statement: str, values: Mapping[str, Any]) -> RunRecord:
    run = RunRecord(*connection.execute(text(statement), values).one())
    set_controls(connection, run.run_id, values["speed"])
    connection.commit()
    return run


def _values(inputs: RunInputs) -> dict[str, object]:
    return {
        **inputs._asdict(),
        "scenario_config": json.dumps(inputs.scenario_config),
        "version": sim.__version__,
        "schema_version": SCHEMA_VERSION,
        "pid": os.getpid(),
        "host": socket.gethostname(),
    }
