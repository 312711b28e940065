"""How often Redash runs a query by itself: `60`, `86400 at 00:15`, `604800 on Monday at 00:15`; 0 is never."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_FORM = re.compile(rf"(?P<interval_s>\d{{1,8}})(?: on (?P<day>{_DAYS}))?(?: at (?P<time>[0-2]\d:[0-5]\d))?")


@dataclass(frozen=True, slots=True)
class Refresh:
    """An interval in seconds, and for daily and weekly ones the UTC time and the day."""

    interval_s: int
    time: str | None = None
    day: str | None = None

    @classmethod
    def parse(cls, text: str) -> Refresh | None:
        """What a header says, or None when it says something else."""
        found = _FORM.fullmatch(text)
        return cls(int(found["interval_s"]), found["time"], found["day"]) if found else None

    def __str__(self) -> str:
        day = f" on {self.day}" if self.day else ""
        return f"{self.interval_s}{day}{f' at {self.time}' if self.time else ''}"


EVERY_MINUTE = Refresh(60)
