"""The page: everything in it, nothing from elsewhere, and no text that becomes markup."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pandas as pd
import pytest

from report.drawing import Card, Cell, Drawing, Nothing, Placed, Section, Table, Text, Tile
from report.page import page
from report.shop import Shop
from tests.report.drawn import drawing

SHOP = Shop(
    7, "baseline", "international", 0.5, pd.Timestamp("2026-01-05", tz="UTC"), pd.Timestamp("2026-01-12T06:00Z")
)
LINE = {"globalSeriesType": "line", "columnMapping": {"t": "x", "n": "y", "s": "series"}}
EVIL = "</script><script>alert('1')</script><b>&"
ADDRESSES = {"src", "href", "data", "action", "poster", "srcset", "formaction"}


class Read(HTMLParser):
    """Elements with their attributes, text by element, and the stack while reading."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[tuple[str, str]] = []
        self._open = [""]
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in {"meta", "link", "img", "br"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.text.append((self._open[-1], data))

    def all(self, tag: str, **attributes: str) -> list[dict[str, str | None]]:
        return [its for name, its in self.elements if name == tag and attributes.items() <= its.items()]

    def said(self, tag: str) -> str:
        return "".join(text for inside, text in self.text if inside == tag)


def card(key: str, drawn: Drawing, sql: str = "SELECT 1") -> Card:
    return Card(key, f"Title of {key}", "Why?", "one row an hour", sql, drawn)


def made(*items: Card | Text) -> str:
    placed = [Placed(item, 0, 8 * number, 6, 8) for number, item in enumerate(items)]
    return page(SHOP, [Section("shop", "Shop today", "City: All cities", placed)])


def evil_chart() -> Drawing:
    return drawing("CHART", LINE, pd.DataFrame({"t": ["a", "b"], "n": [1, 2], "s": EVIL}))


@pytest.fixture(scope="module")
def read() -> Read:
    table = Table([Cell("Name")], [[Cell(EVIL)], [Cell("two")], [Cell("three")]], "A table", first=1)
    tiles = [Tile("1,234", "so far", "(goal)", reached) for reached in (True, False)]
    texts = Text(f"**Bold** and {EVIL}")
    cards = [card("chart", evil_chart(), EVIL), card("table", table), card("nothing", Nothing("None at all"))]
    return Read(made(texts, *cards, *(card(f"tile{n}", tile) for n, tile in enumerate(tiles))))


def test_nothing_is_fetched_from_anywhere(read: Read):
    addresses = [value for _, its in read.elements for name, value in its.items() if name in ADDRESSES]
    assert addresses
    assert all(value is not None and value.startswith("#") for value in addresses)
    assert not read.all("link") + read.all("img") + read.all("iframe")
    assert "@import" not in read.said("style")
    assert "url(" not in read.said("style")


def test_the_page_forbids_itself_the_network(read: Read):
    (policy,) = [its["content"] for its in read.all("meta") if "http-equiv" in its]
    assert policy is not None
    allowed = dict(part.split(maxsplit=1) for part in policy.split(";"))
    assert allowed["default-src"] == "'none'"
    assert not any("http" in sources or "*" in sources for sources in allowed.values())


def test_what_the_data_say_is_text_and_never_markup(read: Read):
    assert "alert" not in "".join(text for tag, text in read.text if tag == "b")
    assert EVIL in read.said("td")
    assert EVIL in read.said("code")
    scripts = [(its.get("type"), its.get("class"), its.get("id")) for its in read.all("script")]
    assert scripts == [("application/json", "spec", None), ("application/json", None, "look"), ("module", None, None),
                       ("module", None, None)]  # fmt: skip
    html = made(card("chart", evil_chart()))
    raw = html.split('data-for="chart">')[1].split("</script>")[0]
    assert {row["series"] for row in json.loads(raw)["data"]["values"]} == {EVIL}


def test_it_says_which_shop_it_is_of(read: Read):
    assert read.said("h1") == "Bazaar: the baseline shop, seed 7"
    facts = dict(
        zip([t for tag, t in read.text if tag == "dt"], [t for tag, t in read.text if tag == "dd"], strict=True)
    )
    assert facts["Market"] == "international"
    assert facts["Scale"] == "0.5"
    assert facts["Simulated now"] == "Mon 12 Jan 2026, 06:00 UTC (day 7.2)"


def test_every_section_is_in_the_table_of_contents(read: Read):
    assert [its["href"] for its in read.all("a")] == [f"#{its['id']}" for its in read.all("section")] == ["#shop"]


def test_each_picture_has_title_question_and_the_sql_that_was_run(read: Read):
    assert len(read.all("figure")) == len(read.all("figcaption")) == len(read.all("details")) == 5
    assert "Title of chart" in read.said("h3")
    assert not read.all("details", open="")


def test_cards_stand_on_the_grid_as_in_the_file(read: Read):
    places = [its["style"] for its in read.all("div", **{"class": "cell"})]
    assert places[1] == "grid-area: 9 / 1 / span 8 / span 6"


def test_rows_beyond_the_first_page_are_folded_away(read: Read):
    (button,) = read.all("button")
    assert button["aria-controls"] == "more-table"
    assert read.all("tbody", id="more-table") == [{"id": "more-table", "hidden": None}]
    assert "2 more rows" in read.said("button")


def test_a_tile_says_in_words_how_it_compares(read: Read):
    labels = [its["aria-label"] for its in read.all("span", **{"class": "sign"})]
    assert labels == ["at least the number in brackets:", "less than the number in brackets:"]


def test_charts_are_described_and_texts_are_markdown(read: Read):
    assert read.said("strong") == "Bold"
    raw = made(card("chart", evil_chart())).split('data-for="chart">')[1].split("</script>")[0]
    assert json.loads(raw)["description"].startswith("Orders, a line chart.")
