"""Schema sim: the simulator's own bookkeeping, apart from the shop's rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Whole, check, column, key, one_of, table_options, to

SCHEMA = "sim"


class SchemaVersion(Base):
    """As Alembic itself would make it, so that a fresh database is one that Alembic knows."""

    __tablename__ = "alembic_version"
    __table_args__ = (
        PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
        {"schema": SCHEMA, **table_options("The version of this schema, one row, kept by Alembic.")},
    )

    version_num: Mapped[str] = mapped_column(String(32), comment="The newest migration that this database has.")


class Run(Base):
    __tablename__ = "runs"
    __table_args__ = (
        one_of("status", "catching_up", "pacing", "paused", "stopped", "finished"),
        check("seed_not_negative", "seed >= 0"),
        check("scale_positive", "scale > 0"),
        check("began_at_after_epoch", "began_at >= epoch"),
        check("sim_now_after_began_at", "sim_now >= began_at"),
        check("counts_not_negative", "rows_written >= 0 AND batches >= 0"),
        {"schema": SCHEMA, **table_options("Chapters of the shop's one run; the newest holds now.", fillfactor=70)},
    )

    run_id: Mapped[int] = key("The chapter: 1, 2, 3 and so on; the largest is the newest.")
    seed: Mapped[int] = column("Seed of every draw.")
    scenario: Mapped[str] = column("Name of the scenario.")
    scenario_config: Mapped[Json] = column("The resolved scenario, every parameter.")
    scenario_digest: Mapped[str] = column("Digest of the resolved scenario.")
    market: Mapped[str] = column("Market: places, names and currency.")
    scale: Mapped[float] = column("Factor on demand and capacity together.")
    version: Mapped[str] = column("Version of the program that wrote the chapter.")
    epoch: Mapped[datetime] = column("Simulated instant at which the run begins, the same in every chapter.")
    sim_now: Mapped[datetime] = column(
        "Simulated instant of the chapter's newest commit; read the newest chapter's by sim_now()."
    )
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
    began_at: Mapped[datetime] = column(
        "Simulated instant from which this chapter's settings hold: the epoch for the first."
    )


class Control(Base):
    __tablename__ = "controls"
    __table_args__ = (
        {
            "schema": SCHEMA,
            **table_options(
                "What has been asked of the running simulator, one row for the newest chapter; "
                "whoever writes it sends NOTIFY bazaar_control."
            ),
        },
    )

    run_id: Mapped[int] = key("The chapter that it was asked of.", to("sim.runs.run_id"))
    speed: Mapped[str] = column("Speed asked: '10x' is ten simulated seconds a real second, 'max' is unpaced.")
    paused: Mapped[bool] = column("Whether the clock shall stand still.")
    asked_at: Mapped[datetime] = column("Wall-clock time at which it was asked.")
