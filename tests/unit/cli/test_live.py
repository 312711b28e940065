"""The live view and the log line, made from views without any terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from sim.cli import formatting
from sim.cli.live import live_view
from sim.cli.logline import logfmt, status_line
from sim.cli.view_model import Seen, Title, ViewModel
from sim.run.status import Status

EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
PACING = Status(
    phase="pacing",
    sim_now=EPOCH + timedelta(days=7, hours=3, minutes=4, seconds=5),
    epoch=EPOCH,
    target=None,
    speed_asked="1000x",
    speed_kept=1000.4,
    lag_s=0.003,
    rows=1_234_567,
    rows_per_s=8_900.0,
    orders=2_400,
    delivered=2_000,
    late=250,
    overdue=500,
    sessions_open=310,
    carts_open=42,
    orders_in_warehouse=57,
    parcels_on_dock=33,
    couriers_out=34,
    couriers_on_shift=60,
    batches_behind=0,
)
CATCHING_UP = replace(
    PACING,
    phase="catching_up",
    sim_now=EPOCH + timedelta(days=3),
    target=EPOCH + timedelta(days=4),
    speed_kept=8_640.0,
    lag_s=None,
)
TITLE = Title("peak_season", "russian", 7, 0.5)


def minute_of(status: Status, seconds: int = 10) -> tuple[Seen, ...]:
    """The same status every quarter of a second."""
    return tuple(Seen(100 + quarter / 4, status) for quarter in range(4 * seconds + 1))


def view_of(status: Status, **more) -> ViewModel:
    return ViewModel(minute_of(status), 110.0, **more)


def frame(view: ViewModel, width: int = 80) -> str:
    console = Console(width=width, file=StringIO(), force_terminal=False, legacy_windows=False)
    with console.capture() as capture:
        console.print(live_view(view, width))
    return capture.get()


def styled(view: ViewModel) -> str:
    console = Console(width=80, file=StringIO(), force_terminal=True, color_system="standard", legacy_windows=False)
    with console.capture() as capture:
        console.print(live_view(view, 80))
    return capture.get()


def line_with(text: str, word: str) -> str:
    [line] = [line for line in text.splitlines() if word in line]
    return " ".join(line.strip("│ ").split())


def test_a_frame_tells_everything_of_pacing():
    text = frame(view_of(PACING, title=TITLE, hint="make psql connects"))
    assert "Bazaar · peak_season · russian · seed 7 · scale 0.5" in text
    assert line_with(text, "UTC") == "03:04:05 UTC Sunday, 8 March 2026 ● keeping pace"
    assert line_with(text, "opening") == "7d 3h since the opening"
    assert line_with(text, "asked") == "speed asked 1000x, kept 1000x lag 3 ms"
    # Late are the 250 that came late and the 500 that are overdue, of 2,500.
    assert line_with(text, "placed") == "orders 2,400 placed · 2,000 delivered · 30.0 % late"
    assert line_with(text, "sessions") == "shop 310 sessions · 42 carts open"
    assert line_with(text, "warehouse") == "warehouse 57 orders inside · 33 parcels on the dock"
    assert line_with(text, "couriers").endswith("34 out · 60 on shift")
    assert line_with(text, "written").startswith("rows 1,234,567 written · 8,900/s █")
    assert "make psql connects" in text


def test_catching_up_has_a_bar_from_the_epoch_to_the_target():
    text = frame(view_of(CATCHING_UP))
    bar = line_with(text, "75 %")
    assert bar.endswith("75 % 10.0 s left")  # a day at 8640 simulated seconds a second
    assert bar.count("━") == pytest.approx(3 * bar.count("─"), abs=2)
    assert line_with(text, "asked") == "speed asked 1000x, catching up at 8640x"


def test_without_a_target_there_is_no_bar():
    text = frame(view_of(replace(CATCHING_UP, target=None, speed_asked="max")))
    assert "3d 0h since the opening" in text
    assert line_with(text, "asked") == "speed asked max, kept 8640x"


def test_keys_to_be_built_are_counted_down():
    text = frame(view_of(replace(CATCHING_UP, phase="building", target=None, to_build=42)))
    assert line_with(text, "UTC").endswith("building keys")
    assert line_with(text, "history").endswith("keys and indexes still to be built: 42")


def test_before_the_first_status_the_shop_opens():
    assert "opening the shop" in frame(ViewModel((), 100.0, hint="Ctrl-C stops"))


def test_a_notice_takes_the_place_of_the_hint():
    text = frame(view_of(PACING, hint="make psql connects", notice="stopping"))
    assert "stopping" in text
    assert "make psql" not in text


def test_an_opening_says_why_nothing_moves():
    opening = replace(CATCHING_UP, phase="opening", sim_now=EPOCH, target=None, speed_kept=None, orders=0, delivered=0)
    text = frame(view_of(opening))
    assert line_with(text, "UTC").endswith("◌ opening")
    assert line_with(text, "customers") == "customers, stock and couriers are made; no time goes by meanwhile"
    assert "no news" not in frame(ViewModel(minute_of(opening), 170.0))
    assert "progress" not in fields_of(status_line(view_of(opening), "start", EPOCH))


def test_silence_is_told_except_at_the_end():
    assert "no news for 7.0 s" in frame(ViewModel(minute_of(PACING), 117.0))
    assert "no news" not in frame(ViewModel(minute_of(PACING), 112.0))
    assert "no news" not in frame(ViewModel(minute_of(replace(PACING, phase="stopped")), 117.0))


def test_a_speed_not_kept_for_a_while_stands_out():
    slow = replace(PACING, speed_kept=640.2)
    assert "asked 1000x, kept 640x" in frame(view_of(slow))
    assert "\x1b[1;33mkept 640x" in styled(view_of(slow))
    assert "\x1b[1;33mkept" not in styled(view_of(PACING))


@pytest.mark.parametrize(
    ("status", "seconds", "short"),
    [
        (replace(PACING, speed_kept=949.0), 10, True),
        (replace(PACING, speed_kept=951.0), 10, False),
        (replace(PACING, speed_kept=100.0), 2, False),  # not yet for a while
        (replace(PACING, speed_kept=None), 10, False),
        (replace(PACING, speed_kept=10.0, speed_asked="max"), 10, False),
        (replace(CATCHING_UP, speed_kept=10.0), 10, False),
    ],
    ids=["just below", "just above", "for two seconds", "unknown", "max", "catching up"],
)
def test_falling_short(status, seconds, short):
    assert ViewModel(minute_of(status, seconds), 110.0).falls_short is short


def test_one_good_moment_is_not_falling_short():
    seen = [*minute_of(replace(PACING, speed_kept=640.0))]
    seen[-3] = replace(seen[-3], status=PACING)
    assert not ViewModel(seen, 110.0).falls_short


@pytest.mark.parametrize("width", [30, 40, 60, 79, 80, 81, 200])
@pytest.mark.parametrize(
    "status",
    [
        PACING,
        CATCHING_UP,
        replace(PACING, rows=10**12, orders=10**9, delivered=10**9, rows_per_s=1e6, batches_behind=4, lag_s=1e6),
        replace(CATCHING_UP, speed_kept=None, couriers_on_shift=0, couriers_out=0, delivered=0, late=0, overdue=0),
        replace(CATCHING_UP, target=EPOCH, sim_now=EPOCH),
        replace(PACING, phase="something new", sim_now=EPOCH + timedelta(days=36_500)),
    ],
    ids=["pacing", "catching up", "large", "nothing yet", "at the epoch", "unknown phase"],
)
def test_a_frame_fits_its_terminal_and_keeps_its_height(status, width):
    lines = frame(view_of(status, title=TITLE, notice="a notice " * 20), width).splitlines()
    assert len(lines) == 13
    assert {len(line) for line in lines} == {min(width - 2, 80)}


def fields_of(line: str) -> dict[str, str]:
    return dict(word.split("=", 1) for word in line.split())


def test_a_log_line_is_one_line_of_pairs():
    line = status_line(view_of(PACING), "status", datetime(2026, 4, 1, 12, 0, 0, 123_456, tzinfo=UTC))
    fields = fields_of(line)
    assert line.startswith("time=2026-04-01T12:00:00.123Z event=status phase=pacing sim_now=2026-03-08T03:04:05.000Z ")
    assert (fields["speed_asked"], fields["speed_kept"], fields["lag_s"]) == ("1000x", "1000.4", "0.003")
    assert (fields["rows"], fields["rows_per_s"]) == ("1234567", "8900")
    assert (fields["late"], fields["overdue"]) == ("250", "500")
    assert not {"progress", "silent_s"} & set(fields)


def test_a_log_line_of_catching_up_has_its_progress_and_no_lag():
    fields = fields_of(status_line(view_of(CATCHING_UP), "phase", EPOCH))
    assert fields["progress"] == "0.75"
    assert "lag_s" not in fields


def test_a_log_line_tells_of_silence():
    assert fields_of(status_line(ViewModel(minute_of(PACING), 117.0), "status", EPOCH))["silent_s"] == "7"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "a=plain"),
        ("", 'a=""'),
        ("two words", 'a="two words"'),
        ('say "x=1"', 'a="say \\"x=1\\""'),
        ("back\\slash", 'a="back\\\\slash"'),
        ("line\nbreak\x1b", 'a="line\\u000abreak\\u001b"'),
        (0.1 + 0.2, "a=0.3"),
        (True, "a=True"),
    ],
)
def test_values_of_log_lines_are_quoted_where_they_must_be(value, text):
    assert logfmt({"a": value, "b": None}) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 ms"),
        (0.0034, "3 ms"),
        (1, "1.0 s"),
        (59.97, "1m 0s"),
        (75, "1m 15s"),
        (7_260, "2h 1m"),
        (273_600, "3d 4h"),
    ],
)
def test_spans(seconds, text):
    assert formatting.span(seconds) == text


@pytest.mark.parametrize(
    ("speed", "text"),
    [(0.5, "0.50x"), (9.98, "10.0x"), (99.96, "100x"), (640.3, "640x"), (9_999.7, "10,000x"), (52_345, "52,300x")],
)
def test_factors(speed, text):
    assert formatting.factor(speed) == text


def test_sparklines():
    assert formatting.sparkline([0, 1, 4, 8], 10) == "▁▂▅█"
    assert formatting.sparkline([9, 9, 0, 0], 2) == "▁▁"
    assert formatting.sparkline([], 5) == ""


@pytest.mark.parametrize(("part", "whole", "full"), [(0, 10, 0), (5, 10, 5), (10, 10, 10), (99, 10, 10), (1, 0, 0)])
def test_bars(part, whole, full):
    assert formatting.bar(part, whole, 10) == ("━" * full, "─" * (10 - full))
