"""A third market from scratch, made as docs/markets.md says, word for word."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import typing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel
from sqlalchemy import Connection, make_url, text

from sim.cli.main import main
from sim.embedded.clients import connect
from sim.markets import Market, MarketError, known_markets, load_market
from sim.settings import VARIABLES
from sim.shop.geography import distance_m

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "markets.md").read_text(encoding="utf-8")
FILE = "himalaya.yaml"
PATIENCE_S = 120
FIELDS = re.compile(r"^\| `([a-z_.]+)` \|(.*?)\|(.*?)\|$", re.MULTILINE)
REFUSALS = re.compile(r"^\| `(?P<written>\w+: .+?)` \| `(?P<said>.+)` \|$", re.MULTILINE)


def block(language: str) -> str:
    """The page's only block of that language."""
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def market() -> Any:
    return yaml.safe_load(block("yaml"))


@pytest.fixture(scope="module")
def shop(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """The shop that the page's commands make, in a database of its own; every command must end with 0."""
    folder = tmp_path_factory.mktemp("market")
    (folder / FILE).write_text(block("yaml"), encoding="utf-8")
    with connect(postgres_url) as connection:
        connection.execute(text("CREATE DATABASE bazaar_own_market"))
    url = make_url(postgres_url).set(database="bazaar_own_market").render_as_string(hide_password=False)
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
    surroundings = kept | {"PYTHONPATH": str(REPOSITORY), "DATABASE_URL": url}
    try:
        for line in block("sh").splitlines():
            program, *arguments = shlex.split(line)
            assert program == "python"
            ended = subprocess.run(
                [sys.executable, *arguments], cwd=folder, env=surroundings, capture_output=True, text=True,
                timeout=PATIENCE_S, check=False,
            )  # fmt: skip
            assert ended.returncode == 0, f"{line}\n{ended.stdout}\n{ended.stderr}"
        with connect(url) as connection:
            yield connection
    finally:
        with connect(postgres_url) as connection:
            connection.execute(text("DROP DATABASE IF EXISTS bazaar_own_market WITH (FORCE)"))


def asked(shop: Connection, query: str) -> list[Any]:
    return list(shop.execute(text(query)).scalars())


# --- the shop --------------------------------------------------------------------------------------------------------


def test_the_page_checks_what_it_has_made():
    assert [shlex.split(line)[1:4] for line in block("sh").splitlines()] == [
        ["-m", "sim", "run"],
        ["-m", "sim", "check"],
    ]


def test_the_shop_has_lived_as_long_as_asked(shop):
    [(epoch, now, status, market)] = shop.execute(text("SELECT epoch, sim_now, status, market FROM sim.runs")).all()
    assert (epoch, now - epoch) == (datetime(2026, 1, 5, tzinfo=UTC), timedelta(days=3))
    assert (status, market) == ("finished", FILE)


def test_places_are_those_of_the_file(shop, market):
    for city in market["cities"]:
        row = shop.execute(text("SELECT * FROM cities WHERE city_id = :id"), {"id": city["city_id"]}).mappings().one()
        assert {name: row[name] for name in ("name", "country", "timezone", "population")}.items() <= city.items()
        assert (row["latitude"], row["longitude"]) == (city["latitude"], city["longitude"])
        names = asked(shop, f"SELECT name FROM warehouses WHERE city_id = {city['city_id']} ORDER BY warehouse_id")
        assert names == [warehouse["name"] for warehouse in city["warehouses"]]
    assert asked(shop, "SELECT count(*) FROM cities") == [len(market["cities"])]


def test_goods_are_those_of_the_file(shop, market):
    names = [category["name"] for category in market["categories"]]
    assert asked(shop, "SELECT name FROM categories ORDER BY category_id") == names
    for category in market["categories"]:
        goods = asked(
            shop,
            f"SELECT p.name FROM products p JOIN categories c USING (category_id) WHERE c.name = '{category['name']}'",
        )
        assert len(goods) > 50
        items, brands = [item["name"] for item in category["items"]], category["brands"]
        assert [name for name in goods if not any(item in name for item in items)] == []
        assert [name for name in goods if not any(brand in name for brand in brands)] == []
    pashminas = asked(shop, "SELECT name FROM products WHERE name LIKE '%Pashmina%'")
    assert all(name.startswith("Pashmina ") for name in pashminas)  # by the category's own pattern


def test_prices_are_rounded_and_as_high_as_the_file_says(shop):
    prices = asked(shop, "SELECT list_price FROM products")
    assert [price for price in prices if (price + 1) % (50 if price < 999 else 100) != 0] == []
    [cooker] = asked(
        shop,
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY list_price) FROM products WHERE name LIKE '%cooker, 3 l%'",
    )
    assert cooker == pytest.approx(2400, rel=0.25)
    fees = asked(shop, "SELECT DISTINCT delivery_fee FROM orders")
    assert sorted(float(fee) for fee in fees) == [0.0, pytest.approx(3.9 * 24)]  # the baseline's fee at the price level


def test_people_live_around_a_warehouse_of_their_city_and_have_its_codes(shop, market):
    rows = shop.execute(
        text("SELECT city_id, a.latitude, a.longitude, postal_code FROM addresses a JOIN customers USING (customer_id)")
    ).all()
    assert len(rows) > 1_000
    for city_id, latitude, longitude, code in rows:
        city = market["cities"][city_id - 1]
        away = min(distance_m(w["latitude"], w["longitude"], latitude, longitude) for w in city["warehouses"])
        assert away <= 1000 * city["radius_km"] * 1.01
        patterns = [pattern.replace("#", r"\d") for pattern in city["postal_codes"]]
        assert any(re.fullmatch(pattern, code) for pattern in patterns), code


def test_both_cities_keep_their_own_clocks(shop):
    # In the small hours nobody picks: the baseline's warehouses are shut from 0 to 4. By UTC that is 18:30 to 22:30 in
    # Delhi and 18:15 to 22:15 in Kathmandu, hours and quarters that no clock of whole hours would keep.
    query = """
        SELECT city_id, min((pick_started_at AT TIME ZONE timezone)::time), count(*) FROM orders
        JOIN warehouses USING (warehouse_id) JOIN cities USING (city_id) WHERE pick_started_at IS NOT NULL GROUP BY 1"""
    for city_id, earliest, orders in shop.execute(text(query)).all():
        assert orders > 50, city_id
        assert (earliest.hour, earliest.minute) < (4, 10), city_id  # and the night's orders wait for that
        assert earliest.hour == 4, city_id


def test_shares_of_demand_are_the_files(shop, market):
    sessions = dict(shop.execute(text("SELECT city_id, count(*) FROM sessions GROUP BY 1")).all())
    whole = sum(sessions.values())
    for city in market["cities"]:
        share = city["demand_share"]
        error = (share * (1 - share) / whole) ** 0.5
        assert abs(sessions[city["city_id"]] / whole - share) < 4 * error


def test_reviews_speak_the_files_words(shop, market):
    words = {words for subject, texts in market["reviews"].items() if subject != "words" for words in texts}
    comments = asked(shop, "SELECT DISTINCT comment FROM reviews WHERE comment IS NOT NULL")
    assert comments
    assert set(comments) <= words


def test_the_pages_question_is_answered(shop):
    rows = shop.execute(text(block("sql"))).mappings().all()
    assert [row["city"] for row in rows] == ["Delhi", "Kathmandu"]
    assert all(row["orders"] > 50 for row in rows)
    shop.rollback()


# --- the page --------------------------------------------------------------------------------------------------------


def fields_of(model: type[BaseModel], where: str = "", told: set[object] | None = None) -> Iterator[tuple[str, bool]]:
    """Every field of a market file by its path, and whether it must be given; what many fields have, at the first."""
    told = set() if told is None else told
    for name, field in model.model_fields.items():
        yield f"{where}{name}", field.is_required()
        for part in parts_of(field.annotation):
            if part not in told:
                told.add(part)
                yield from fields_of(part, f"{where}{name}.", told)


def parts_of(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [part for argument in typing.get_args(annotation) for part in parts_of(argument)]


def test_every_field_is_in_the_table_in_the_files_order():
    table = PAGE.split("## Every field")[1].split("Worth knowing")[0]
    told = {path: (allowed, words) for path, allowed, words in FIELDS.findall(table)}
    assert list(told) == [path for path, _ in fields_of(Market)]
    for path, required in fields_of(Market):
        assert ("default" in told[path][0]) != required, path


def test_the_number_of_names_is_right(market):
    names = sum(
        len(category["brands"]) * sum(len(item["variants"]) for item in category["items"])
        for category in market["categories"]
    )
    assert f"The file above has {names} names" in PAGE


def test_markets_that_come_along_are_named():
    assert {f"`{name}`" for name in known_markets()} <= set(re.findall(r"`\w+`", PAGE.split("##")[0]))


@pytest.mark.parametrize(("written", "said"), REFUSALS.findall(PAGE.split("## When something is wrong")[1]))
def test_what_is_wrong_is_said_as_the_page_says(written: str, said: str, tmp_path: Path, monkeypatch, capsys):
    name = written.partition(":")[0]
    right = block("yaml")
    wrong, found = re.subn(rf"(?<=\b){name}: [^\n]*", lambda _: written, right, count=1)
    file = tmp_path / FILE
    file.write_text(wrong if found else f"{right}{written}\n", encoding="utf-8")
    with pytest.raises(MarketError) as refused:
        load_market(file)
    assert str(refused.value) == f"market file {file}: {said}"
    monkeypatch.chdir(tmp_path)
    assert main(["run", "--market", FILE]) == 2
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"bazaar: market file {FILE}: {said}\n")
    assert not (tmp_path / ".data").exists()
