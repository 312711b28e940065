"""The report as a reader sees it: opened from its file, with the network refused, on a wide and on a narrow screen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashboards.files import load
from tests.browser.conftest import Opened

WIDE, NARROW = 1240, 390
FILES = load()
WIDGETS = [widget for file in FILES.dashboards.values() for widget in file.dashboard.widgets]
EVERYWHERE = pytest.mark.parametrize("opened", [WIDE, NARROW], ids=["wide", "narrow"], indirect=True)
ON_A_WIDE_SCREEN = pytest.mark.parametrize("opened", [WIDE], ids=["wide"], indirect=True)
ON_A_NARROW_SCREEN = pytest.mark.parametrize("opened", [NARROW], ids=["narrow"], indirect=True)

# Marks, and not only axes, that are visible; the box of the drawing and of its place.
CHARTS = """
() => [...document.querySelectorAll('.chart')].map(place => {
  const svg = place.querySelector('svg'), box = place.getBoundingClientRect();
  const marks = svg ? [...svg.querySelectorAll('.role-mark path, .role-mark line, .role-mark text')] : [];
  const drawn = svg ? svg.getBoundingClientRect() : {width: 0, height: 0};
  const seen = marks.filter(mark => { const b = mark.getBBox(); return b.width + b.height > 0; });
  return {id: place.id, width: drawn.width, height: drawn.height, room: box.width, high: box.height,
          marks: seen.length, role: place.getAttribute('role'), label: place.getAttribute('aria-label') || ''};
})
"""


@EVERYWHERE
def test_it_is_drawn_without_a_word_of_complaint_and_without_a_network(opened: Opened):
    assert opened.troubles == []
    assert opened.asked == []
    charts = opened.page.evaluate(CHARTS)
    assert int(opened.page.get_attribute("html", "data-drawn") or 0) == len(charts)
    assert len(charts) > 25


@EVERYWHERE
def test_every_chart_has_marks_fills_its_place_and_describes_itself(opened: Opened):
    for chart in opened.page.evaluate(CHARTS):
        assert chart["marks"] > 0, chart
        assert chart["width"] > 200, chart
        assert chart["width"] <= chart["room"] + 1, chart
        assert 100 < chart["height"] <= chart["high"] + 1, chart
        assert chart["role"] == "graphics-document", chart
        assert len(chart["label"]) > 30, chart


@EVERYWHERE
def test_no_page_scrolls_sideways(opened: Opened):
    wide = opened.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide[0] <= wide[1]


@ON_A_WIDE_SCREEN
def test_every_widget_of_every_dashboard_is_there(opened: Opened):
    cards = opened.page.locator("figure.card").count()
    assert cards == sum(widget.query is not None for widget in WIDGETS)
    assert opened.page.locator(".card.words").count() == sum(widget.text is not None for widget in WIDGETS)
    titles = opened.page.evaluate(
        "[...document.querySelectorAll('h2')].map(each => each.firstChild.textContent.trim())"
    )
    assert titles == [file.dashboard.title for file in FILES.dashboards.values()]


@ON_A_WIDE_SCREEN
def test_cards_stand_beside_each_other_and_nowhere_on_one_another(opened: Opened):
    boxes = opened.page.evaluate(
        """[...document.querySelectorAll('.card')].map(card => {
             const b = card.getBoundingClientRect(); return [b.left, b.top, b.right, b.bottom]; })"""
    )
    assert len({round(box[0]) for box in boxes}) > 4
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            assert right <= other[0] + 1 or other[2] <= left + 1 or bottom <= other[1] + 1 or other[3] <= top + 1


@ON_A_NARROW_SCREEN
def test_on_a_narrow_screen_cards_stand_below_each_other(opened: Opened):
    lefts = opened.page.evaluate(
        "[...document.querySelectorAll('.card')].map(card => card.getBoundingClientRect().left)"
    )
    assert len({round(left) for left in lefts}) == 1


@EVERYWHERE
def test_labels_of_an_axis_do_not_run_into_each_other(opened: Opened):
    """Level labels on one line, up to the 2 px by which a letter's box is larger than the letter."""
    meeting = opened.page.evaluate(
        """() => { const found = [];
          const seen = text => text.textContent && text.getAttribute('opacity') !== '0';
          const turned = text => (text.getAttribute('transform') || '').includes('rotate');
          for (const axis of document.querySelectorAll('.role-axis-label')) {
            const texts = [...axis.querySelectorAll('text')].filter(text => seen(text) && !turned(text));
            const boxes = texts.map(text => text.getBoundingClientRect()).sort((a, b) => a.left - b.left);
            for (let n = 1; n < boxes.length; n++) {
              const one = boxes[n - 1], other = boxes[n];
              if (Math.abs(one.top - other.top) < 4 && other.left < one.right - 2)
                found.push([axis.closest('.chart').id, texts.map(text => text.textContent).join('|')]);
            } }
          return found; }"""
    )
    assert meeting == []


@EVERYWHERE
def test_nothing_of_a_chart_is_cut_off(opened: Opened):
    cut = opened.page.evaluate(
        """() => { const found = [];
          for (const svg of document.querySelectorAll('.chart svg')) {
            const room = svg.getBoundingClientRect();
            for (const text of svg.querySelectorAll('text')) {
              const b = text.getBoundingClientRect();
              if (text.getAttribute('opacity') === '0' || !text.textContent || !b.width) continue;
              const across = b.left < room.left - 2 || b.right > room.right + 2;
              if (across || b.bottom > room.bottom + 2 || b.top < room.top - 2)
                found.push([svg.closest('.chart').id, text.textContent]);
            } }
          return found; }"""
    )
    assert cut == []


@ON_A_WIDE_SCREEN
def test_hours_are_those_of_utc_wherever_the_reader_is(opened: Opened):
    """The shop opened at midnight of 5 January and stands at noon of the 6th, in UTC; the reader sits in New York."""
    texts = opened.page.locator("#chart-shop_today-orders_per_hour-by_city text").all_text_contents()
    assert "Hour (UTC)" in texts
    hours = [text for text in texts if re.fullmatch(r"\d\d:\d\d|\d Jan", text)]
    assert hours[0] == "5 Jan"
    assert "6 Jan" in hours


@ON_A_WIDE_SCREEN
def test_more_rows_and_the_sql_unfold(opened: Opened):
    card = opened.page.locator("#delivery-couriers-table")
    assert card.locator("tbody tr:visible").count() == 8
    card.locator("button.more").click()
    assert card.locator("tbody tr:visible").count() > 8
    assert card.locator("button.more").get_attribute("aria-expanded") == "true"
    assert not card.locator("pre").is_visible()
    card.locator("summary").click()
    assert "cities_named('All cities')" in card.locator("pre").inner_text()


@ON_A_WIDE_SCREEN
def test_it_prints_with_every_chart_within_the_paper(opened: Opened):
    opened.page.emulate_media(media="print")
    opened.page.set_viewport_size({"width": 720, "height": 1000})  # the width of A4 between its margins
    within = (
        "[...document.querySelectorAll('.chart svg')].every(each => each.getBoundingClientRect().right < innerWidth)"
    )
    opened.page.wait_for_function(within, timeout=30_000)
    assert not opened.page.locator("details.sql").first.is_visible()


def test_the_pictures_are_beside_it(report: Path):
    names = {path.name for path in report.iterdir()}
    assert names == {"index.html", "report.pdf", *(f"{key}.png" for key in FILES.dashboards)}
