"""File now, Redash now, what was published last: what nobody has pulled is kept and named, whatever kind it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.redash.conftest import Command, Folder
from tests.redash.fake_redash import FakeRedash
from tests.redash.fake_state import Json
from tests.redash.test_publish import one, shown

SHOP = "dashboards/shop.yml"
NOTHING = "0 created, 0 changed in"
Edit = Callable[[FakeRedash], object]


@pytest.fixture
def published(command: Command, fake: FakeRedash) -> Command:
    assert command("publish").code == 0
    fake.calls.clear()
    return command


def widget(fake: FakeRedash, key: str) -> Json:
    return fake.widgets[shown(fake, "Shop today")[key]["id"]]


def query(**fields: object) -> Edit:
    return lambda fake: one(fake.queries, "Revenue").update(fields)


def parameter_value(fake: FakeRedash) -> None:
    """As the editor saves a query after another city was looked at."""
    one(fake.queries, "Revenue")["options"]["parameters"][0]["value"] = "London"


def untag(fake: FakeRedash) -> None:
    one(fake.queries, "Revenue")["tags"] = []


def chart(**fields: object) -> Edit:
    return lambda fake: one(fake.visualizations, "By hour").update(fields)


def chart_option(fake: FakeRedash) -> None:
    one(fake.visualizations, "By hour")["options"]["globalSeriesType"] = "area"


def board(**fields: object) -> Edit:
    return lambda fake: one(fake.dashboards, "Shop today").update(fields)


def text(fake: FakeRedash) -> None:
    widget(fake, "shop/1")["text"] = "## Mine"


def place(fake: FakeRedash) -> None:
    widget(fake, "shop/orders/table")["options"]["position"] |= {"sizeY": 9, "autoHeight": False}


def mapping(fake: FakeRedash) -> None:
    mappings = widget(fake, "shop/orders/table")["options"]["parameterMappings"]
    mappings["city"] |= {"type": "static-value", "value": "London"}


EDITS = {
    "query revenue (name)": query(name="Umsatz"),
    "query revenue (description)": query(description=""),
    "query revenue (query)": query(query="SELECT 1 AS revenue, '{{ city }}' AS target"),
    "query revenue (schedule)": query(schedule=None),
    "query revenue (is_draft)": query(is_draft=True),
    "query revenue (parameters)": parameter_value,
    "query revenue (tags)": untag,
    "visualization orders/by_hour (name)": chart(name="Hourly"),
    "visualization orders/by_hour (type)": chart(type="PIVOT"),
    "visualization orders/by_hour (options)": chart_option,
    "dashboard shop (name)": board(name="Heute"),
    "dashboard shop (is_draft)": board(is_draft=True),
    "dashboard shop (parameters)": board(options={"globalParamOrder": ["period", "city"]}),
    "dashboard shop (tags)": board(tags=["mine"]),
    "dashboard shop (layout)": place,
    "widget shop/1 (text)": text,
    "widget shop/orders/table (parameterMappings)": mapping,
}
FILE_CANT_SAY = ("is_draft", "parameters", "tags", "parameterMappings", "description")
each_edit = pytest.mark.parametrize(("what", "edit"), EDITS.items(), ids=EDITS)


def key_of(what: str) -> str:
    """'orders' of 'visualization orders/by_hour (name)'."""
    return what.split(" ")[1].split("/", maxsplit=1)[0]


@each_edit
def test_what_people_edit_stays_and_is_named(published: Command, fake: FakeRedash, what: str, edit: Edit) -> None:
    edit(fake)
    for _ in range(2):
        said = published("publish")
        assert said.code == 0
        assert f"kept as in Redash: {what}, edited there\n" in said.out
        assert "0 created, 0 changed, 1 kept in" in said.out
        assert f"make dashboards ARGS='--overwrite {key_of(what)}'" in said.out
        assert fake.writes == []


@each_edit
def test_unless_told_otherwise(published: Command, fake: FakeRedash, what: str, edit: Edit) -> None:
    edit(fake)
    assert "1 kept" in published("publish", "--overwrite", "cities").out
    said = published("publish", "--overwrite", key_of(what))
    assert "0 created, 1 changed in" in said.out
    fake.calls.clear()
    assert NOTHING in published("publish").out
    assert fake.writes == []


@each_edit
def test_pulled_it_is_no_longer_named(published: Command, fake: FakeRedash, what: str, edit: Edit) -> None:
    edit(fake)
    said = published("pull")
    if any(part in what for part in FILE_CANT_SAY):
        assert said.err == f"{what} was edited in Redash, and no file can say it: it stays there\n"
        assert "1 kept" in published("publish").out
    else:
        assert (said.err, "1 files changed" in said.out) == ("", True)
        fake.calls.clear()
        assert NOTHING in published("publish").out
        assert fake.writes == []


def test_what_was_pulled_can_be_edited_in_the_file(published: Command, folder: Folder, fake: FakeRedash) -> None:
    query(name="Umsatz")(fake)
    published("pull")
    folder.change("queries/revenue.sql", "title: Umsatz", "title: Turnover")
    assert "changed query revenue (name)\n0 created, 1 changed in" in published("publish").out


def test_each_side_keeps_what_only_it_edited(published: Command, folder: Folder, fake: FakeRedash) -> None:
    query(name="Umsatz")(fake)
    folder.change("queries/revenue.sql", "SELECT revenue,", "SELECT sum(revenue) AS revenue,")
    folder.change("parameters.yml", "default: Today", "default: Everything")
    said = published("publish")
    assert "changed query revenue (query)\n" in said.out
    assert "kept as in Redash: query revenue (name), edited there\n" in said.out
    assert one(fake.queries, "Umsatz")["query"].startswith("SELECT sum(revenue)")
    assert one(fake.queries, "Orders by hour")["options"]["parameters"][1]["value"] == "Everything"


@pytest.mark.parametrize(
    ("what", "edit", "name", "old", "new"),
    [
        ("query revenue (name)", query(name="Umsatz"), "queries/revenue.sql", "title: Revenue", "title: Sales"),
        ("visualization orders/by_hour (name)", chart(name="Hourly"), SHOP, "name: By hour", "name: Hours"),
        ("dashboard shop (name)", board(name="Heute"), SHOP, "title: Shop today", "title: Today"),
        ("dashboard shop (layout)", place, SHOP, "row: 10, width: 12, height: 8", "row: 10, width: 11, height: 8"),
        ("widget shop/1 (text)", text, SHOP, '"## Today"', '"## Now"'),
    ],
)
def test_edited_on_both_sides(
    published: Command, folder: Folder, fake: FakeRedash, what: str, edit: Edit, name: str, old: str, new: str
) -> None:
    edit(fake)
    folder.change(name, old, new)
    before = folder.all()
    said = published("publish")
    assert f"kept as in Redash: {what}, edited there, and so was its file\n" in said.out
    assert f"make dashboards-pull ARGS='--overwrite {key_of(what)}'" in said.out
    assert fake.writes == []
    said = published("pull")
    assert f"{what} was edited in Redash, and so was its file, which stays as it is" in said.err
    assert (folder.all(), fake.writes) == (before, [])
    assert "1 files changed" in published("pull", "--overwrite", key_of(what)).out
    assert NOTHING in published("publish").out


def test_the_files_word_on_both_sides(published: Command, folder: Folder, fake: FakeRedash) -> None:
    query(name="Umsatz")(fake)
    folder.change("queries/revenue.sql", "title: Revenue", "title: Sales")
    assert "changed query revenue (name)\n0 created, 1 changed in" in published("publish", "--overwrite").out
    assert one(fake.queries, "Sales")


def test_edits_not_yet_published_survive_a_pull(published: Command, folder: Folder, fake: FakeRedash) -> None:
    query(name="Umsatz")(fake)
    folder.change("queries/revenue.sql", "How much was sold?", "How much did it sell?")
    folder.change("queries/orders.sql", "title: Orders by hour", "title: Orders an hour")
    folder.change(SHOP, "title: Shop today", "title: Today")
    folder.change(SHOP, "row: 10, width: 12, height: 8}\n", "row: 10, width: 12, height: 8}\n" + NEW_TEXT)
    assert published("pull").out == "wrote {}\n1 files changed\n".format(folder.path("queries/revenue.sql"))
    assert "title: Umsatz\n-- question: How much did it sell?" in folder.read("queries/revenue.sql")
    assert "1 created, 3 changed in" in published("publish").out
    assert shown(fake, "Today")["shop/2"]["text"] == "New"


NEW_TEXT = "  - text: New\n    at: {col: 0, row: 18, width: 12, height: 2}\n"


def test_a_moved_widget_keeps_the_layout_together(published: Command, folder: Folder, fake: FakeRedash) -> None:
    """Half of one layout and half of another would overlap."""
    place(fake)
    folder.change(SHOP, "row: 2, width: 4, height: 8", "row: 2, width: 4, height: 7")
    assert "dashboard shop (layout), edited there, and so was its file\n" in published("publish").out
    assert fake.writes == []


@pytest.mark.parametrize("how", ["widget", "visualization"])
def test_a_deleted_widget_stays_deleted_until_asked_for(published: Command, fake: FakeRedash, how: str) -> None:
    found = shown(fake, "Shop today")["shop/orders/by_hour"]
    if how == "widget":
        fake.delete_widget(found["id"])
    else:
        fake.delete_visualization(found["visualization"]["id"])
    for _ in range(2):
        said = published("publish")
        assert "kept as in Redash: widget shop/orders/by_hour, deleted there\n" in said.out
        assert fake.writes == []
    assert f"{1 if how == 'widget' else 2} created, 0 changed in" in published("publish", "--overwrite", "shop").out
    assert "shop/orders/by_hour" in shown(fake, "Shop today")
    assert NOTHING in published("publish").out


def test_a_deleted_text_that_was_pulled_and_comes_back_is_made(
    published: Command, folder: Folder, fake: FakeRedash
) -> None:
    fake.delete_widget(shown(fake, "Shop today")["shop/orders/table"]["id"])
    before = folder.read(SHOP)
    published("pull")
    assert NOTHING in published("publish").out
    folder.write(SHOP, before)
    assert "1 created, 0 changed in" in published("publish").out


def test_a_text_that_left_its_file_goes_unless_it_was_rewritten(
    published: Command, folder: Folder, fake: FakeRedash
) -> None:
    folder.write(SHOP, folder.read(SHOP) + NEW_TEXT)
    published("publish")
    widget(fake, "shop/2")["text"] = "Mine"
    folder.write(SHOP, folder.read(SHOP).removesuffix(NEW_TEXT))
    assert "widget shop/2, edited there, and gone from its file\n" in published("publish").out
    published("pull", "--overwrite", "shop")
    assert "  - text: Mine\n" in folder.read(SHOP)
    assert NOTHING in published("publish").out


def test_an_archived_query_stays_so(published: Command, folder: Folder, fake: FakeRedash) -> None:
    fake.archive_query(one(fake.queries, "Revenue")["id"])
    before = folder.all()
    for _ in range(2):
        said = published("publish")
        assert "kept as in Redash: query revenue, archived there\n0 created, 0 changed, 1 kept in" in said.out
        assert said.err.startswith("2 of 2 queries run")
    assert published("pull").err == "query revenue was archived in Redash: its file stays as it is\n"
    assert (folder.all(), fake.writes, len(fake.queries)) == (before, [], 3)
    said = published("publish", "--overwrite", "revenue")
    assert "created 1 × query\ncreated 1 × widget\n2 created, 0 changed in" in said.out
    assert not one(fake.queries, "Revenue")["is_archived"]
    assert one(fake.queries, "Revenue")["schedule"]["interval"] == 300
    assert NOTHING in published("publish").out


def test_an_archived_list_still_fills_parameters(published: Command, fake: FakeRedash) -> None:
    fake.archive_query(one(fake.queries, "Cities")["id"])
    assert "0 created, 0 changed, 1 kept in" in published("publish").out
    assert (published("publish").code, len(fake.queries)) == (0, 3)


def test_an_archived_dashboard_stays_so(published: Command, fake: FakeRedash) -> None:
    fake.archive_dashboard(one(fake.dashboards, "Stock")["id"])
    for _ in range(2):
        assert "kept as in Redash: dashboard stock, archived there\n" in published("publish").out
    assert (fake.writes, len(fake.dashboards)) == ([], 2)
    assert "created 1 × dashboard\n1 created, 0 changed in" in published("publish", "--overwrite", "stock").out
    assert not one(fake.dashboards, "Stock")["is_archived"]
    assert NOTHING in published("publish").out


def test_what_was_pruned_comes_back_with_its_file(published: Command, folder: Folder, fake: FakeRedash) -> None:
    files = {name: folder.read(name) for name in ("dashboards/stock.yml", "queries/orders.sql", SHOP)}
    folder.path("dashboards/stock.yml").unlink()
    folder.path("queries/orders.sql").unlink()
    folder.write(SHOP, files[SHOP][: files[SHOP].index("  - query: orders")])
    assert "removed dashboard stock\n" in published("publish", "--prune").out
    for name, text in files.items():
        folder.write(name, text)
    assert "kept" not in published("publish").out
    assert (len(fake.queries), len(fake.dashboards)) == (3, 2)
    assert not one(fake.queries, "Orders by hour")["is_archived"]
    assert shown(fake, "Shop today").keys() >= {"shop/orders/by_hour", "shop/orders/table"}
    assert shown(fake, "Stock").keys() == {"stock/orders/pie"}
    assert NOTHING in published("publish").out


def test_the_editor_of_pivot_tables_loses_marks(published: Command, fake: FakeRedash) -> None:
    """It saves the options that it knows and no others."""
    options = one(fake.visualizations, "By hour")["options"]
    one(fake.visualizations, "By hour")["options"] = {"globalSeriesType": "area", "sorters": {}}
    said = published("publish")
    assert "kept as in Redash: visualization orders/by_hour (options)" in said.out
    assert (said.code, "0 created, 0 changed, 1 kept" in said.out) == (0, True)
    published("publish", "--overwrite", "orders")
    assert one(fake.visualizations, "By hour")["options"] == options


def test_a_query_edited_there_is_not_run_as_its_file_has_it(published: Command, fake: FakeRedash) -> None:
    """With the file's parameters it would fail, again and again."""
    query(query="SELECT '{{ mine }}'")(fake)
    said = published("publish")
    assert (said.code, said.err.split(" in ")[0]) == (0, "2 of 2 queries run")


def forget(fake: FakeRedash) -> None:
    """As an older publisher left it."""
    for thing in (*fake.queries.values(), *fake.visualizations.values(), *fake.widgets.values()):
        thing["options"].pop("bazaarPublished", None)
    for each in fake.dashboards.values():
        each["layout"] = []


def test_an_older_publishing_is_remembered_from_now_on(published: Command, folder: Folder, fake: FakeRedash) -> None:
    forget(fake)
    assert NOTHING in published("publish").out
    fake.calls.clear()
    published("publish")
    assert fake.writes == []
    folder.change("queries/revenue.sql", "title: Revenue", "title: Sales")
    assert "0 created, 1 changed in" in published("publish").out


def test_nobody_knows_who_edited_after_an_older_publishing(published: Command, fake: FakeRedash) -> None:
    forget(fake)
    query(name="Umsatz")(fake)
    fake.delete_widget(shown(fake, "Shop today")["shop/orders/table"]["id"])
    said = published("publish")
    assert "query revenue (name), differs from its file, and nothing says which was edited\n" in said.out
    assert "widget shop/orders/table, deleted there\n" in said.out
    said = published("pull")
    assert "2 files changed" in said.out
    assert NOTHING in published("publish").out


@pytest.mark.parametrize(
    ("value", "outcome"),
    [
        ("", "1 kept"),
        ("none", "1 kept"),
        ("no", "1 kept"),
        ("shop, cities", "1 kept"),
        ("revenue", "1 changed in"),
        ("all", "1 changed in"),
    ],
)
def test_the_variable_says_what_the_option_says(
    published: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch, value: str, outcome: str
) -> None:
    query(name="Umsatz")(fake)
    monkeypatch.setenv("REDASH_OVERWRITE", value)
    assert outcome in published("publish").out


def test_a_name_that_is_none_is_refused(
    published: Command, folder: Folder, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch
) -> None:
    query(name="Umsatz")(fake)
    monkeypatch.chdir(folder.root.parent)
    told = "there is neither redash/queries/revenu.sql nor redash/dashboards/revenu.yml for 'revenu'"
    for name in ("publish", "pull"):
        said = published(name, "--overwrite", "revenu")
        assert (said.code, said.err) == (2, f"--overwrite: {told}\n")
    monkeypatch.setenv("REDASH_OVERWRITE", "revenu")
    said = published("publish")
    assert (said.code, said.err) == (2, f"REDASH_OVERWRITE: {told}\n")
    assert fake.writes == []


def test_files_are_named_as_one_would_write_them(
    published: Command, folder: Folder, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch
) -> None:
    query(name="Umsatz")(fake)
    monkeypatch.chdir(folder.root.parent)
    assert published("pull").out == "wrote redash/queries/revenue.sql\n1 files changed\n"


def test_killed_at_any_moment_it_is_finished_by_the_next(command: Command, folder: Folder, fake: FakeRedash) -> None:
    command("publish")
    writes = len(fake.writes)
    assert writes > 20
    for survived in range(writes):
        broken = FakeRedash()
        try:
            broken.writes_left = survived
            assert command("publish", "--url", broken.url).code == 1
            broken.writes_left = None
            said = command("publish", "--url", broken.url)
            assert (said.code, "kept" in said.out) == (0, False), survived
            assert meaning(broken) == meaning(fake), survived
            broken.calls.clear()
            assert NOTHING in command("publish", "--url", broken.url).out
            assert broken.writes == []
        finally:
            broken.close()


def meaning(fake: FakeRedash) -> object:
    """What is there, without the numbers that Redash gave it."""
    queries = sorted((q["name"], q["is_draft"], str(q["schedule"]), q["query"]) for q in fake.queries.values())
    boards = sorted((d["name"], d["is_draft"], d["layout"][0]["widgets"]) for d in fake.dashboards.values())
    charts = sorted((v["name"], v["type"]) for v in fake.visualizations.values())
    return queries, boards, charts, {d["name"]: sorted(shown(fake, d["name"])) for d in fake.dashboards.values()}


def test_a_parameter_that_came_with_new_sql_is_brought_too(
    published: Command, folder: Folder, fake: FakeRedash
) -> None:
    limit = {"name": "limit", "title": "Limit", "type": "number", "value": 10}
    found = one(fake.queries, "Revenue")
    found["query"] += " LIMIT {{ limit }}"
    found["options"]["parameters"].append(limit)
    said = published("pull")
    assert (said.err, "2 files changed" in said.out) == ("", True)
    assert "limit: {title: Limit, type: number, default: 10}\n" in folder.read("parameters.yml")
    assert "kept" not in published("publish").out
    assert found["options"]["parameters"][1] == limit
