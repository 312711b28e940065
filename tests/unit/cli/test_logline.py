"""The log line of a run, made from view models."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sim.cli.logline import logfmt, status_line
from sim.cli.view_model import ViewModel
from tests.unit.cli.views import CATCHING_UP, EPOCH, PACING, minute_of, view_of


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


def test_a_log_line_of_an_opening_has_no_progress():
    opening = replace(CATCHING_UP, phase="opening", sim_now=EPOCH, target=None, speed_kept=None, orders=0, delivered=0)
    assert "progress" not in fields_of(status_line(view_of(opening), "start", EPOCH))


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
