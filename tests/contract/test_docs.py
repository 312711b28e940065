"""What the papers say is so: commands, options, links, parameter tables, and the SQL that a newcomer tries first."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import Connection

from sim.cli.main import app
from sim.clock.pacer import Speed
from sim.run.start import run_shop
from sim.scenario import Scenario, load_scenario, scenario_names
from sim.scenario.incidents import KINDS
from sim.scenario.parameter import Section
from sim.settings import DEFAULTS, VARIABLES, Settings
from tests.contract.conftest import engine_of
from tests.databases import new_database
from tools import model_page

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODEL = model_page.PAGE.read_text(encoding="utf-8")
PAPERS = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
COMMANDS = [
    ROOT / name
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "docs/events.md",
        "docs/export.md",
        "docs/operations.md",
        "docs/scenarios.md",
    )
]
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)\s]*)\)")
EXAMPLE = re.compile(r"```sql\n(?P<sql>.*?)```\n\n```text\n(?P<header>[^\n]*)\n", re.DOTALL)
EXAMPLES = [(found["sql"], [name.strip() for name in found["header"].split("|")]) for found in EXAMPLE.finditer(README)]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def options_by_command() -> dict[str, set[str]]:
    """What `python -m sim COMMAND --help` lists."""
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {
        name: {
            option
            for each in (command, *getattr(command, "commands", {}).values())
            for given in each.params
            for option in given.opts
        }
        for name, command in commands.items()
    }


def anchors_of(path: Path) -> set[str]:
    """The anchors that a page has: those given, and those of its headings as GitHub makes them."""
    words = FENCE.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)$", words, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="([\w-]+)">', words))


def broken_links(path: Path) -> list[str]:
    words = FENCE.sub("", path.read_text(encoding="utf-8"))
    broken = []
    for link in LINK.findall(words):
        target, _, anchor = link.partition("#")
        file = path.parent / target if target else path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors_of(file)):
            broken.append(link)
    return broken


@pytest.mark.parametrize("path", PAPERS, ids=name_of)
def test_links_lead_somewhere(path: Path):
    assert broken_links(path) == []


def test_a_broken_link_would_be_found(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading, here\n[a](#a-heading-here) [b](page.md#nowhere) [c](gone.md) [d](https://example.org)\n"
    )
    assert broken_links(page) == ["page.md#nowhere", "gone.md"]


@pytest.mark.parametrize("path", COMMANDS, ids=name_of)
def test_make_targets_named_are_there(path: Path):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    words = path.read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^ {4}|&& )(?:[A-Z_]+=\S+ )*make ([a-z][a-z-]*)", words, re.MULTILINE))
    assert named
    assert named <= targets


@pytest.mark.parametrize("path", [*COMMANDS, ROOT / "docs" / "messy-data.md"], ids=name_of)
def test_commands_and_options_named_are_there(path: Path):
    words, options = path.read_text(encoding="utf-8"), options_by_command()
    assert set(re.findall(r"python -m sim ([a-z]+)", words)) <= options.keys()
    ours = re.sub(r"docker compose (--?\S+ )*\w+( --?\S+)*", "", words)  # Compose has options of its own
    ours = re.sub(r"make dashboards ARGS=\S+", "", ours)  # and so has the publisher
    assert set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", ours)) <= set().union(*options.values())


def test_the_settings_table_has_every_option_with_its_variable_and_default():
    rows = dict(re.findall(r"^\| `(--[a-z-]+)` \| (.*) \|$", README, re.MULTILINE))
    assert set(rows) == options_by_command()["run"]
    for setting, variable in VARIABLES.items():
        cells = rows[f"--{setting.replace('_', '-')}"].split(" | ")
        assert cells[0] == f"`{variable}`"
        assert cells[1] == (f"`{DEFAULTS[setting]}`" if setting in DEFAULTS else "embedded")
    made_only = {option for option, cells in rows.items() if "make only" in cells}
    assert made_only == {"--start", "--for", "--no-catch-up", "--processes"}


def test_the_page_of_scenarios_has_every_scenario_and_every_kind_of_incident():
    page = (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8")
    tables = [re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) for table in page.split("\n|---")]
    assert [sorted(names) for names in tables[1:3]] == [sorted(scenario_names())] * 2
    assert tables[3] == list(KINDS)
    assert re.findall(r"^- \*\*(\w+)\.\*\*", page, re.MULTILINE) == list(KINDS)


def test_the_scenarios_table_has_every_scenario():
    table = README.split("## Scenarios")[1].split("Your own")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == sorted(scenario_names())


@pytest.mark.parametrize("page", ["README.md", "docs/model.md", "docs/scenarios.md"])
def test_example_scenarios_are_understood(page: str, tmp_path: Path):
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for number, block in enumerate(blocks):
        file = tmp_path / f"example{number}.yaml"
        file.write_text(block, encoding="utf-8")
        assert load_scenario(str(file))[1].digest() != Scenario().digest()


# --- parameters ------------------------------------------------------------------------------------------------------


def test_the_parameter_tables_are_fresh():
    assert model_page.main(["--check"]) == 0, "run `make schema`"


def test_a_stale_page_is_noticed_and_mended(monkeypatch, tmp_path: Path, capsys):
    page = tmp_path / "model.md"
    page.write_text(MODEL.replace("| `funnel.bounce` |", "| `funnel.bounced` |"), encoding="utf-8")
    monkeypatch.setattr(model_page, "PAGE", page)
    assert model_page.main(["--check"]) == 1
    assert "stale" in capsys.readouterr().err
    assert model_page.main([]) == 0
    assert page.read_text(encoding="utf-8") == model_page.page(MODEL)


def test_every_section_has_its_table():
    sections = set(Scenario.model_fields) - {"description"}
    assert re.findall(r"<!-- parameters: (\w+) -->", MODEL)
    assert set(re.findall(r"<!-- parameters: (\w+) -->", MODEL)) == sections


def every_parameter() -> dict[str, dict[str, object]]:
    """All declared parameters, those of tables in tables too, by `Section.name`."""
    return {
        f"{owner}.{name}": spec
        for owner, definition in Scenario.model_json_schema()["$defs"].items()
        for name, spec in definition["properties"].items()
    }


@pytest.mark.parametrize("name", sorted(every_parameter()))
def test_every_parameter_has_description_unit_and_a_known_source(name: str):
    spec = every_parameter()[name]
    assert spec["description"]
    assert spec["unit"]
    assert spec["source"] in {*model_page.UNPUBLISHED, *model_page.published()}


def test_an_unknown_source_is_refused():
    rumour = {"default": 1, "unit": "h", "description": "a time", "source": "a rumour", "type": "integer"}
    schema = {"properties": {"x": {"$ref": "#/$defs/X"}}, "$defs": {"X": {"properties": {"p": rumour}}}}
    with pytest.raises(model_page.StaleSource, match="a rumour"):
        list(model_page.section(schema, "x", model_page.published()))


def test_parameters_named_in_the_prose_exist():
    sections = {name: type(section).model_fields for name, section in Scenario() if isinstance(section, Section)}
    prose = MODEL.split("## Parameters")[0]
    named = [(section, name) for section, name in re.findall(r"`(\w+)\.(\w+)`", prose) if section in sections]
    assert len(named) > 60
    assert [f"{section}.{name}" for section, name in named if name not in sections[section]] == []


# --- SQL -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tiny_shop(postgres_url: str) -> Iterator[Connection]:
    """Eighteen hours of a very small shop."""
    start = datetime(2026, 1, 5, tzinfo=UTC)
    settings = Settings(
        speed=Speed.parse("max"), seed=1, scenario="baseline", market="international", scale=0.02, history=timedelta(0),
        start=start, duration=timedelta(hours=18), catch_up=True, given=frozenset({"start"}),
    )  # fmt: skip
    with new_database(postgres_url) as url:
        run_shop(settings, url, lambda _: None, threading.Event())
        shop = engine_of(url)
        with shop.connect() as connection:
            yield connection
        shop.dispose()


def test_every_sql_example_has_its_answer():
    assert len(EXAMPLES) == README.count("```sql\n") >= 8


@pytest.mark.parametrize(("sql", "columns"), EXAMPLES, ids=[re.sub(r"\W+", "-", sql[:40]) for sql, _ in EXAMPLES])
def test_sql_examples_run_and_have_the_columns_shown(tiny_shop: Connection, sql: str, columns: list[str]):
    answer = tiny_shop.exec_driver_sql(sql, execution_options={"no_parameters": True})
    assert list(answer.keys()) == columns
    answer.close()
    tiny_shop.rollback()


def test_the_first_answer_counts_orders(tiny_shop: Connection):
    row = tiny_shop.exec_driver_sql(EXAMPLES[0][0]).mappings().one()
    assert row["sim_now"] == datetime(2026, 1, 5, 18, tzinfo=UTC)
    assert row["orders"] > 0
    tiny_shop.rollback()


def test_the_tables_at_a_glance_are_all_there_are(tiny_shop: Connection):
    glance = README.split("## What you get")[1].split("Third normal form")[0]
    named = set(re.findall(r"`(\w+)`", glance))
    there = tiny_shop.exec_driver_sql(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')"
    )
    assert named == set(there.scalars())
    tiny_shop.rollback()
