"""Publishing: everything once, then only what differs, and never what people made by hand."""

from __future__ import annotations

import pytest

from tests.redash.conftest import Command, Folder
from tests.redash.fake_redash import FakeRedash
from tests.redash.fake_state import SCHEDULE_KEYS, Json


def one(things: dict[int, Json], name: str) -> Json:
    (found,) = [thing for thing in things.values() if thing["name"] == name]
    return found


def shown(fake: FakeRedash, dashboard: str) -> dict[str, Json]:
    """A dashboard's widgets by key."""
    widgets = fake.dashboard(one(fake.dashboards, dashboard)["id"])["widgets"]
    return {widget["options"].get("bazaarKey", f"by hand {widget['id']}"): widget for widget in widgets}


@pytest.fixture
def published(command: Command, fake: FakeRedash) -> Command:
    said = command("publish")
    assert said.code == 0, said.err
    fake.calls.clear()
    return command


def test_an_empty_redash_is_filled(command: Command, fake: FakeRedash) -> None:
    said = command("publish")
    assert said.code == 0
    assert said.err.startswith("3 of 3 queries run in ")
    assert "15 created, 0 changed in" in said.out  # 1 source, 3 queries, 4 visualizations, 2 dashboards, 5 widgets
    assert next(iter(fake.queries.values()))["name"] == "Cities", "a list comes before who needs its id"
    assert not [thing for thing in (*fake.queries.values(), *fake.dashboards.values()) if thing["is_draft"]]
    orders = one(fake.queries, "Orders by hour")
    assert orders["description"] == "How many orders are placed in each hour?"
    assert orders["query"].startswith("-- only what the clock has reached\nSELECT hour")
    assert orders["options"]["parameters"] == [
        {"name": "city", "type": "query", "title": "City", "value": "All cities", "queryId": 1},
        {"name": "period", "type": "enum", "title": "Period", "value": "Today", "enumOptions": "Today\nEverything"},
    ]


def test_schedules_stand_the_scheduler(published: Command, fake: FakeRedash) -> None:
    fake.run_scheduler()
    schedules = {query["name"]: query["schedule"] for query in fake.queries.values()}
    assert schedules["Cities"] is None
    assert schedules["Orders by hour"].keys() == SCHEDULE_KEYS
    assert {name: each["interval"] for name, each in schedules.items() if each} == {
        "Orders by hour": 60,
        "Revenue": 300,
    }


def test_a_disabled_schedule_is_mended(published: Command, fake: FakeRedash) -> None:
    one(fake.queries, "Revenue")["schedule"] = {"interval": 300}
    fake.run_scheduler()
    assert "0 created, 1 changed" in published("publish").out
    assert one(fake.queries, "Revenue")["schedule"].get("disabled") is None


def test_the_default_table_becomes_ours(published: Command, fake: FakeRedash) -> None:
    orders = one(fake.queries, "Orders by hour")["id"]
    keys = [v["options"].get("bazaarKey") for v in fake.visualizations.values() if v["query_id"] == orders]
    assert sorted(map(str, keys)) == ["by_hour", "pie", "table"]


def test_widgets_have_places_and_parameters(published: Command, fake: FakeRedash) -> None:
    widgets = shown(fake, "Shop today")
    assert widgets.keys() == {"shop/1", "shop/revenue/counter", "shop/orders/by_hour", "shop/orders/table"}
    chart = widgets["shop/orders/by_hour"]["options"]
    assert chart["position"] == {"col": 4, "row": 2, "sizeX": 8, "sizeY": 8, "autoHeight": False}
    assert chart["parameterMappings"]["city"]["type"] == "dashboard-level"
    assert chart["parameterMappings"]["period"]["type"] == "static-value"
    assert chart["parameterMappings"]["period"]["value"] == "Today"
    assert one(fake.dashboards, "Stock")["options"]["globalParamOrder"] == ["period", "city"]


def test_the_first_dashboard_is_the_newest_and_a_favourite(published: Command, fake: FakeRedash) -> None:
    assert [dashboard["name"] for dashboard in fake.dashboards.values()] == ["Stock", "Shop today"]
    assert fake.favorites == [1, 2]


@pytest.mark.parametrize(
    ("version", "title"),
    [
        ("25.8.0", {"text": "Orders"}),
        ("26.3.0", {"text": {"text": "Orders"}}),
        ("26.06.0-dev", {"text": "Orders"}),
    ],
)
def test_axis_titles_have_the_form_of_the_version(
    command: Command, fake: FakeRedash, version: str, title: object
) -> None:
    fake.version = version
    command("publish")
    assert one(fake.visualizations, "By hour")["options"]["yAxis"] == [{"title": title}]
    assert "0 created, 0 changed" in command("publish").out


def test_a_new_version_gets_new_titles(published: Command, fake: FakeRedash) -> None:
    fake.version = "26.3.0"
    assert "visualization orders/by_hour (options)" in published("publish").out


def test_a_second_run_sends_nothing(published: Command, fake: FakeRedash) -> None:
    said = published("publish")
    assert "0 created, 0 changed in" in said.out
    assert fake.writes == []


@pytest.mark.parametrize(
    ("name", "old", "new", "changed"),
    [
        ("queries/revenue.sql", "How much was sold?", "How much did it sell?", "query revenue (description)"),
        ("queries/revenue.sql", "title: Revenue", "title: Sales", "query revenue (name)"),
        ("queries/revenue.sql", "refresh: 300", "refresh: 86400 at 00:15", "query revenue (schedule)"),
        ("queries/revenue.sql", "SELECT revenue,", "SELECT sum(revenue) AS revenue,", "query revenue (query)"),
        ("dashboards/shop.yml", "name: By hour", "name: Hourly", "visualization orders/by_hour (name)"),
        ("dashboards/shop.yml", 'stringPrefix: "€ "', "stringDecimal: 2", "visualization revenue/counter (options)"),
        ("dashboards/shop.yml", "title: Shop today", "title: Today", "dashboard shop (name)"),
        ("dashboards/shop.yml", '"## Today"', '"## Now"', "widget shop/1 (text)"),
        ("dashboards/shop.yml", "width: 12, height: 2}", "width: 12, height: 2 }", ""),
        ("dashboards/stock.yml", "width: 6", "width: 7", "widget stock/orders/pie (position)"),
    ],
)
def test_only_what_differs_is_sent(
    published: Command, folder: Folder, fake: FakeRedash, name: str, old: str, new: str, changed: str
) -> None:
    folder.change(name, old, new)
    said = published("publish")
    assert len(fake.writes) == bool(changed)
    assert f"0 created, {int(bool(changed))} changed" in said.out
    assert not changed or f"changed {changed}\n" in said.out
    fake.calls.clear()
    published("publish")
    assert fake.writes == []


def test_a_changed_default_reaches_queries_and_widgets(published: Command, folder: Folder, fake: FakeRedash) -> None:
    folder.change("parameters.yml", "default: Today", "default: Everything")
    published("publish")
    assert one(fake.queries, "Orders by hour")["options"]["parameters"][1]["value"] == "Everything"
    assert (
        shown(fake, "Shop today")["shop/orders/table"]["options"]["parameterMappings"]["period"]["value"]
        == "Everything"
    )


def test_what_was_renamed_in_redash_is_still_known(published: Command, fake: FakeRedash) -> None:
    one(fake.queries, "Revenue")["name"] = "Umsatz"
    one(fake.dashboards, "Stock")["name"] = "Lager"
    one(fake.visualizations, "By hour")["name"] = "Stündlich"
    assert "0 created, 0 changed, 3 kept in" in published("publish").out
    assert one(fake.queries, "Umsatz")
    assert (len(fake.queries), len(fake.dashboards)) == (3, 2)


def test_things_of_the_same_name_are_not_ours(published: Command, fake: FakeRedash) -> None:
    made = fake.new_query({"name": "Revenue", "query": "SELECT 1", "data_source_id": 1, "tags": ["mine"]})
    fake.new_dashboard({"name": "Stock"})
    fake.new_widget({"dashboard_id": 2, "visualization_id": None, "text": "by hand", "options": {}})
    fake.new_visualization({"query_id": 1, "type": "TABLE", "name": "Table", "options": {"itemsPerPage": 5}})
    assert "0 created, 0 changed in" in published("publish", "--prune").out
    assert fake.writes == []
    assert fake.query(made["id"])["query"] == "SELECT 1"


def test_copies_of_ours_are_not_ours(published: Command, folder: Folder, fake: FakeRedash) -> None:
    copied = fake.fork_query(one(fake.queries, "Revenue")["id"])
    board = fake.fork_dashboard(one(fake.dashboards, "Stock")["id"])
    folder.path("dashboards/stock.yml").unlink()
    folder.change("dashboards/shop.yml", "query: revenue", "query: orders")
    folder.path("queries/revenue.sql").unlink()
    assert published("publish", "--prune").code == 0
    assert not fake.queries[copied["id"]]["is_archived"]
    assert not fake.dashboards[board["id"]]["is_archived"]
    assert len(fake.dashboard(board["id"])["widgets"]) == 0, "it showed a chart that left the files"
    assert one(fake.queries, "Revenue")["is_archived"]


def test_tags_and_options_of_people_stay(published: Command, folder: Folder, fake: FakeRedash) -> None:
    query = one(fake.queries, "Revenue")
    query["tags"].append("finance")
    query["options"]["apply_auto_limit"] = True
    folder.change("queries/revenue.sql", "title: Revenue", "title: Sales")
    published("publish")
    assert "finance" in query["tags"]
    assert query["options"]["apply_auto_limit"] is True


def test_what_left_the_files_stays_until_it_is_pruned(published: Command, folder: Folder, fake: FakeRedash) -> None:
    folder.path("dashboards/stock.yml").unlink()
    said = published("publish")
    assert "0 created, 0 changed in" in said.out
    assert fake.writes == []
    said = published("publish", "--prune")
    assert "removed dashboard stock\n" in said.out
    assert "removed visualization orders/pie\n" in said.out
    assert one(fake.dashboards, "Stock")["is_archived"]
    assert "0 created, 0 changed in" in published("publish", "--prune").out


def test_a_widget_that_left_its_file_leaves_the_dashboard(published: Command, folder: Folder, fake: FakeRedash) -> None:
    text = folder.read("dashboards/shop.yml")
    folder.write("dashboards/shop.yml", text[: text.rindex("  - query: orders")])
    assert "removed widget shop/orders/table\n" in published("publish").out
    assert "shop/orders/table" not in shown(fake, "Shop today")


def test_another_visualization_in_its_place_makes_another_widget(
    published: Command, folder: Folder, fake: FakeRedash
) -> None:
    before = shown(fake, "Shop today")["shop/orders/by_hour"]
    fake.delete_visualization(before["visualization"]["id"])
    assert "2 created, 0 changed" in published("publish", "--overwrite", "shop").out
    assert shown(fake, "Shop today")["shop/orders/by_hour"]["id"] != before["id"]


def test_a_widget_that_shows_something_else_is_made_anew(published: Command, fake: FakeRedash) -> None:
    before = shown(fake, "Shop today")["shop/orders/by_hour"]
    fake.widgets[before["id"]]["visualization_id"] = 1
    assert "changed widget shop/orders/by_hour (visualization)\n" in published("publish").out
    after = shown(fake, "Shop today")["shop/orders/by_hour"]
    assert after["id"] != before["id"]
    assert after["visualization"]["name"] == "By hour"


def test_options_that_the_editor_spelled_out_are_no_change(published: Command, fake: FakeRedash) -> None:
    chart = one(fake.visualizations, "By hour")["options"]
    chart["yAxis"] = [{"type": "linear", **chart["yAxis"][0]}, {"type": "linear", "opposite": True}]
    chart |= {"showDataLabels": False, "legend": {"enabled": True, "placement": "auto", "traceorder": "normal"}}
    counter = one(fake.visualizations, "Counter")["options"]
    counter |= {"rowNumber": 1, "targetRowNumber": 1, "counterLabel": "", "tooltipFormat": "0,0.000"}
    assert "0 created, 0 changed in" in published("publish").out


def test_more_than_a_page_of_queries(command: Command, folder: Folder, fake: FakeRedash) -> None:
    for number in range(250):
        folder.write(f"queries/more_{number}.sql", REVENUE_LIKE.format(number))
    command("publish", "--no-prerun")
    assert len(fake.queries) == 253
    fake.calls.clear()
    assert "0 created, 0 changed in" in command("publish", "--no-prerun").out
    assert fake.writes == []


REVENUE_LIKE = "-- title: More {0}\n-- question: What?\n-- grain: one row\nSELECT {0}\n"
