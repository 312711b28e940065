"""What the display shows when, and how signals become a stop."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from queue import Queue
from types import FrameType

import pytest

from sim.cli.display import Display, LogScreen, screen_for
from sim.cli.signals import Stopper, handed_to
from sim.cli.view_model import Seen, Title, ViewModel
from sim.run.status import Status

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
STATUS = Status(
    phase="catching_up",
    sim_now=EPOCH,
    epoch=EPOCH,
    target=EPOCH + timedelta(days=1),
    speed_asked="10x",
    speed_kept=None,
    lag_s=None,
    rows=0,
    rows_per_s=0.0,
    orders=0,
    delivered=0,
    late=0,
    sessions_open=0,
    carts_open=0,
    orders_in_warehouse=0,
    parcels_on_dock=0,
    couriers_out=0,
    couriers_on_shift=0,
    batches_behind=0,
)
PATIENCE_S = 60


class Album:
    """A screen that keeps every view, and can be waited for."""

    def __init__(self) -> None:
        self.views: list[ViewModel] = []
        self.closed: ViewModel | None = None
        self.more = threading.Semaphore(0)

    def open(self) -> None:
        pass

    def show(self, view: ViewModel) -> None:
        self.views.append(view)
        self.more.release()

    def close(self, view: ViewModel) -> None:
        self.closed = view

    def next(self) -> ViewModel:
        """A view that was certainly taken after this call."""
        while self.more.acquire(blocking=False):
            pass
        for _ in range(2):
            assert self.more.acquire(timeout=PATIENCE_S)
        return self.views[-1]


class Torn(Album):
    def show(self, view: ViewModel) -> None:
        super().show(view)
        raise OSError("the terminal is gone")


def lines_of(*views: ViewModel, end: bool = False) -> list[dict[str, str]]:
    stream = StringIO()
    screen = LogScreen(stream, lambda: EPOCH)
    screen.open()
    for view in views:
        screen.show(view)
    if end:
        screen.close(views[-1])
    return [dict(word.split("=", 1) for word in line.split()) for line in stream.getvalue().splitlines()]


def view(now_s: float, phase: str = "pacing", *, speed: str = "10x", trouble: str | None = None, **more) -> ViewModel:
    status = replace(STATUS, phase=phase, speed_asked=speed, trouble=trouble)
    return ViewModel((Seen(now_s, status),), now_s, **more)


def test_a_log_has_a_line_at_the_start_every_five_seconds_and_at_the_end():
    views = [view(100 + quarter / 4) for quarter in range(45)]
    lines = lines_of(*views[:-1], replace(views[-1], outcome="ended"), end=True)
    assert [line["event"] for line in lines] == ["start", "status", "status", "end"]
    assert lines[-1]["outcome"] == "ended"


def test_the_log_of_a_run_shorter_than_a_look_at_it_has_its_first_line_too():
    stream = StringIO()
    screen = LogScreen(stream, lambda: EPOCH)
    screen.open()
    screen.show(ViewModel((), 100.0))
    screen.close(view(100.2, "finished", outcome="ended"))
    first, last = stream.getvalue().splitlines()
    assert ("event=start" in first, "event=end" in last) == (True, True)


def test_a_log_has_a_line_at_another_speed_at_trouble_and_at_its_end():
    away = "terminating connection; trying again in 2 s"
    lines = lines_of(
        view(100.0),
        view(100.25, speed="100x"),
        view(100.5, speed="100x", trouble=away.replace(" ", "_")),
        view(100.75, speed="100x", trouble="still_away"),
        view(101.0, speed="100x"),
    )
    assert [(line["event"], line["speed_asked"]) for line in lines] == [
        ("start", "10x"),
        ("speed", "100x"),
        ("trouble", "100x"),
        ("recovered", "100x"),
    ]
    assert "trouble" in lines[2]
    assert "trouble" not in lines[3]


def test_a_log_has_a_line_at_every_change_of_phase():
    lines = lines_of(view(100.0, "catching_up"), view(100.25), view(100.5), view(100.75, "stopped"))
    assert [(line["event"], line["phase"]) for line in lines] == [
        ("start", "catching_up"),
        ("phase", "pacing"),
        ("phase", "stopped"),
    ]


def test_the_first_line_of_a_log_says_which_run_it_is():
    [line] = lines_of(view(100.0, title=Title("baseline", "russian", 7, 0.5)))
    assert (line["scenario"], line["market"], line["seed"], line["scale"]) == ("baseline", "russian", "7", "0.5")


def test_a_log_says_nothing_of_a_run_that_never_began():
    assert lines_of(ViewModel((), 100.0), ViewModel((), 200.0), end=True) == []


def test_a_display_shows_the_newest_status_and_in_the_end_the_last():
    album = Album()
    with Display(album, hint="hint") as display:
        assert album.next().status is None
        display.observe(STATUS)
        assert album.next().status == STATUS
        last = replace(STATUS, orders=5)
        display.observe(last)
        display.notify("bye")
    assert album.closed is not None
    assert (album.closed.status, album.closed.notice, album.closed.hint) == (last, "bye", "hint")
    assert album.closed.outcome == "ended"


def test_a_display_tells_failure_from_an_end():
    album = Album()
    with suppress(RuntimeError), Display(album):
        raise RuntimeError
    assert album.closed is not None
    assert album.closed.outcome == "failed"


def test_the_title_is_asked_for_once_when_the_first_status_is_there():
    album, asked = Album(), []

    def source() -> Title:
        asked.append(1)
        return Title("baseline", "russian", 1, 1.0)

    with Display(album) as display:
        display.ask_title(source)
        assert album.next().title is None
        assert asked == []
        display.observe(STATUS)
        album.next()
        title = album.next().title
    assert title is not None
    assert (title.market, asked) == ("russian", [1])


def test_a_terminal_that_is_gone_ends_the_view_and_not_the_run():
    torn = Torn()
    with Display(torn) as display:
        assert torn.more.acquire(timeout=PATIENCE_S)
        display.observe(STATUS)
    assert torn.closed is None


class Terminal(StringIO):
    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_lines_are_for_streams_that_are_no_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    assert not isinstance(screen_for(Terminal()), LogScreen)
    assert isinstance(screen_for(StringIO()), LogScreen)
    assert isinstance(screen_for(None), LogScreen)
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(screen_for(Terminal()), LogScreen)


def test_a_live_view_is_redrawn_in_place_and_stays_at_the_end(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    screen = screen_for(terminal)
    screen.open()
    screen.show(view(100.0))
    screen.show(view(100.25))
    screen.close(view(100.5, notice="everything is committed"))
    text = terminal.getvalue()
    assert "keeping pace" in text
    assert "\x1b[1A" in text  # back up to the frame's first line
    assert text.rpartition("everything is committed")[2].count("\x1b[1A") == 0
    assert text.rstrip().endswith("\x1b[?25h")  # the cursor is back


def test_a_live_view_of_a_run_that_never_began_leaves_nothing(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    terminal = Terminal()
    screen = screen_for(terminal)
    screen.open()
    screen.show(ViewModel((), 100.0))
    screen.close(ViewModel((), 100.25))
    after = terminal.getvalue().rpartition("opening the shop")[2]
    assert "\x1b[2K" in after
    assert "opening" not in after


def stopper() -> tuple[Stopper, threading.Event, list[str], list[int]]:
    stop = threading.Event()
    notices: list[str] = []
    exits: list[int] = []
    return Stopper(stop, notices.append, exits.append), stop, notices, exits


def test_the_first_interrupt_stops_the_second_explains_the_third_quits():
    taker, stop, notices, exits = stopper()
    taker.take(signal.SIGINT)
    assert stop.is_set()
    assert "stopping" in notices[0]
    taker.take(signal.SIGINT)
    assert "once more" in notices[1]
    assert exits == []
    taker.take(signal.SIGINT)
    assert exits == [130]


def test_no_number_of_other_signals_quits_at_once():
    taker, stop, _, exits = stopper()
    for _ in range(5):
        taker.take(signal.SIGTERM)
    assert stop.is_set()
    taker.take(signal.SIGINT)
    taker.take(signal.SIGHUP)
    assert exits == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_are_handed_over_and_then_as_they_were(number):
    taken: Queue[int] = Queue()
    with not_ignored(number) as handler:
        with handed_to(taken.put):
            os.kill(os.getpid(), number)
            assert taken.get(timeout=PATIENCE_S) == number
        assert signal.getsignal(number) == handler


@contextmanager
def not_ignored(number: int) -> Iterator[Callable[[int, FrameType | None], None]]:
    """A handler of the test's own: under `nohup` a hang-up is ignored, and stays so."""

    def handler(number: int, frame: FrameType | None) -> None: ...

    before = signal.signal(number, handler)
    try:
        yield handler
    finally:
        signal.signal(number, before)


def test_a_hang_up_that_is_ignored_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        taken: Queue[int] = Queue()
        with handed_to(taken.put):
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGTERM)
            assert taken.get(timeout=PATIENCE_S) == signal.SIGTERM
    finally:
        signal.signal(signal.SIGHUP, before)
