"""A fake Redash, and a small folder of dashboards to publish to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from redash.publisher.command import main
from tests.redash.fake_redash import KEY, FakeRedash

CITIES = """\
-- title: Cities
-- question: Which cities can be chosen?
-- grain: one row a city
-- refresh: 0
SELECT name, name AS value FROM cities
"""

ORDERS = """\
-- title: Orders by hour
-- question: How many orders are placed in each hour?
-- grain: one row an hour

-- only what the clock has reached
SELECT hour, orders, revenue
FROM orders_by_hour('{{ city }}')  -- never from the future
WHERE hour >= period_start('{{ period }}')
"""

REVENUE = """\
-- title: Revenue
-- question: How much was sold?
-- grain: one row
-- refresh: 300
SELECT revenue, target FROM revenue('{{ city }}')
"""

PARAMETERS = """\
# what queries may use
city: {title: City, type: query, query: cities, default: All cities}
period: {title: Period, type: enum, values: [Today, Everything], default: Today}
"""

SHOP = """\
# The first page of the day.
title: Shop today
order: 1
parameters: [city]   # the period stays as it is

widgets:
  - text: "## Today"   # a heading
    at: {col: 0, row: 0, width: 12, height: 2}

  # the one number
  - query: revenue
    visualization:
      key: counter
      type: COUNTER
      name: Counter
      options: {counterColName: revenue, targetColName: target, stringPrefix: "€ "}
    at: {col: 0, row: 2, width: 4, height: 8}
  - query: orders
    visualization:
      key: by_hour
      type: CHART
      name: By hour
      options:
        globalSeriesType: line      # points would lie
        columnMapping: {hour: x, orders: y}
        xAxis: {type: datetime, title: Hour}
        yAxis:
          - {title: Orders}
    at: {col: 4, row: 2, width: 8, height: 8}
  - query: orders
    at: {col: 0, row: 10, width: 12, height: 8}
"""

STOCK = """\
title: Stock
order: 2
parameters: [period, city]
widgets:
  - query: orders
    visualization:
      key: pie
      type: CHART
      name: Chart
      options: {globalSeriesType: pie, columnMapping: {hour: x, orders: y}}
    at: {col: 0, row: 0, width: 6, height: 8}
"""


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of dashboards that a test may change."""

    root: Path

    def path(self, name: str) -> Path:
        return self.root / name

    def read(self, name: str) -> str:
        return self.path(name).read_text()

    def write(self, name: str, text: str) -> None:
        self.path(name).parent.mkdir(parents=True, exist_ok=True)
        self.path(name).write_text(text)

    def change(self, name: str, old: str, new: str) -> None:
        before = self.read(name)
        assert before.count(old) == 1, f"{old!r} is {before.count(old)} times in {name}"
        self.write(name, before.replace(old, new))

    def all(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.root)): path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    folder = Folder(tmp_path / "redash")
    folder.write("queries/cities.sql", CITIES)
    folder.write("queries/orders.sql", ORDERS)
    folder.write("queries/revenue.sql", REVENUE)
    folder.write("parameters.yml", PARAMETERS)
    folder.write("dashboards/shop.yml", SHOP)
    folder.write("dashboards/stock.yml", STOCK)
    return folder


@pytest.fixture
def fake() -> Iterator[FakeRedash]:
    fake = FakeRedash()
    yield fake
    fake.close()


@dataclass(slots=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


Command = Callable[..., Said]


@pytest.fixture
def command(
    folder: Folder, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs `python -m redash` on the folder and the fake."""
    for name in ("REDASH_URL", "REDASH_API_KEY", "REDASH_ADMIN_API_KEY", "BAZAAR_SOURCE_PORT", "BAZAAR_SOURCE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BAZAAR_READER_PASSWORD", "secret")
    monkeypatch.setattr("redash.publisher.warm_cache._FIRST_WAIT_S", 0.001)

    def run(name: str, *options: str) -> Said:
        place = [] if name == "check" or "--url" in options else ["--url", fake.url]
        key = [] if name == "check" or "--key" in options else ["--key", KEY]
        code = main([name, "--files", str(folder.root), *place, *key, *options])
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return run
