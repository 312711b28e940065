"""The live view, made from view models without any terminal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from rich.console import Console

from sim.cli.live import live_view
from sim.cli.view_model import ViewModel
from tests.unit.cli.views import CATCHING_UP, EPOCH, PACING, TITLE, minute_of, view_of


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


def test_silence_is_told_except_at_the_end():
    assert "no news for 7.0 s" in frame(ViewModel(minute_of(PACING), 117.0))
    assert "no news" not in frame(ViewModel(minute_of(PACING), 112.0))
    assert "no news" not in frame(ViewModel(minute_of(replace(PACING, phase="stopped")), 117.0))


def test_a_speed_not_kept_for_a_while_stands_out():
    slow = replace(PACING, speed_kept=640.2)
    assert "asked 1000x, kept 640x" in frame(view_of(slow))
    assert "\x1b[1;33mkept 640x" in styled(view_of(slow))
    assert "\x1b[1;33mkept" not in styled(view_of(PACING))


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
