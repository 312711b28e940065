"""The newcomer's page of CONTRIBUTING: it is short, all that it names is there, and an order goes the way it says."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

import pytest

from sim.clock.units import DAY_US
from sim.facts import ShelfOpened
from sim.journal.journal import Journal
from sim.processes.arrivals import ArrivalMix, begin_session
from sim.sinks.memory import MemorySink
from tests.processes.world import DAY_S, HOUR_S, Tiny, scenario

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
PAGE = re.search(r"^## Where things live\n(.*?)^## ", GUIDE, re.DOTALL | re.MULTILINE)
ONE_SCREEN = 45  # lines
FIRST_OF_THE_DATABASE = "sim/run/pacing/runner.py"  # from here on the walk needs one
NOT_CALLED = {"Order", "OrderPlaced"}  # classes whose constructors are not written by hand


class Named(NamedTuple):
    """A name that the page says stands in a file."""

    path: str
    name: str


def page() -> str:
    assert PAGE, "the page is gone"
    return PAGE[1]


def walk(text: str) -> list[Named]:
    """What the numbered steps name, in their order: names come after the file in which they stand."""
    named, path = [], ""
    for step in re.findall(r"^\d+\. .*?(?=^\d+\. |\Z)", text, re.DOTALL | re.MULTILINE):
        for word in re.findall(r"`([^`]+)`", step):
            if "/" in word:
                path = word
            else:
                named.append(Named(path, word))
    return named


def defined_in(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def rooms(text: str) -> Iterator[str]:
    """The folders and files of the table at the beginning, by their lines' first columns."""
    for line in text.strip("\n").split("\n\n")[0].splitlines():
        yield from re.split(r" {2,}", line.strip())[0].split()


def test_the_page_is_one_screen():
    assert len(page().splitlines()) <= ONE_SCREEN


def test_every_room_is_there_and_none_is_left_out():
    named = list(rooms(page()))
    assert [name for name in named if not (ROOT / name).exists()] == []
    own = {"sim/cli", "sim/clock", "sim/embedded", "sim/export", "sim/scenarios"}  # around the shop, or named within
    folders = {f"sim/{path.parent.name}" for path in ROOT.glob("sim/*/*.*") if path.suffix in {".py", ".yaml"}}
    assert folders - set(named) == own
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert packages - set(named) <= {"sim", "tests", "benchmarks", "tools"}


@pytest.mark.parametrize("named", walk(page()), ids=lambda named: f"{named.path}:{named.name}")
def test_what_the_walk_names_stands_in_that_file(named: Named):
    assert named.name in defined_in(ROOT / named.path)


def test_a_name_that_is_gone_would_be_found():
    (gone,) = walk("1. `sim/shop/order.py`: `Basket` is what they called it.\n")
    assert gone.name not in defined_in(ROOT / gone.path)


def test_an_order_goes_the_way_that_the_page_says():
    """One order from its visit to its review, in memory; what the page names is called, and first in that order."""
    told = walk(page())
    before_the_database = told[: [named.path for named in told].index(FIRST_OF_THE_DATABASE)]
    expected = [named for named in before_the_database if named.name not in NOT_CALLED]
    wanted, called = set(expected), dict[Named, None]()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            path = frame.f_code.co_filename.removeprefix(f"{ROOT}/")
            if (named := Named(path, frame.f_code.co_name)) in wanted:
                called.setdefault(named)

    sink = MemorySink()
    journal, tiny = Journal(sink), Tiny(scenario(review={"write": 1.0}))
    tiny.courier(until_s=30 * DAY_S)
    warehouse, facts = tiny.warehouse, tiny.facts
    for shelf in warehouse.shelves.values():
        facts.append(ShelfOpened(warehouse.warehouse_id, shelf.product_id, shelf.reorder_point, shelf.order_up_to))
    tiny.at(9 * HOUR_S, lambda: begin_session(tiny.world, tiny.region, ArrivalMix(tiny.world.scenario)))
    sys.setprofile(note)
    try:
        tiny.run(20 * DAY_S)
        for fact in facts:
            journal.record(fact)
    finally:
        sys.setprofile(None)
    journal.commit(20 * DAY_US)
    assert list(called) == expected
    (order,) = sink.table("orders")
    assert order["status"] == "delivered"
    assert sink.table("reviews")
