"""What is wrong with a file is said with its line, all of it at once, and nothing is sent."""

from __future__ import annotations

import pytest

from tests.redash.conftest import Command, Folder
from tests.redash.fake_redash import FakeRedash

ORDERS = "queries/orders.sql"
SHOP = "dashboards/shop.yml"
PARAMETERS = "parameters.yml"


def test_sound_files(command: Command, fake: FakeRedash) -> None:
    said = command("check")
    assert (said.code, said.out, said.err) == (0, "3 queries and 2 dashboards are sound\n", "")
    assert fake.calls == []


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        (ORDERS, "-- grain: one row an hour\n", "", "1: the header has no '-- grain: …'"),
        (ORDERS, "-- grain:", "-- grian:", "3: unknown header 'grian'"),
        (ORDERS, "-- title: Orders by hour\n-- question", "-- question: What?\n-- title", "2: 'title' is out of order"),
        (ORDERS, "-- title: Orders by hour", "-- title: ", "1: 'title' is empty"),
        (ORDERS, "one row an hour\n", "one row an hour\n-- refresh: often\n", "4: refresh must be seconds"),
        (ORDERS, "{{ city }}", "{{ town }}", "7: unknown parameter 'town'"),
        (ORDERS, "{{ city }}", "{{ city.start }}", "7: unknown parameter 'city.start'"),
        (ORDERS, "WHERE hour", "WHERE hour < now() AND hour", "8: 'now' is the wall clock"),
        (ORDERS, "SELECT hour", "SELECT current_date, hour", "6: 'current_date' is the wall clock"),
        (SHOP, "order: 1", "order: first", "3: 'order': input should be a valid integer"),
        (SHOP, "order: 1", "order: 1\ncolour: red", "4: unknown key 'colour'"),
        (SHOP, "order: 1", "order: 1\norder: 2", "4: 'order' is said twice"),
        (SHOP, "parameters: [city]", "parameters: [city, town]", "4: unknown parameter 'town'"),
        (SHOP, "parameters: [city]", "parameters: [city, city]", "4: 'city' is said twice"),
        (SHOP, "title: Shop today", "title: [Shop", "3: not YAML: while parsing a flow sequence"),
        (SHOP, "query: revenue", "query: revenues", "11: there is no queries/revenues.sql"),
        (SHOP, "type: COUNTER", "type: COUNT", "14: unknown visualization type 'COUNT'"),
        (SHOP, "key: counter", "key: Counter!", "13: 'key': string should match pattern"),
        (SHOP, "{counterColName: revenue,", "{bazaarKey: me, counterColName: revenue,", "16: 'bazaarKey' is the publ"),
        (SHOP, "title: Hour}", "title: {text: Hour}}", "23: an axis title is plain text"),
        (SHOP, "row: 10, width: 12", "row: 9, width: 12", "31: overlaps the widget placed in line 29"),
        (SHOP, "row: 10, width: 12", "row: 11, width: 12", "31: nothing is right above: Redash would slide it up"),
        (SHOP, "col: 4, row: 2, width: 8", "col: 4, row: 2, width: 9", "29: col 4 + width 9 is beyond the 12 columns"),
        (SHOP, "width: 4, height: 8", "width: 1, height: 8", "17: 'width': input should be greater than or equal"),
        (SHOP, "width: 8, height: 8", "width: 8, height: 4", "18: Redash makes a chart at least 5 rows high"),
        (SHOP, "width: 8, height: 8", "width: 8", "29: 'height' is missing"),
        (SHOP, '- text: "## Today"', "- texte: hello", "7: unknown key 'texte'"),
        (SHOP, '- text: "## Today"', '- text: "## Today"\n    query: orders', "7: a widget has either a text"),
        ("dashboards/stock.yml", "key: pie", "key: by_hour", "6: 'by_hour' of 'orders' is another visualization"),
        (PARAMETERS, "query: cities", "query: towns", "2: there is no queries/towns.sql"),
        (PARAMETERS, "query: cities", "query: orders", "2: 'orders' fills a list and can't have parameters itself"),
        (PARAMETERS, "default: Today", "default: Tomorrow", "3: default 'Tomorrow' is not one of the values"),
        (PARAMETERS, "type: enum", "type: list", "3: 'period' needs a type"),
        (PARAMETERS, "type: enum, values: [Today, Everything]", "type: date", "3: default 'Today' is not a day"),
    ],
)  # fmt: skip
def test_a_problem_has_its_line(
    command: Command, folder: Folder, fake: FakeRedash, name: str, old: str, new: str, told: str
) -> None:
    folder.change(name, old, new)
    said = command("publish")
    assert said.code == 2
    assert f"{folder.path(name)}:{told}" in said.err
    assert fake.calls == []


def test_a_parameter_that_nobody_uses(command: Command, folder: Folder) -> None:
    folder.write("dashboards/stock.yml", STOCK_WITHOUT_PARAMETERS)
    assert f"{folder.path('dashboards/stock.yml')}:3: no query of this dashboard uses 'city'" in command("check").err


STOCK_WITHOUT_PARAMETERS = """\
title: Stock
order: 2
parameters: [city]
widgets:
  - query: cities
    at: {col: 0, row: 0, width: 6, height: 8}
"""


def test_all_problems_at_once(command: Command, folder: Folder) -> None:
    folder.change(ORDERS, "{{ city }}", "{{ town }}")
    folder.change(SHOP, "order: 1", "order: one")
    folder.write("queries/revenue.sql", "SELECT 1")
    folder.write("queries/Bad name.sql", "SELECT 1")
    said = command("check")
    # order; town, so that nobody uses city on the other dashboard; three headers of each; the name
    assert len(said.err.splitlines()) == 1 + 2 + 3 + 4
    assert said.out == ""


def test_words_of_the_wall_clock_in_comments_and_texts(command: Command, folder: Folder) -> None:
    folder.change(ORDERS, "-- never from the future", "-- not now(), 'current_date'")
    folder.change(ORDERS, "WHERE hour", "WHERE 'now()\n' <> '' AND sim_now() > hour AND hour")
    assert command("check").code == 0


def test_an_empty_folder(command: Command, folder: Folder, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    assert command("check", "--files", str(tmp_path / "empty")).out == "0 queries and 0 dashboards are sound\n"
    said = command("publish", "--prune", "--files", str(tmp_path / "empty"))
    assert (said.code, "--prune would archive everything" in said.err) == (2, True)


def test_no_folder(command: Command, tmp_path) -> None:
    said = command("check", "--files", str(tmp_path / "nowhere"))
    assert (said.code, said.err) == (2, f"there is no folder {tmp_path / 'nowhere'}\n")
