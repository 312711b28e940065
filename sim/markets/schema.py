"""What a market file says: cities and their warehouses, categories and their goods, the words of reviews."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from itertools import pairwise
from math import cos, inf, isclose, radians
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from faker.config import AVAILABLE_LOCALES
from pydantic import AfterValidator, Field, model_validator

from sim.markets.grammar import forms_of, sayings
from sim.markets.land import Uninhabited
from sim.markets.mail import DOMAINS, Domain
from sim.markets.part import Part, Positive, Text, Texts, distinct
from sim.markets.reviews import Reviews

if TYPE_CHECKING:
    from collections.abc import Iterable


Share = Annotated[float, Field(gt=0.0, le=1.0)]
Latitude = Annotated[float, Field(ge=-85.0, le=85.0)]
Longitude = Annotated[float, Field(ge=-180.0, le=180.0)]
_FARTHEST_DEGREES = 2.0  # from a city to its warehouses: more is a sign or a digit gone wrong


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # not found, a folder's name, a path out of the database
        raise ValueError("not a known IANA time zone") from error
    return name


def _known_locale(name: str) -> str:
    if name not in AVAILABLE_LOCALES:
        of_language = sorted(known for known in AVAILABLE_LOCALES if known.startswith(name[:3]))
        raise ValueError(f"Faker has no such locale; allowed are {', '.join(of_language) or 'those of its manual'}")
    return name


def _in_a_year(day: str) -> datetime:
    return datetime.strptime(f"2001-{day}", "%Y-%m-%d")  # noqa: DTZ007  a day of the calendar; not of a leap year


def _day_of_a_year(day: str) -> str:
    try:
        if len(day) == len("12-15"):
            _in_a_year(day)
            return day
    except ValueError:
        pass
    raise ValueError("must be a month and a day of a year that is none of leap, as in 12-15")


def _pattern(pattern: str, *parts: str) -> str:
    """Refuse a pattern that has not exactly these parts in braces."""
    if any(pattern.count(part) != 1 for part in parts) or not pattern.count("{") == pattern.count("}") == len(parts):
        raise ValueError(f"must have {' and '.join(', '.join(parts).rsplit(', ', 1))} once{' each' * (len(parts) > 1)}")
    return pattern


def _product_pattern(pattern: str) -> str:
    return _pattern(pattern, "{brand}", "{item}", "{variant}")


def _edition_pattern(pattern: str) -> str:
    return _pattern(pattern, "{n}")


def _whole(shares: Iterable[float], of: str) -> None:
    """Refuse shares that do not sum to 1."""
    total = sum(shares)
    if not isclose(total, 1.0, abs_tol=1e-6):
        raise ValueError(f"{of} must sum to 1, not {total:g}")


class Warehouse(Part):
    """A warehouse of a city; `share` is the part of the city's customers who live around it."""

    name: Text
    latitude: Latitude
    longitude: Longitude
    share: Share


class City(Part):
    """A city: a region of its own, with its warehouses, couriers and customers."""

    unsaid = ("uninhabited",)

    city_id: Annotated[int, Field(ge=1, le=99)]
    name: Text
    country: Text
    latitude: Latitude
    longitude: Longitude
    timezone: Annotated[str, AfterValidator(_known_zone)]
    population: Annotated[int, Field(ge=1, le=100_000_000)]
    demand_share: Share
    faker_locale: Annotated[str, Field(pattern=r"^[a-z]{2}_[A-Z]{2}$"), AfterValidator(_known_locale)]
    radius_km: Annotated[float, Field(gt=0.0, le=50.0, description="how far from a warehouse its customers live, km")]
    postal_codes: Annotated[Texts, Field(description="patterns: # is a digit, ? a capital letter")]
    warehouses: Annotated[tuple[Warehouse, ...], Field(min_length=1, max_length=9)]
    uninhabited: Annotated[
        tuple[Uninhabited, ...], Field(max_length=100, description="where nobody lives, though it is near")
    ] = ()

    @model_validator(mode="after")
    def _check(self) -> City:
        _whole((warehouse.share for warehouse in self.warehouses), "shares of the warehouses")
        distinct((warehouse.name for warehouse in self.warehouses), "names of a city's warehouses")
        for warehouse in self.warehouses:
            north = abs(warehouse.latitude - self.latitude)
            east = abs(warehouse.longitude - self.longitude) * cos(radians(self.latitude))
            if max(north, east) > _FARTHEST_DEGREES:
                raise ValueError(
                    f"warehouse {warehouse.name!r} must stand within 200 km of {self.name},"
                    f" not at {warehouse.latitude:g}, {warehouse.longitude:g}"
                )
        return self


class Item(Part):
    """A kind of goods; a product is an item of a brand in a variant.

    Price and weight are those of the middle variant; with a `step` the variants go from small to large.
    """

    unsaid = ("called", "form")

    name: Text
    called: Annotated[Text | None, Field(description="what people call it, in a sentence; default: its name")] = None
    form: Annotated[int, Field(ge=1, le=9, description="which of {is|are} the texts of reviews have with it")] = 1
    price: Annotated[float, Field(gt=0.0, le=50_000_000.0, description="typical list price, currency units")]
    weight_kg: Annotated[float, Field(gt=0.0, le=100.0, description="typical weight, kg")]
    step: Annotated[float, Field(ge=1.0, le=4.0, description="a variant's weight over that of the one before")] = 1.0
    variants: Texts

    def size(self, variant: int) -> float:
        """Return how many times the middle variant's weight the variant at that position has."""
        return float(self.step ** (variant - (len(self.variants) - 1) / 2.0))


class Season(Part):
    """When goods are looked at most: exp(strength) times the usual then, exp(-strength) times half a year away."""

    height: Annotated[str, AfterValidator(_day_of_a_year), Field(description="month and day, as in 12-15")]
    strength: Annotated[float, Field(gt=0.0, le=2.0)]
    everywhere: Annotated[bool, Field(description="a feast's, on the same days everywhere, and not the weather's")] = (
        False
    )

    @property
    def day_of_year(self) -> int:
        """The day of the height, counted from the first of January."""
        return _in_a_year(self.height).timetuple().tm_yday


class Category(Part):
    """A category of goods; spreads are standard deviations of the logarithm around each item's typical value."""

    name: Text
    share_of_products: Share
    price_sigma: Annotated[float, Field(ge=0.0, le=2.0)]
    weight_sigma: Annotated[float, Field(ge=0.0, le=2.0)]
    margin: Annotated[float, Field(ge=0.0, lt=1.0, description="typical (price - cost) / price")]
    return_weight: Annotated[float, Field(ge=0.0, le=100.0, description="chance of a return, relative to 1")]
    sized: Annotated[bool, Field(description="whether goods can be returned for being of the wrong size")] = False
    units_weight: Annotated[float, Field(ge=0.0, le=100.0, description="odds of one more unit, relative to 1")]
    season: Annotated[Season | None, Field(description="when it is looked at most; default: at no time")] = None
    name_pattern: Annotated[Text, AfterValidator(_product_pattern)] = "{brand} {item}, {variant}"
    brands: Texts
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Category:
        distinct((item.name for item in self.items), "items of a category")
        return self


class PriceEnding(Part):
    """Prices below `below` (currency units; none: any) are whole multiples of `step`, less `minus`."""

    below: Positive | None = None
    step: Positive
    minus: Annotated[float, Field(ge=0.0)]

    @model_validator(mode="after")
    def _check(self) -> PriceEnding:
        if self.minus >= self.step:
            raise ValueError(f"minus must be less than step, {self.step:g}, not {self.minus:g}")
        return self


class GivenNames(Part):
    """First names to use instead of the name library's list, where that one is full of rare names."""

    male: Texts
    female: Texts


class Market(Part):
    """A market: everything of a shop that is words and places, and the level of its prices."""

    unsaid = ("mail_domains",)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    title: Text
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code")]
    price_level: Annotated[
        float, Field(gt=0.0, le=1_000_000.0, description="currency units that buy what one US dollar does")
    ]
    price_endings: Annotated[tuple[PriceEnding, ...], Field(min_length=1)]
    edition: Annotated[
        Text, AfterValidator(_edition_pattern), Field(description="appended to the name of a product's later editions")
    ]
    given_names: dict[str, GivenNames] = Field(default_factory=dict, description="by locale")
    mail_domains: Annotated[
        dict[Domain, Positive],
        Field(min_length=1, description="weights of the domains where customers have their mail"),
    ] = DOMAINS
    cities: Annotated[tuple[City, ...], Field(min_length=1, max_length=99)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    reviews: Reviews

    @model_validator(mode="after")
    def _check(self) -> Market:
        if any((one.below or inf) >= (after.below or inf) for one, after in pairwise(self.price_endings)):
            raise ValueError("below of the price_endings must grow, and only the last may be without it")
        if [city.city_id for city in self.cities] != list(range(1, len(self.cities) + 1)):
            raise ValueError("city_id must count 1, 2, 3… in the order of the cities")
        _whole((city.demand_share for city in self.cities), "demand_share of the cities")
        _whole((category.share_of_products for category in self.categories), "share_of_products of the categories")
        distinct((city.name for city in self.cities), "names of cities")
        distinct((category.name for category in self.categories), "names of categories")
        self._check_words()
        return self

    def _check_words(self) -> None:
        """Refuse texts about categories that there are not, and forms that an item asks for in vain."""
        forms = max(item.form for category in self.categories for item in category.items)
        categories = {category.name for category in self.categories}
        items = {item.name for category in self.categories for item in category.items}
        for where, alternatives in self.reviews.all_alternatives():
            for form in forms_of(alternatives):
                if len(form.forms) < forms:
                    raise ValueError(
                        f"reviews.{where}: {{{'|'.join(form.forms)}}} must have {forms} forms, as many as items ask for"
                    )
            for saying in sayings(alternatives):
                for name in sorted(set(saying.categories or ()) - categories):
                    raise ValueError(f"reviews.{where}: no category is called {name!r}")
                for name in sorted(set(saying.items or ()) - items):
                    raise ValueError(f"reviews.{where}: no item is called {name!r}")

    def digest(self) -> str:
        """Return a SHA-256 of all that the market says, but for seasons: equal digests, shops with the same goods.

        No row is of a season, so a shop can go on with another.
        """
        said = self.model_dump(mode="json", exclude={"categories": {"__all__": {"season"}}})
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()
