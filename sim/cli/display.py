"""Shows a run while it goes on, from a thread of its own: a terminal that stands still never holds up the shop."""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO
from typing import TYPE_CHECKING, Protocol, TextIO

from sim.cli.logline import status_line
from sim.cli.terminal import console
from sim.cli.view_model import Seen, Title, ViewModel

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from sim.run.status import Status

_EVERY_S = 0.25
_KEPT_S = 60.0
_FAREWELL_S = 2.0
_LOG_EVERY_S = 5.0
SHOW_CURSOR = "\x1b[?25h"


class Screen(Protocol):
    """Where views are shown."""

    def open(self) -> None:
        """Begin."""

    def show(self, view: ViewModel) -> None:
        """Show the view, several times a second."""

    def close(self, view: ViewModel) -> None:
        """Show the last view, which knows the outcome."""


class LiveScreen:
    """A frame that is redrawn in place."""

    def __init__(self, stream: TextIO) -> None:
        from rich.live import Live

        from sim.cli.live import live_view

        self._view = live_view
        self._console = console(stream)
        self._live = Live(console=self._console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False)

    def open(self) -> None:
        """Begin with an empty frame."""
        self._live.start()

    def show(self, view: ViewModel) -> None:
        """Redraw the frame."""
        self._live.update(self._view(view, self._console.width), refresh=True)

    def close(self, view: ViewModel) -> None:
        """Leave the last frame on the terminal, or nothing when the run was refused before it began."""
        self._live.transient = not view.seen
        self.show(view)
        self._live.stop()


class LogScreen:
    """A line at the start and the end, at each change of phase or speed, at trouble, and every few seconds."""

    def __init__(self, stream: TextIO, utc_now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._stream = stream
        self._utc_now = utc_now
        self._told: Status | None = None
        self._written_s = 0.0

    def open(self) -> None:
        """Nothing is known yet."""

    def show(self, view: ViewModel) -> None:
        """Write a line when one is due."""
        if view.status is None:
            return
        if self._told is None:
            self._begin(view)
        elif (news := _news(self._told, view.status)) is not None:
            self._write(view, news, {})
        elif view.now_s - self._written_s >= _LOG_EVERY_S:
            self._write(view, "status", {})

    def close(self, view: ViewModel) -> None:
        """Write the last line, unless the run was refused before it began."""
        if view.status is None:
            return
        if self._told is None:  # a run shorter than a look at it
            self._begin(view)
        self._write(view, "end", {"outcome": view.outcome})

    def _begin(self, view: ViewModel) -> None:
        self._write(view, "start", _named(view.title))

    def _write(self, view: ViewModel, event: str, more: dict[str, object]) -> None:
        self._told, self._written_s = view.status, view.now_s
        self._stream.write(status_line(view, event, self._utc_now(), **more) + "\n")
        self._stream.flush()


class Display:
    """A context in which views are shown on a screen; the run hands its statuses to `observe`."""

    def __init__(self, screen: Screen, hint: str = "") -> None:
        self._notice = ""
        self._warning: str | None = None
        self._hint = hint
        self._screen = screen
        self._title_source: Callable[[], Title | None] | None = None
        self._title: Title | None = None
        self._seen: deque[Seen] = deque()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._outcome = ""
        self._thread = threading.Thread(target=self._show_until_over, name="display", daemon=True)

    def observe(self, status: Status) -> None:
        """Take a status; cheap."""
        now_s = time.monotonic()
        if (warning := self._warning) is not None:
            status = replace(status, trouble="; ".join(filter(None, (warning, status.trouble))))
        with self._lock:
            self._seen.append(Seen(now_s, status))
            while self._seen[0].at_s < now_s - _KEPT_S:
                self._seen.popleft()

    def warn(self, text: str | None) -> None:
        """Say this of the database, before what the run itself says of it; None when it is over."""
        self._warning = text

    def notify(self, text: str) -> None:
        """Say this from now on, in the place of the hint."""
        self._notice = text

    def ask_title(self, source: Callable[[], Title | None]) -> None:
        """Ask for the run's title once, in the display's thread, when the first status has come."""
        self._title_source = source

    @property
    def saw_anything(self) -> bool:
        """Whether the run has shown any status."""
        return bool(self._seen)

    def __enter__(self) -> Display:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._outcome = "ended" if kind is None else "failed"
        self._over.set()
        self._thread.join(_FAREWELL_S)

    def _show_until_over(self) -> None:
        # Whoever looked is gone (a hang-up, a closed pipe): the shop lives on unseen.
        with suppress(OSError, ValueError):
            self._screen.open()
            while not self._over.is_set():
                self._ask_for_title()
                self._screen.show(self._view_model())
                self._over.wait(_EVERY_S)
            self._screen.close(self._view_model())

    def _ask_for_title(self) -> None:
        if self._seen and self._title_source is not None:
            self._title = self._title_source()
            self._title_source = None

    def _view_model(self) -> ViewModel:
        with self._lock:
            seen = tuple(self._seen)
        return ViewModel(seen, time.monotonic(), self._title, self._notice, self._hint, self._outcome)


def screen_for(stream: TextIO | None) -> Screen:
    """A live view on a terminal that can redraw itself, else lines; nothing at all where there is no stream."""
    if stream is None:
        return LogScreen(StringIO())
    capable = stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
    return LiveScreen(stream) if capable and "utf" in stream.encoding.lower() else LogScreen(stream)


def _named(title: Title | None) -> dict[str, object]:
    if title is None:
        return {}
    return {"scenario": title.scenario, "market": title.market, "seed": title.seed, "scale": title.scale}


def _news(told: Status, status: Status) -> str | None:
    """What has happened since that cannot wait for the next line, in a word."""
    if status.phase != told.phase:
        return "phase"
    if status.speed_asked != told.speed_asked:
        return "speed"
    if (status.trouble is None) != (told.trouble is None):
        return "trouble" if status.trouble else "recovered"
    return None
