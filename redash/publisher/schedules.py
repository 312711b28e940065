"""How often Redash runs a query by itself, in its own words."""

from __future__ import annotations

from typing import Any

from dashboards.refresh import Refresh


def refresh_of(schedule: dict[str, Any] | None) -> Refresh:
    """What Redash's schedule says."""
    if not schedule or not schedule.get("interval"):
        return Refresh(0)
    return Refresh(int(schedule["interval"]), schedule.get("time") or None, schedule.get("day_of_week") or None)


def schedule_of(refresh: Refresh) -> dict[str, Any] | None:
    """The form for Redash: with any of its four keys missing the scheduler disables the schedule."""
    if not refresh.interval_s:
        return None
    return {"interval": refresh.interval_s, "time": refresh.time, "day_of_week": refresh.day, "until": None}
