"""A run's status as one structured line (logfmt), for log files and containers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sim.cli.view_model import ViewModel


def status_line(view: ViewModel, event: str, now: datetime, **more: object) -> str:
    """The newest status as `key=value` pairs, what is not known left out; `now` is the wall clock's."""
    pairs: dict[str, object] = {"time": now, "event": event, **more}
    if (status := view.status) is not None:
        pairs |= {
            "phase": status.phase,
            "sim_now": status.sim_now,
            "progress": _rounded(view.progress, 4) if status.phase == "catching_up" else None,
            "speed_asked": status.speed_asked,
            "speed_kept": _rounded(status.speed_kept, 2),
            "lag_s": _rounded(status.lag_s, 3),
            "orders": status.orders,
            "delivered": status.delivered,
            "late": status.late,
            "overdue": status.overdue,
            "sessions_open": status.sessions_open,
            "carts_open": status.carts_open,
            "orders_in_warehouse": status.orders_in_warehouse,
            "parcels_on_dock": status.parcels_on_dock,
            "couriers_out": status.couriers_out,
            "couriers_on_shift": status.couriers_on_shift,
            "rows": status.rows,
            "rows_per_s": round(status.rows_per_s),
            "batches_behind": status.batches_behind,
            "to_build": status.to_build or None,
            "trouble": status.trouble,
            "silent_s": _rounded(view.silent_s, 1) or None,
        }
    return logfmt(pairs)


def logfmt(pairs: Mapping[str, object]) -> str:
    """`key=value` pairs in their order, without those that are None."""
    return " ".join(f"{key}={_value(value)}" for key, value in pairs.items() if value is not None)


def _value(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{value.microsecond // 1000:03d}Z"
    text = f"{value:.10g}" if isinstance(value, float) else str(value)
    if text and all(letter.isprintable() and letter not in ' "=\\' for letter in text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in escaped) + '"'


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
