"""Schema sim: the simulator's own bookkeeping, apart from the shop's rows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import PrimaryKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, Json, Small, Whole, check, column, in_order, key, one_of, table_options, to

SCHEMA = "sim"
INCIDENTS = ("courier_strike", "warehouse_outage", "traffic_jam", "demand_surge", "payment_outage", "flash_sale")
_STRENGTH = (
    "CASE WHEN kind IN ('traffic_jam', 'demand_surge') THEN strength > 1 AND strength <= 20 "
    "ELSE strength > 0 AND strength <= 1 END"
)
_LONGEST_H = 3660 * 24


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
        check("currency_is_a_code", "currency ~ '^[A-Z]{3}$'"),
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
    currency: Mapped[str | None] = column(
        "Currency of all money, as ISO 4217 has it; null where an older program did not note it. Read it by currency()."
    )
    schema_version: Mapped[Small] = column(
        "Version of the schema whose rules the chapter's rows keep; those of before an upgrade are of an older one."
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


class Incident(Base):
    __tablename__ = "incidents"
    __table_args__ = (
        one_of("kind", *INCIDENTS),
        one_of("origin", "scenario", "hand"),
        check("id_of_its_origin", "(mod(incident_id, 2) = 0) = (origin = 'hand')"),
        check("strength_unless_outage", "(strength IS NULL) = (kind = 'warehouse_outage')"),
        check("strength_of_its_kind", _STRENGTH),
        check("hours_in_bounds", f"hours > 0 AND hours <= {_LONGEST_H}"),
        check("city_of_warehouse", "warehouse_id IS NULL OR city_id IS NOT NULL"),
        check("begins_and_ends", "(began_at IS NULL) = (ends_at IS NULL)"),
        in_order("began_at", "ends_at"),
        check("asked_by_hand", "(asked_at IS NOT NULL) = (origin = 'hand')"),
        check("scenario_has_begun", "began_at IS NOT NULL OR origin = 'hand'"),
        {
            "schema": SCHEMA,
            **table_options(
                "What goes otherwise than usual for some hours, one row an incident, by the scenario or asked for by "
                "hand; it acts after began_at, up to and including ends_at. Read it by the view incidents.",
                in_batches=True,
            ),
        },
    )

    incident_id: Mapped[int] = key("The incident: odd numbers are the scenario's, even ones were asked for by hand.")
    kind: Mapped[str] = column(
        "courier_strike, warehouse_outage, traffic_jam, demand_surge, payment_outage or flash_sale."
    )
    city_id: Mapped[Small | None] = column("The city; null where it concerns all.", to("cities.city_id"))
    warehouse_id: Mapped[Small | None] = column(
        "The warehouse; null where it concerns all of the city.", to("warehouses.warehouse_id")
    )
    strength: Mapped[float | None] = column(
        "By kind: share of couriers that strike, of payments that fail, of products on sale; factor on travel time or "
        "arrivals; null for an outage of a warehouse."
    )
    hours: Mapped[float] = column("How long it was meant to last, simulated hours.")
    origin: Mapped[str] = column("scenario or hand.")
    began_at: Mapped[datetime | None] = column(
        "Simulated instant at which it began; null while it is asked for and not begun."
    )
    ends_at: Mapped[datetime | None] = column("Simulated instant at which it ends, or was ended before its time.")
    asked_at: Mapped[datetime | None] = column("Wall-clock time at which it was asked for; null in a scenario.")
    end_asked_at: Mapped[datetime | None] = column("Wall-clock time at which its early end was asked for.")
