"""Markets of size: so many of the world's largest cities, with the goods and words of the international market."""

from __future__ import annotations

import csv
from math import cos, radians
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from common.strict_yaml import load_yaml
from sim.markets.earth import METRES_PER_DEGREE
from sim.markets.loading import MarketError
from sim.markets.schema import Market

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TABLE = Path(__file__).parent / "cities.csv"
FIELDS = ("name", "country", "country_code", "latitude", "longitude", "timezone", "population")
_GOODS = Path(__file__).parent / "international.yaml"
MOST_CITIES = 99  # what ids have room for

COUNTRIES: dict[str, tuple[str, str]] = {
    "AR": ("es_AR", "B####"), "AT": ("de_AT", "####"), "AU": ("en_AU", "####"), "BE": ("nl_BE", "####"),
    "BR": ("pt_BR", "#####-###"), "CA": ("en_CA", "?#? #?#"), "CH": ("de_CH", "####"), "CL": ("es_CL", "#######"),
    "CO": ("es_CO", "######"), "CZ": ("cs_CZ", "### ##"), "DE": ("de_DE", "#####"), "DK": ("da_DK", "####"),
    "ES": ("es_ES", "#####"), "FI": ("fi_FI", "#####"), "FR": ("fr_FR", "#####"), "GB": ("en_GB", "M## #??"),
    "HR": ("hr_HR", "#####"), "HU": ("hu_HU", "####"), "ID": ("id_ID", "#####"), "IE": ("en_IE", "D## ?##?"),
    "IN": ("en_IN", "######"), "IT": ("it_IT", "#####"), "MX": ("es_MX", "#####"), "NL": ("nl_NL", "#### ??"),
    "NO": ("no_NO", "####"), "NZ": ("en_NZ", "####"), "PH": ("en_PH", "####"), "PL": ("pl_PL", "##-###"),
    "PT": ("pt_PT", "####-###"), "RO": ("ro_RO", "######"), "RU": ("ru_RU", "######"), "SE": ("sv_SE", "### ##"),
    "SI": ("sl_SI", "####"), "SK": ("sk_SK", "### ##"), "TR": ("tr_TR", "#####"), "UA": ("uk_UA", "#####"),
    "US": ("en_US", "#####"), "VN": ("vi_VN", "######"), "ZA": ("zu_ZA", "####"),
}  # fmt: skip
"""By country the locale of names and streets, and the form of its postal codes."""

# A larger city is farther across and has more warehouses, of which each serves those around it.
_LARGE, _VERY_LARGE = 2_000_000, 6_000_000
_RADIUS_KM = {1: 6, 2: 7, 3: 8}
# East and north of the middle, in radii, and the share of the customers around it.
_WAREHOUSES: dict[int, tuple[tuple[str, float, float, float], ...]] = {
    1: (("Central", 0.0, 0.0, 1.0),),
    2: (("East", 0.6, 0.2, 0.55), ("West", -0.6, -0.2, 0.45)),
    3: (("North", 0.1, 0.8, 0.4), ("South East", 0.7, -0.5, 0.35), ("South West", -0.7, -0.5, 0.25)),
}
_HEAD = """\
# {title}: made by `python -m sim market make --cities {cities}`.
# Cities, coordinates, time zones and populations are from GeoNames (https://www.geonames.org), licensed under Creative
# Commons Attribution 4.0 (https://creativecommons.org/licenses/by/4.0/); shares go by population. Warehouses and postal
# codes are invented, in the form of the country; goods, prices in US dollars and words are the international market's.
"""


class TabledCity(NamedTuple):
    """A row of the table."""

    name: str
    country: str
    country_code: str
    latitude: float
    longitude: float
    timezone: str
    population: int


def tabled_cities() -> list[TabledCity]:
    """The cities that there are to choose from, the largest first."""
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [
            TabledCity(
                row["name"], row["country"], row["country_code"], float(row["latitude"]), float(row["longitude"]),
                row["timezone"], int(row["population"]),
            )
            for row in rows
        ]  # fmt: skip


def made_market(cities: int, name: str) -> str:
    """The text of a market file with the largest cities of the table. Raises MarketError for a name that is none."""
    chosen = tabled_cities()[:cities]
    title = f"{cities} cities of the world" if cities > 1 else chosen[0].name
    goods = load_yaml(_GOODS.read_text(encoding="utf-8"))
    content = {**goods, "name": name, "title": title, "cities": list(_cities(chosen))}
    try:
        Market.model_validate(content)
    except ValueError as error:
        raise MarketError(
            f"out: no market can be called {name!r}; allowed are small letters, digits, _ and -, the first a letter"
        ) from error
    written = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=118)
    return _HEAD.format(title=title, cities=cities) + written


def _cities(chosen: Sequence[TabledCity]) -> Iterator[dict[str, Any]]:
    people = sum(city.population for city in chosen)
    of_country: dict[str, int] = {}
    for number, city in enumerate(chosen, start=1):
        of_country[city.country_code] = place = of_country.get(city.country_code, 0) + 1
        locale, codes = COUNTRIES[city.country_code]
        size = 1 + (city.population >= _LARGE) + (city.population >= _VERY_LARGE)
        yield {
            "city_id": number,
            "name": city.name,
            "country": city.country,
            "latitude": city.latitude,
            "longitude": city.longitude,
            "timezone": city.timezone,
            "population": city.population,
            "demand_share": city.population / people,
            "faker_locale": locale,
            "radius_km": _RADIUS_KM[size],
            "postal_codes": [_of_the_city(codes, place)],
            "warehouses": [
                _warehouse(city, direction, _RADIUS_KM[size] * east, _RADIUS_KM[size] * north, share)
                for direction, east, north, share in _WAREHOUSES[size]
            ],
        }


def _warehouse(city: TabledCity, direction: str, east_km: float, north_km: float, share: float) -> dict[str, Any]:
    north, east = (1000.0 * km / METRES_PER_DEGREE for km in (north_km, east_km))
    return {
        "name": f"{city.name} {direction}",
        "latitude": round(city.latitude + north, 4),
        "longitude": round(city.longitude + east / cos(radians(city.latitude)), 4),
        "share": share,
    }


def _of_the_city(codes: str, place: int) -> str:
    """The form with a first digit of the city's own, so that no two cities of a country have the same codes."""
    return codes.replace("#", str(place % 10), 1)
