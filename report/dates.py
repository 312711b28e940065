"""Dates as moment.js writes them for Redash ("YYYY-MM-DD HH:mm"); and instants as Vega and people read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime

_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"]  # fmt: skip
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_TOKEN = re.compile(r"\[([^\]]*)\]|YYYY|YY|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|mm|ss|[A-Za-z]+")


def written(at: date | datetime, form: str) -> str:
    """The date as that form says. Raises ValueError for letters that are not understood."""
    return _TOKEN.sub(lambda found: found[1] if found[1] is not None else _part(at, found[0], form), form)


def _part(at: date | datetime, token: str, form: str) -> str:
    hour, minute, second = getattr(at, "hour", 0), getattr(at, "minute", 0), getattr(at, "second", 0)
    parts = {
        "YYYY": f"{at.year:04}",
        "YY": f"{at.year % 100:02}",
        "MMMM": _MONTHS[at.month - 1],
        "MMM": _MONTHS[at.month - 1][:3],
        "MM": f"{at.month:02}",
        "M": str(at.month),
        "DD": f"{at.day:02}",
        "D": str(at.day),
        "dddd": _DAYS[at.weekday()],
        "ddd": _DAYS[at.weekday()][:3],
        "HH": f"{hour:02}",
        "H": str(hour),
        "mm": f"{minute:02}",
        "ss": f"{second:02}",
    }
    if token not in parts:
        raise ValueError(f"the date format '{form}' is not understood (example: YYYY-MM-DD HH:mm)")
    return parts[token]


def for_people(at: datetime) -> str:
    """An instant in UTC, to the minute."""
    return written(at, "ddd D MMM YYYY, HH:mm [UTC]")
