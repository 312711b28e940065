"""Pulling: edits made in Redash come back into the files, and nothing else in them changes."""

from __future__ import annotations

import pytest

from dashboards.files import load
from tests.redash.conftest import Command, Folder
from tests.redash.fake_redash import FakeRedash
from tests.redash.fake_state import Json
from tests.redash.test_publish import one, shown

SHOP = "dashboards/shop.yml"


@pytest.fixture
def published(command: Command, fake: FakeRedash) -> Command:
    assert command("publish").code == 0
    fake.calls.clear()
    return command


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines that went and lines that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def test_after_publishing_no_byte_changes(published: Command, folder: Folder, fake: FakeRedash) -> None:
    before = folder.all()
    said = published("pull")
    assert (said.code, said.out, said.err) == (0, "0 files changed\n", "")
    assert folder.all() == before
    assert fake.writes == []


@pytest.mark.parametrize(
    ("field", "value", "went", "came"),
    [
        ("name", "Sales", "-- title: Revenue", "-- title: Sales"),
        ("description", "How\nmuch?", "-- question: How much was sold?", "-- question: How much?"),
        ("schedule", {"interval": 86400, "time": "00:15"}, "-- refresh: 300", "-- refresh: 86400 at 00:15"),
        ("schedule", None, "-- refresh: 300", "-- refresh: 0"),
        (
            "query",
            "SELECT 1 AS revenue\r\n",
            "SELECT revenue, target FROM revenue('{{ city }}')",
            "SELECT 1 AS revenue",
        ),
    ],
)
def test_an_edited_query(
    published: Command, folder: Folder, fake: FakeRedash, field: str, value: object, went: str, came: str
) -> None:
    before = folder.all()
    text = folder.read("queries/revenue.sql")
    one(fake.queries, "Revenue")[field] = value
    assert f"wrote {folder.path('queries/revenue.sql')}\n1 files changed\n" in published("pull").out
    assert changed_lines(text, folder.read("queries/revenue.sql")) == ([went], [came])
    after = folder.all()
    assert {name for name in after if after[name] != before[name]} == {"queries/revenue.sql"}


def test_a_new_interval_where_none_was_said(published: Command, folder: Folder, fake: FakeRedash) -> None:
    one(fake.queries, "Orders by hour")["schedule"]["interval"] = 600
    text = folder.read("queries/orders.sql")
    published("pull")
    assert changed_lines(text, folder.read("queries/orders.sql")) == ([], ["-- refresh: 600"])
    assert "0 created, 0 changed in" in published("publish").out


def edit_title(fake: FakeRedash) -> None:
    one(fake.dashboards, "Shop today")["name"] = "Today: a shop"


def edit_text(fake: FakeRedash) -> None:
    shown_widget(fake, "shop/1")["text"] = "## Now"


def move(fake: FakeRedash) -> None:
    shown_widget(fake, "shop/orders/table")["options"]["position"] |= {"sizeY": 9, "autoHeight": False, "minSizeX": 2}


def rename(fake: FakeRedash) -> None:
    one(fake.visualizations, "By hour")["name"] = "Hourly"


def edit_options(fake: FakeRedash) -> None:
    """As the editor saves them: every default spelled out."""
    options = one(fake.visualizations, "By hour")["options"]
    options |= {"globalSeriesType": "area", "sortX": True, "showDataLabels": False}


def edit_axis(fake: FakeRedash) -> None:
    options = one(fake.visualizations, "By hour")["options"]
    options["yAxis"] = [{"type": "linear", "title": {"text": "Orders placed"}}, {"type": "linear", "opposite": True}]


def add_option(fake: FakeRedash) -> None:
    one(fake.visualizations, "By hour")["options"]["legend"] = {"enabled": False, "placement": "auto"}


def shown_widget(fake: FakeRedash, key: str) -> Json:
    return fake.widgets[shown(fake, "Shop today")[key]["id"]]


@pytest.mark.parametrize(
    ("edit", "went", "came"),
    [
        (edit_title, ["title: Shop today"], ["title: 'Today: a shop'"]),
        (edit_text, ['  - text: "## Today"   # a heading'], ["  - text: '## Now'   # a heading"]),
        (
            move,
            ["    at: {col: 0, row: 10, width: 12, height: 8}"],
            ["    at: {col: 0, row: 10, width: 12, height: 9, auto_height: false}"],
        ),
        (rename, ["      name: By hour"], ["      name: Hourly"]),
        (
            edit_options,
            ["        globalSeriesType: line      # points would lie"],
            ["        globalSeriesType: area      # points would lie"],
        ),
        (edit_axis, ["          - {title: Orders}"], ["          - {title: Orders placed}"]),
        (add_option, [], ["        legend: {enabled: false}"]),
    ],
)
def test_an_edited_dashboard(published: Command, folder: Folder, fake: FakeRedash, edit, went, came) -> None:
    before, text = folder.all(), folder.read(SHOP)
    edit(fake)
    assert published("pull").code == 0
    assert changed_lines(text, folder.read(SHOP)) == (went, came)
    after = folder.all()
    assert {name for name in after if after[name] != before[name]} == {SHOP}
    assert "0 created, 0 changed in" in published("publish").out
    text = folder.read(SHOP)
    published("pull")
    assert folder.read(SHOP) == text


def test_the_order_of_parameters(published: Command, folder: Folder, fake: FakeRedash) -> None:
    """Reordering them in the browser overwrites the dashboard's options: it is still ours."""
    one(fake.dashboards, "Stock")["options"] = {"globalParamOrder": ["city", "period"]}
    text = folder.read("dashboards/stock.yml")
    published("pull")
    assert changed_lines(text, folder.read("dashboards/stock.yml")) == (
        ["parameters: [period, city]"],
        ["parameters: [city, period]"],
    )
    assert "0 created, 0 changed in" in published("publish").out


def test_a_visualization_on_two_dashboards(command: Command, folder: Folder, fake: FakeRedash) -> None:
    folder.change(SHOP, "    at: {col: 0, row: 10", f"{PIE}    at: {{col: 0, row: 10")
    command("publish")
    one(fake.visualizations, "Chart")["name"] = "Slices"
    assert "2 files changed" in command("pull").out
    assert "0 created, 0 changed in" in command("publish").out


PIE = """\
    visualization:
      key: pie
      type: CHART
      name: Chart
      options: {globalSeriesType: pie, columnMapping: {hour: x, orders: y}}
"""


def test_a_table_that_was_set_up(published: Command, folder: Folder, fake: FakeRedash) -> None:
    table = shown(fake, "Shop today")["shop/orders/table"]["visualization"]
    common = {"visible": True, "alignContent": "right", "allowSearch": False, "linkUrlTemplate": "{{ @ }}"}
    number = {**common, "type": "integer", "displayAs": "number"}
    fake.visualizations[table["id"]]["options"] |= {
        "itemsPerPage": 25,
        "columns": [
            {**number, "name": "orders", "title": "Orders", "order": 100000, "numberFormat": "0,0"},
            {**number, "name": "revenue", "title": "revenue", "order": 100001, "numberFormat": "0,0"},
        ],
    }
    published("pull")
    assert folder.read(SHOP).endswith(TABLE)
    assert "0 created, 0 changed in" in published("publish").out


TABLE = """\
    at: {col: 0, row: 10, width: 12, height: 8}
    visualization:
      key: table
      type: TABLE
      name: Table
      options:
        columns:
          - name: orders
            title: Orders
"""


def test_a_removed_widget(published: Command, folder: Folder, fake: FakeRedash) -> None:
    fake.delete_widget(shown(fake, "Shop today")["shop/orders/table"]["id"])
    text = folder.read(SHOP)
    said = published("pull")
    assert said.err == "widget shop/orders/table was removed in Redash\n"
    assert folder.read(SHOP) == text[: text.rindex("  - query: orders")]


def test_a_widget_not_yet_published_stays(published: Command, folder: Folder) -> None:
    folder.change(SHOP, "    at: {col: 0, row: 10", f"{PIE.replace('pie', 'new')}    at: {{col: 0, row: 10")
    text = folder.read(SHOP)
    published("pull")
    assert folder.read(SHOP) == text


def test_a_text_added_before_another_gets_the_file_right(published: Command, folder: Folder, fake: FakeRedash) -> None:
    board = one(fake.dashboards, "Shop today")["id"]
    position = {"col": 0, "row": 18, "sizeX": 12, "sizeY": 3, "autoHeight": False}
    text = "Two lines,\nas they are"
    fake.new_widget({"dashboard_id": board, "visualization_id": None, "text": text, "options": {"position": position}})
    before = folder.read(SHOP)
    published("pull")
    assert folder.read(SHOP) == before + ADDED_TEXT
    assert "shop/2" in shown(fake, "Shop today")
    assert "0 created, 0 changed in" in published("publish").out


ADDED_TEXT = """\
  - text: |-
      Two lines,
      as they are
    at: {col: 0, row: 18, width: 12, height: 3}
"""


def test_texts_are_numbered_again(published: Command, folder: Folder, fake: FakeRedash) -> None:
    test_a_text_added_before_another_gets_the_file_right(published, folder, fake)
    fake.delete_widget(shown(fake, "Shop today")["shop/1"]["id"])
    assert published("pull").code == 2, "what stood below it would slide up"
    assert shown(fake, "Shop today")["shop/1"]["text"].startswith("Two lines")


def test_a_chart_made_by_hand_of_a_query_of_ours(published: Command, folder: Folder, fake: FakeRedash) -> None:
    query = one(fake.queries, "Revenue")["id"]
    options = {"counterColName": "target", "rowNumber": 1, "stringDecimal": 0}
    made = fake.new_visualization({"query_id": query, "type": "COUNTER", "name": "Das Ziel", "options": options})
    place(fake, made["id"])
    published("pull")
    assert folder.read(SHOP).endswith(ADDED_COUNTER)
    assert fake.visualizations[made["id"]]["options"]["bazaarKey"] == "das_ziel"
    assert "0 created, 0 changed in" in published("publish").out


ADDED_COUNTER = """\
  - query: revenue
    visualization:
      key: das_ziel
      type: COUNTER
      name: Das Ziel
      options: {counterColName: target}
    at: {col: 0, row: 18, width: 12, height: 8}
"""
STATIC_CITY = {"city": {"name": "city", "type": "dashboard-level", "mapTo": "city", "value": None, "title": ""}}


def place(fake: FakeRedash, visualization_id: int) -> None:
    """Puts a visualization below all others on the first dashboard; a browser lets tables follow their rows."""
    table = fake.visualizations[visualization_id]["type"] == "TABLE"
    position = {"col": 0, "row": 18, "sizeX": 12, "sizeY": 8, "autoHeight": table}
    fake.new_widget(
        {
            "dashboard_id": one(fake.dashboards, "Shop today")["id"],
            "visualization_id": visualization_id,
            "options": {"position": position, "parameterMappings": STATIC_CITY},
        }
    )


def test_a_query_made_by_hand_gets_a_file(published: Command, folder: Folder, fake: FakeRedash) -> None:
    limit = {"name": "limit", "title": "Limit", "type": "number", "value": 10, "locals": []}
    made = fake.new_query(
        {
            "name": "Größte Kunden!", "data_source_id": 1, "tags": ["mine"],
            "query": "-- best: first\nSELECT name, '{{ city }}' FROM customers LIMIT {{ limit }}",
            "options": {"parameters": [limit], "apply_auto_limit": True},
        }
    )  # fmt: skip
    place(fake, fake.query(made["id"])["visualizations"][0]["id"])
    said = published("pull")
    assert (said.code, said.err) == (0, "")
    assert folder.read("queries/grote_kunden.sql") == BY_HAND
    assert folder.read("parameters.yml").endswith("limit: {title: Limit, type: number, default: 10}\n")
    assert folder.read(SHOP).endswith("  - query: grote_kunden\n    at: {col: 0, row: 18, width: 12, height: 8}\n")
    assert "mine" in fake.queries[made["id"]]["tags"]
    queries = len(fake.queries)
    published("publish")
    assert len(fake.queries) == queries, "it is known again"
    assert "0 created, 0 changed in" in published("publish").out


BY_HAND = """\
-- title: Größte Kunden!
-- question: Größte Kunden!
-- grain: not said yet
-- refresh: 0

-- best: first
SELECT name, '{{ city }}' FROM customers LIMIT {{ limit }}
"""


def test_a_copy_of_ours_gets_a_key_of_its_own(published: Command, folder: Folder, fake: FakeRedash) -> None:
    copied = fake.fork_query(one(fake.queries, "Revenue")["id"])
    counter = next(v for v in copied["visualizations"] if v["type"] == "COUNTER")
    place(fake, counter["id"])
    published("pull")
    key = f"copy_of_{one(fake.queries, 'Revenue')['id']}_revenue"
    assert load(folder.root).queries.keys() == {"cities", "orders", "revenue", key}
    tags = fake.queries[copied["id"]]["tags"]
    assert f"bazaar:query:{key}" in tags
    assert "bazaar:query:revenue" not in tags


def test_what_a_file_can_not_say_stays_in_redash(published: Command, folder: Folder, fake: FakeRedash) -> None:
    moving = {"name": "day", "title": "Day", "type": "date-range", "value": "d_this_week"}
    body = {"query": "SELECT '{{ day.start }}'", "data_source_id": 1, "options": {"parameters": [moving]}}
    made = fake.new_query({"name": "By hand", **body})
    other = fake.new_query({"name": "Other", "query": "SELECT 1", "data_source_id": 7})
    for query in (made, other):
        place(fake, fake.query(query["id"])["visualizations"][0]["id"])
    before = folder.all()
    said = published("pull")
    assert "'By hand' has a parameter 'day' that parameters.yml can't say: left as it is\n" in said.err
    assert "'Other' asks another data source: left in Redash only\n" in said.err
    assert folder.all() == before


def test_what_is_archived_keeps_its_file(published: Command, folder: Folder, fake: FakeRedash) -> None:
    before = folder.all()
    fake.archive_dashboard(one(fake.dashboards, "Stock")["id"])
    said = published("pull")
    assert said.err == "dashboard stock was archived in Redash: its file stays as it is\n"
    assert folder.all() == before
