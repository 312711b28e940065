"""PNG and PDF: text that fits, cards that grow, pages that are not cut through a picture."""

from __future__ import annotations

import io
import re
import struct
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from pypdf import PdfReader

from report.drawing import Card, Cell, Chart, Drawing, Placed, Section, Table, Text, Tile
from report.pictures import pictures, svg, table
from report.pictures.sheet import WIDTH_PX, bands
from report.pictures.text_metrics import Ruler, Run
from report.pictures.words import paragraphs
from tests.report.drawn import drawing
from tests.report.test_page import SHOP

LINE = {"globalSeriesType": "line", "columnMapping": {"t": "x", "n": "y"}, "xAxis": {"title": "Hour of day"}}
RULER = Ruler()


def card(drawn: Drawing, title: str = "Delivery time over time") -> Card:
    return Card("key", title, "How long do customers wait?", "one row", "SELECT 1", drawn)


def line_chart() -> Drawing:
    return drawing("CHART", LINE, pd.DataFrame({"t": [1, 2, 3], "n": [3, 1, 2]}))


def long_table(rows: int, first: int) -> Table:
    head = [Cell("Product"), Cell("Units", "right")]
    return Table(head, [[Cell(f"Product {n}"), Cell(str(n), "right")] for n in range(rows)], "A table", first)


def widths(lines: list[Any], size_px: float) -> list[float]:
    return [sum(RULER.width(run.text, size_px, bold=run.bold) for run in line) for line in lines]


def test_text_is_measured():
    assert RULER.width("mmmm", 12) > 2 * RULER.width("iiii", 12)
    assert RULER.width("Итого", 24) == pytest.approx(2 * RULER.width("Итого", 12))
    assert RULER.width("bold", 12, bold=True) > RULER.width("bold", 12)
    assert RULER.width("a b", 12) > RULER.width("ab", 12)


def test_lines_are_broken_where_they_would_be_too_long():
    runs = [
        Run("Look at the 95th percentile, not only at the "),
        Run("median", bold=True),
        Run(": it is what one waits."),
    ]
    lines = RULER.wrapped(runs, 12, 160)
    assert len(lines) > 2
    assert max(widths(lines, 12)) <= 160 + RULER.width(" ", 12)
    assert "".join(run.text for line in lines for run in line) == "".join(run.text for run in runs)
    assert [run.text.strip() for line in lines for run in line if run.bold] == ["median"]


def test_text_that_is_too_long_ends_in_an_ellipsis():
    cut = RULER.cut("Harrow glass food containers, set of 5", 12, 100)
    assert cut.endswith("…")
    assert RULER.width(cut, 12) <= 100
    assert RULER.cut("short", 12, 100) == "short"


def test_markdown_becomes_paragraphs():
    heading, words, item = paragraphs("## Today\n\nIs it *good*?\nYes: **very**.\n\n- one")
    assert (heading.heading, heading.runs) == (True, [Run("Today", bold=True)])
    assert Run("good", italic=True) in words.runs
    assert "".join(run.text for run in words.runs) == "Is it good? Yes: very."
    assert "".join(run.text for run in item.runs) == "•  one"


def test_a_table_is_as_wide_as_its_card_also_with_too_many_columns():
    head = [Cell(f"Column {n}", "right") for n in range(9)]
    wide = Table(head, [[Cell("1,234,567", "right") for _ in range(9)]] * 3, "A table")
    parts, height = table.drawn(wide, 300, RULER)
    scale = float(re.search(r"scale\(([\d.]+)\)", parts[0])[1])  # type: ignore[index]
    assert 0 < scale < 1
    ends = [float(x) for x in re.findall(r"H([\d.]+)", parts[0])]
    assert max(ends) * scale == pytest.approx(300, abs=1)
    assert "1,234,567" in parts[0], "numbers are never cut"
    assert height > 0


def test_long_names_give_way_to_numbers():
    rows = [[Cell("A Field Guide to Garden Birds, hardcover (Lantern Press)"), Cell("1,234", "right")]]
    parts, _ = table.drawn(Table([Cell("Product"), Cell("Units", "right")], rows, "A table"), 200, RULER)
    drawn = "".join(parts)
    assert "1,234" in drawn
    assert "A Field" in drawn
    assert "Lantern Press" not in drawn


def test_a_table_says_how_many_rows_it_does_not_show():
    parts, _ = table.drawn(long_table(100, 8), 300, RULER)
    assert "… and 92 more rows" in "".join(parts)
    assert "Product 8<" not in "".join(parts)


def test_a_card_that_needs_more_room_pushes_down_what_follows():
    section = Section("s", "S", "", [
        Placed(card(long_table(40, 40)), 0, 0, 6, 8),
        Placed(card(line_chart()), 6, 0, 6, 8),
        Placed(card(Tile("1", "one")), 0, 8, 3, 5),
    ])  # fmt: skip
    first, second = bands(section, RULER)
    heights = {round(height) for _, _, height in first.cards}
    assert len(heights) == 1
    assert heights.pop() > 40 * 20
    assert [top for _, top, _ in second.cards] == [0]


def test_short_tables_leave_no_room_blank():
    section = Section("s", "S", "", [Placed(card(long_table(2, 2)), 0, 0, 12, 10)])
    (band,) = bands(section, RULER)
    assert band.height < 200


def test_cards_on_top_of_each_other_beside_a_high_one_are_one_band():
    section = Section("s", "S", "", [
        Placed(card(line_chart()), 0, 0, 6, 10),
        Placed(card(Tile("1", "one")), 6, 0, 6, 5),
        Placed(card(Tile("2", "two")), 6, 5, 6, 5),
    ])  # fmt: skip
    (band,) = bands(section, RULER)
    tops = sorted(top for _, top, _ in band.cards)
    assert tops == [0, 0, 250]


def test_two_charts_do_not_share_an_id():
    clip = '<svg width="1" height="1"><clipPath id="clip0"/><g clip-path="url(#clip0)"/></svg>'
    both = svg.nested(0, 0, clip, "a") + svg.nested(0, 0, clip, "b")
    ids = re.findall(r'id="([^"]+)"', both)
    assert len(set(ids)) == 2
    assert re.findall(r"url\(#([^)]+)\)", both) == ids


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    many = [Placed(card(line_chart(), f"Picture {n}"), 0, 2 + 8 * n, 12, 8) for n in range(5)]
    one = Section("one", "Shop & today", "City: London", [Placed(Text("**Is it <b>?**"), 0, 0, 12, 2), *many])
    other = Section("other", "Delivery", "", [Placed(card(Tile("88.6 %", "on time", "90 %", False)), 0, 0, 3, 5)])
    return pictures(SHOP, [one, other])


def test_there_is_a_png_a_dashboard(files: dict[str, bytes]):
    assert set(files) == {"one.png", "other.png", "report.pdf"}
    width, height = struct.unpack(">II", files["one.png"][16:24])
    assert files["one.png"].startswith(b"\x89PNG\r\n")
    assert width > WIDTH_PX
    assert height > 5 * 400
    assert struct.unpack(">II", files["other.png"][16:24])[1] < height / 3


def test_the_pdf_has_every_picture_once_on_pages_of_a4(files: dict[str, bytes]):
    reader = PdfReader(io.BytesIO(files["report.pdf"]))
    texts = [page.extract_text() for page in reader.pages]
    assert {(round(page.mediabox.width), round(page.mediabox.height)) for page in reader.pages} == {(595, 842)}
    found = [[n for n in range(5) if f"Picture {n}" in text] for text in texts]
    assert [n for page in found for n in page] == [0, 1, 2, 3, 4]
    assert len(texts) > 2
    assert "Hour of day" in texts[0], "charts are in it as text and not as pixels"


def test_the_pdf_says_which_shop_and_where_one_is(files: dict[str, bytes]):
    reader = PdfReader(io.BytesIO(files["report.pdf"]))
    texts = [page.extract_text() for page in reader.pages]
    assert reader.metadata is not None
    assert reader.metadata.title == "Bazaar: the baseline shop, seed 7"
    assert "Simulated now: Mon 12 Jan 2026, 06:00 UTC" in texts[-1]
    assert f"{len(texts)} of {len(texts)}" in texts[-1]
    starts = {item["/Title"]: reader.get_destination_page_number(item) for item in reader.outline}  # type: ignore[call-overload,arg-type]
    assert starts == {"Shop & today": 0, "Delivery": len(texts) - 1}


def test_a_sheet_is_well_formed_xml():
    chart = line_chart()
    assert isinstance(chart, Chart)
    section = Section(
        "s", "S", "", [Placed(card(chart, "A & B < C"), 0, 0, 6, 8), Placed(Text("a < b & c"), 6, 0, 6, 8)]
    )
    (band,) = bands(section, RULER)
    root = ET.fromstring(svg.document(100, 100, [band.svg(0, 0)], "A & B"))
    assert "A & B < C" in "".join(root.itertext())
