"""Schema sim: the simulator's own bookkeeping, apart from the shop's rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped

from models.base import Base, Json, Whole, check, column, key, one_of, table_options

SCHEMA = "sim"


class SchemaVersion(Base):
    __tablename__ = "schema_version"
    __table_args__ = (
        Index("ix_schema_version_one_row", text("(true)"), unique=True),
        {"schema": SCHEMA, **table_options("The version of these tables, one row.")},
    )

    version: Mapped[Whole] = key("Version of the schema that this database was made with.")


class Run(Base):
    __tablename__ = "runs"
    __table_args__ = (
        one_of("status", "catching_up", "pacing", "paused", "stopped", "finished"),
        check("seed_not_negative", "seed >= 0"),
        check("scale_positive", "scale > 0"),
        check("sim_now_after_epoch", "sim_now >= epoch"),
        check("counts_not_negative", "rows_written >= 0 AND batches >= 0"),
        {"schema": SCHEMA, **table_options("Simulation runs; the newest one is the shop's.", fillfactor=70)},
    )

    run_id: Mapped[int] = key("The run; the largest is the newest.")
    seed: Mapped[int] = column("Seed of every draw.")
    scenario: Mapped[str] = column("Name of the scenario.")
    scenario_config: Mapped[Json] = column("The resolved scenario, every parameter.")
    scenario_digest: Mapped[str] = column("Digest of the resolved scenario.")
    market: Mapped[str] = column("Market: places, names and currency.")
    scale: Mapped[float] = column("Factor on demand and capacity together.")
    version: Mapped[str] = column("Version of the program.")
    epoch: Mapped[datetime] = column("Simulated instant at which the run begins.")
    sim_now: Mapped[datetime] = column("Simulated instant of the newest commit; read it by sim_now().")
    speed: Mapped[str] = column("Speed asked: '10x' is ten simulated seconds a real second, 'max' is unpaced.")
    kept_speed: Mapped[float | None] = column("Speed kept lately, simulated seconds a real second.")
    lag_s: Mapped[float | None] = column("How far the simulated clock is behind true pace, real seconds.")
    status: Mapped[str] = column("catching_up, pacing, paused, stopped or finished.")
    started_at: Mapped[datetime] = column("Wall-clock time at which the simulator was started.")
    heartbeat_at: Mapped[datetime] = column("Wall-clock time of the simulator's last sign of life.")
    pid: Mapped[Whole] = column("Process id of the simulator.")
    host: Mapped[str] = column("Host of the simulator.")
    rows_written: Mapped[int] = column("Rows written so far.")
    batches: Mapped[int] = column("Batches committed so far.")
