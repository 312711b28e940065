"""The segments of the shop's run in `sim.runs`: the first begins at the opening, another when the settings change."""

from __future__ import annotations

import json
import os
import socket
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text

import sim
from models import SCHEMA_VERSION
from sim.postgres.control.controls import set_controls
from sim.snapshot import RunRecord

if TYPE_CHECKING:
    from collections.abc import Mapping


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
_IS_ANOTHER_SEGMENT = """
SELECT batches > 0 AND (scenario, scenario_digest, scale, version, schema_version)
                       IS DISTINCT FROM (:scenario, :scenario_digest, :scale, :version, :schema_version)
FROM sim.runs WHERE run_id = :run_id
"""
_END_SEGMENT = "UPDATE sim.runs SET status = 'stopped', kept_speed = NULL, lag_s = NULL WHERE run_id = :run_id"
_NEXT_SEGMENT = f"""
INSERT INTO sim.runs ({_SETTINGS}, run_id, began_at, sim_now, speed, status, started_at, heartbeat_at, pid, host,
                      rows_written, batches)
SELECT {_VALUES}, run_id + 1, sim_now, sim_now, :speed, 'catching_up', clock_timestamp(), clock_timestamp(),
       :pid, :host, rows_written, batches
FROM sim.runs WHERE run_id = :run_id RETURNING {_COLUMNS}
"""


def newest_run(connection: Connection) -> RunRecord | None:
    """Return the run that the database holds, if any."""
    row = connection.execute(text(f"SELECT {_COLUMNS} FROM sim.current_run")).one_or_none()
    connection.rollback()
    return None if row is None else RunRecord(*row)


def record_run(connection: Connection, recorded: Mapping[str, Any]) -> RunRecord:
    """Record a new run with what its configuration says, by column, and commit."""
    return _recorded(connection, _INSERT, _values(recorded))


def note_new_start(connection: Connection, run: RunRecord, recorded: Mapping[str, Any]) -> RunRecord:
    """Note that the run goes on, and commit: as a segment of its own when scenario, scale or program are others now."""
    values = {**_values(recorded), "run_id": run.run_id}
    if not connection.execute(text(_IS_ANOTHER_SEGMENT), values).scalar_one():
        return _recorded(connection, _UPDATE, values)
    connection.execute(text(_END_SEGMENT), values)
    return _recorded(connection, _NEXT_SEGMENT, values)


def _recorded(connection: Connection, statement: str, values: Mapping[str, Any]) -> RunRecord:
    run = RunRecord(*connection.execute(text(statement), values).one())
    set_controls(connection, run.run_id, values["speed"])
    connection.commit()
    return run


def _values(recorded: Mapping[str, Any]) -> dict[str, object]:
    return {
        **recorded,
        "scenario_config": json.dumps(recorded["scenario_config"]),
        "version": sim.__version__,
        "schema_version": SCHEMA_VERSION,
        "pid": os.getpid(),
        "host": socket.gethostname(),
    }
