"""Where a stream stands: everything before an instant has been read, and of that instant perhaps a beginning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pipeline.events.envelope import Place


@dataclass(frozen=True, slots=True)
class Position:
    """Everything before `since` is done (None: nothing is, not even what was before the opening).

    `after` is the last event that a file holds: of its instant a part may be done.
    """

    since: datetime | None = None
    after: Place | None = None

    @classmethod
    def behind(cls, last: Place) -> Position:
        """Right behind an event."""
        return cls(last.time, last)
