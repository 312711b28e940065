"""What a consumer says of itself: a line in logfmt every five seconds, and a sign of life for a health check."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime

from pipeline.alive import sign_of_life
from pipeline.consumer.consuming import Progress

LINE_EVERY_S = 5.0


class Lines:
    """Takes every step; a wait is said at once when it begins."""

    def __init__(self) -> None:
        self._next_s = time.monotonic()
        self._said: str | None = None

    def take(self, step: Progress) -> None:
        """Say it, unless something was said just now."""
        sign_of_life()
        began_to_wait = step.waiting is not None and self._said is None
        if not began_to_wait and time.monotonic() < self._next_s:
            return
        self._next_s, self._said = time.monotonic() + LINE_EVERY_S, step.waiting
        pairs: dict[str, object] = {"time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}", "event": "landing"}
        pairs |= {"landed": step.counts["landed"], "dead_letters": step.counts.total() - step.counts["landed"]}
        pairs |= {"lag": step.lag, "waiting": None if step.waiting is None else json.dumps(step.waiting)}
        line = " ".join(f"{name}={value}" for name, value in pairs.items() if value is not None)
        sys.stderr.write(f"{line}\n")
