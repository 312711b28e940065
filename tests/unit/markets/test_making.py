"""Markets of size: valid whatever their size, of real cities, and with shops that can be opened."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from sim.cli.main import main
from sim.markets import load_market
from sim.markets.making import COUNTRIES, MOST_CITIES, made_market, tabled_cities
from sim.shop.names import NamePool


@pytest.mark.parametrize("cities", [1, 2, 60, MOST_CITIES])
def test_a_market_is_as_valid_as_any(cities: int, tmp_path: Path):
    file = tmp_path / "world.yaml"
    assert main(["market", "make", "--cities", str(cities), "--out", str(file)]) == 0
    market = load_market(file)
    assert (market.name, len(market.cities)) == ("world", cities)
    assert [city.name for city in market.cities] == [city.name for city in tabled_cities()[:cities]]
    assert "GeoNames" in file.read_text(encoding="utf-8").partition("\nname:")[0]


def test_the_same_command_writes_the_same_market():
    assert made_market(40, "world") == made_market(40, "world")


def test_a_larger_city_has_more_customers_and_no_fewer_warehouses(tmp_path: Path):
    file = tmp_path / "world.yaml"
    file.write_text(made_market(MOST_CITIES, "world"), encoding="utf-8")
    cities = load_market(file).cities
    for larger, smaller in pairwise(cities):
        assert larger.demand_share >= smaller.demand_share
        assert len(larger.warehouses) >= len(smaller.warehouses)
    assert {len(city.warehouses) for city in cities} == {1, 2, 3}


def test_no_two_cities_of_a_country_have_a_postal_code_in_common(tmp_path: Path):
    file = tmp_path / "world.yaml"
    file.write_text(made_market(MOST_CITIES, "world"), encoding="utf-8")
    forms = [(city.country, city.postal_codes) for city in load_market(file).cities]
    assert len(set(forms)) == MOST_CITIES


def test_the_table_is_in_order_and_has_every_city_once():
    cities = tabled_cities()
    assert len(cities) >= MOST_CITIES
    assert all(larger.population >= smaller.population for larger, smaller in pairwise(cities))
    assert len({city.name for city in cities}) == len(cities)
    assert {city.country_code for city in cities} <= COUNTRIES.keys()
    for city in cities:
        ZoneInfo(city.timezone)
        assert -85 < city.latitude < 85


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_country_has_names_streets_and_mail(country: str):
    pool = NamePool(COUNTRIES[country][0], 1)
    names = [pool.full_name((n + 0.5) / 20, (n * 7 % 20 + 0.5) / 20) for n in range(20)]
    assert len(set(names)) > 10
    assert not any(pool.email(name, 101, 0.5).startswith("customer.") for name in names)
    assert len({pool.street((n + 0.5) / 20, 0.5) for n in range(20)}) > 10


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("--cities 0 --out x.yaml", "cities: '0' is not allowed; allowed are whole numbers from 1 to 99"),
        ("--cities 100 --out x.yaml", "cities: '100'"),
        ("--cities two --out x.yaml", "cities: 'two'"),
        ("--cities 2 --out x.txt", "out: 'x.txt' is no market file"),
        ("--cities 2 --out nowhere/x.yaml", "out: 'nowhere/x.yaml' can't be written"),
        ("--cities 2 --out there.yaml", "out: 'there.yaml' is there already"),
        ("--cities 2 --out 2x.yaml", "out: no market can be called '2x'"),
    ],
)
def test_bad_input_is_one_line(
    options: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there.yaml").write_text("mine")
    assert main(["market", "make", *options.split()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"bazaar: {says}")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["mine"]
