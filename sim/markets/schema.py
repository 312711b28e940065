"""What a market file says: cities and their warehouses, categories and their goods, the words of reviews."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

if TYPE_CHECKING:
    from collections.abc import Iterable

Text = Annotated[str, Field(min_length=1, max_length=200)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
Share = Annotated[float, Field(gt=0.0, le=1.0)]
Positive = Annotated[float, Field(gt=0.0)]
Latitude = Annotated[float, Field(ge=-85.0, le=85.0)]
Longitude = Annotated[float, Field(ge=-180.0, le=180.0)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:  # not found, a folder's name, a path out of the database
        raise ValueError("not a known IANA time zone") from error
    return name


def _product_pattern(pattern: str) -> str:
    if any(pattern.count(part) != 1 for part in ("{brand}", "{item}", "{variant}")) or pattern.count("{") != 3:
        raise ValueError("must have {brand}, {item} and {variant} once each")
    return pattern


def _whole(shares: Iterable[float], of: str) -> None:
    """Refuse shares that do not sum to 1."""
    total = sum(shares)
    if not isclose(total, 1.0, abs_tol=1e-6):
        raise ValueError(f"{of} must sum to 1, not {total:g}")


def _distinct(names: Iterable[str], of: str) -> None:
    """Refuse a name given twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{of} must be distinct, {name!r} is given twice")
        seen.add(name)


class _Part(BaseModel):
    """Immutable, and refusing names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Warehouse(_Part):
    """A warehouse of a city; `share` is the part of the city's customers who live around it."""

    name: Text
    latitude: Latitude
    longitude: Longitude
    share: Share


class City(_Part):
    """A city: a region of its own, with its warehouses, couriers and customers."""

    city_id: Annotated[int, Field(ge=1, le=99)]
    name: Text
    country: Text
    latitude: Latitude
    longitude: Longitude
    timezone: Annotated[str, AfterValidator(_known_zone)]
    population: Annotated[int, Field(ge=1, le=100_000_000)]
    demand_share: Share
    faker_locale: Annotated[str, Field(pattern=r"^[a-z]{2}_[A-Z]{2}$")]
    radius_km: Annotated[float, Field(gt=0.0, le=50.0, description="how far from a warehouse its customers live, km")]
    postal_codes: Annotated[Texts, Field(description="patterns: # is a digit, ? a capital letter")]
    warehouses: Annotated[tuple[Warehouse, ...], Field(min_length=1, max_length=9)]

    @model_validator(mode="after")
    def _check(self) -> City:
        _whole((warehouse.share for warehouse in self.warehouses), "shares of the warehouses")
        return self


class Item(_Part):
    """A kind of goods; a product is an item of a brand in a variant.

    Price and weight are those of the middle variant; with a `step` the variants go from small to large.
    """

    name: Text
    price: Annotated[Positive, Field(description="typical list price, currency units")]
    weight_kg: Annotated[float, Field(gt=0.0, le=100.0, description="typical weight, kg")]
    step: Annotated[float, Field(ge=1.0, le=4.0, description="a variant's weight over that of the one before")] = 1.0
    variants: Texts

    def size(self, variant: int) -> float:
        """Return how many times the middle variant's weight the variant at that position has."""
        return float(self.step ** (variant - (len(self.variants) - 1) / 2.0))


class Category(_Part):
    """A category of goods; spreads are standard deviations of the logarithm around each item's typical value."""

    name: Text
    share_of_products: Share
    price_sigma: Annotated[float, Field(ge=0.0, le=2.0)]
    weight_sigma: Annotated[float, Field(ge=0.0, le=2.0)]
    margin: Annotated[float, Field(ge=0.0, lt=1.0, description="typical (price - cost) / price")]
    return_weight: Annotated[float, Field(ge=0.0, le=100.0, description="chance of a return, relative to 1")]
    sized: Annotated[bool, Field(description="whether goods can be returned for being of the wrong size")] = False
    units_weight: Annotated[float, Field(ge=0.0, le=100.0, description="odds of one more unit, relative to 1")]
    name_pattern: Annotated[str, AfterValidator(_product_pattern)] = "{brand} {item}, {variant}"
    brands: Texts
    items: Annotated[tuple[Item, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _check(self) -> Category:
        _distinct((item.name for item in self.items), "items of a category")
        return self


class PriceEnding(_Part):
    """Prices below `below` (currency units; none: any) are whole multiples of `step`, less `minus`."""

    below: Positive | None = None
    step: Positive
    minus: Annotated[float, Field(ge=0.0)]


class GivenNames(_Part):
    """First names to use instead of the name library's list, where that one is full of rare names."""

    male: Texts
    female: Texts


class Reviews(_Part):
    """Short review texts by what caused the rating."""

    good_product: Texts
    bad_product: Texts
    late: Texts
    early: Texts
    failed_attempt: Texts
    neutral: Texts


class Market(_Part):
    """A market: everything of a shop that is words and places, and the level of its prices."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    title: Text
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code")]
    price_level: Annotated[Positive, Field(description="currency units that buy what one US dollar does")]
    price_endings: Annotated[tuple[PriceEnding, ...], Field(min_length=1)]
    edition: Annotated[str, Field(pattern=r"\{n\}", description="appended to the name of a product's later editions")]
    given_names: Annotated[dict[str, GivenNames], Field(description="by locale")] = {}
    cities: Annotated[tuple[City, ...], Field(min_length=1, max_length=99)]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    reviews: Reviews

    @model_validator(mode="after")
    def _check(self) -> Market:
        if [city.city_id for city in self.cities] != list(range(1, len(self.cities) + 1)):
            raise ValueError("city_id must count 1, 2, 3… in the order of the cities")
        _whole((city.demand_share for city in self.cities), "demand_share of the cities")
        _whole((category.share_of_products for category in self.categories), "share_of_products of the categories")
        _distinct((city.name for city in self.cities), "names of cities")
        _distinct((category.name for category in self.categories), "names of categories")
        return self
