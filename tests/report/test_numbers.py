"""Numbers and dates as Redash writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import vl_convert

from report.dates import for_people, written
from report.numbers import NumberFormat


@pytest.mark.parametrize(
    ("form", "value", "text"),
    [
        ("0,0", 1234567.5, "1,234,568"),
        ("0", 1234.4, "1234"),
        ("0.0", 0.25, "0.3"),  # half away from zero, as numeral.js rounds
        ("0,0.00", 1234.5, "1,234.50"),
        ("0,0[.]00", 3, "3"),
        ("0,0[.]00", 3.5, "3.50"),
        ("0,0[.]0[0]", 3.2, "3.2"),
        ("0,0[.]0[0]", 3.25, "3.25"),
        ("0,0[.]0[0]", 3.0, "3"),
        ("0,0[.]00000", 0.125, "0.12500"),
        ("0.0%", 12.34, "12.3%"),  # 12.34 is 12.34 per cent already
        ("0[.]00%", 50, "50%"),
        ("0.0", -0.04, "0.0"),
        ("0,0", -1234, "-1,234"),
    ],
)
def test_numbers_are_written_as_in_redash(form: str, value: float, text: str):
    assert NumberFormat.parse(form).text(value) == text


@pytest.mark.parametrize("form", ["0.0a", "$0,0", "", "#,##0", "0,0 B", "0.0.0"])
def test_a_form_that_is_not_understood_is_refused(form: str):
    with pytest.raises(ValueError, match="not understood"):
        NumberFormat.parse(form)


@pytest.mark.parametrize(("form", "value"), [("0,0", 12345.6), ("0", 12345.6), ("0,0.00", 1234.5), ("0,0[.]0[0]", 3.2)])
def test_vega_writes_the_same(form: str, value: float):
    number = NumberFormat.parse(form)
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "marks": [{"type": "text", "encode": {"enter": {"text": {"signal": f"format({value}, '{number.d3}')"}}}}],
    }
    scene = vl_convert.vega_to_scenegraph(spec)["scenegraph"]
    assert scene["items"][0]["items"][0]["items"][0]["text"] == number.text(value)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("YYYY-MM-DD HH:mm", "2026-01-05 07:04"),
        ("MMMM D, YYYY", "January 5, 2026"),
        ("[Week of] MMM D, YYYY", "Week of Jan 5, 2026"),
        ("ddd DD/MM/YY H:mm:ss", "Mon 05/01/26 7:04:09"),
    ],
)
def test_dates_are_written_as_in_redash(form: str, text: str):
    assert written(datetime(2026, 1, 5, 7, 4, 9, tzinfo=UTC), form) == text


def test_a_day_has_no_time():
    assert written(date(2026, 1, 5), "YYYY-MM-DD HH:mm") == "2026-01-05 00:00"


def test_a_date_form_that_is_not_understood_is_refused():
    with pytest.raises(ValueError, match="not understood"):
        written(date(2026, 1, 5), "YYYY-Qo")


def test_people_are_told_whose_clock_it_is():
    assert for_people(datetime(2026, 1, 5, 7, 4, tzinfo=UTC)) == "Mon 5 Jan 2026, 07:04 UTC"
