"""The display: how much each product is looked at on a day, and the choice of one by that."""

from __future__ import annotations

from bisect import bisect_right
from datetime import timedelta
from itertools import accumulate, groupby
from math import cos, exp, tau
from typing import TYPE_CHECKING

from sim.clock.units import DAY_US, WEEK_US
from sim.shop.life import established_life

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sim.luck import Luck
    from sim.markets import Season
    from sim.scenario.products import Products
    from sim.shop.catalogue import Catalogue, Product

_DAYS_A_YEAR = 365.25
_KEPT = 8  # displays: of two hemispheres, before, in and after a sale


class Display:
    """What a city's shoppers are shown from one instant until another, each product by its weight."""

    __slots__ = ("_below", "_of_category", "_places", "products", "total", "until_us", "weights")

    def __init__(
        self, products: Sequence[Product], places: Mapping[int, int], weights: Sequence[float], until_us: int
    ) -> None:
        """`products` stand category by category; `places` says where, by id."""
        self._places = places
        self.products = products
        self.weights = weights
        self.until_us = until_us
        self._below = below = [0.0, *accumulate(weights)]
        self.total = below[-1]
        self._of_category: dict[int, tuple[int, int]] = {}
        first = 0
        for category_id, some in groupby(products, key=lambda product: product.category_id):
            last = first + sum(1 for _ in some)
            if below[last] > below[first]:
                self._of_category[category_id] = first, last
            first = last

    def pick(self, u: float) -> Product:
        """Return a product in proportion to weight, by a uniform in [0, 1)."""
        return self._at(u * self.total, 0, len(self.products))

    def pick_in_category(self, category_id: int, u: float) -> Product:
        """Return a product of a category in the same way, or of any if nothing of it is shown."""
        span = self._of_category.get(category_id)
        if span is None:
            return self.pick(u)
        first, last = span
        low = self._below[first]
        return self._at(low + u * (self._below[last] - low), first, last)

    def shows(self, product: Product) -> bool:
        """Whether a product is looked at at all."""
        at = self._places.get(product.product_id)
        return at is not None and self.weights[at] > 0.0

    def shares(self) -> dict[int, float]:
        """Return each product's share of all looks, by its id."""
        return {one.product_id: weight / self.total for one, weight in zip(self.products, self.weights, strict=True)}

    def _at(self, point: float, first: int, last: int) -> Product:
        """Return the product whose span holds the point: of those before `last`, to which rounding may lead."""
        at = bisect_right(self._below, point, first + 1, last) - 1
        while self.weights[at] <= 0.0:
            at -= 1
        return self.products[at]


class Displays:
    """What is shown when: a pure function of the day, so that no city depends on another's clock."""

    def __init__(self, luck: Luck, of_products: Products, catalogue: Catalogue, epoch: datetime) -> None:
        self._of_products = of_products
        self._catalogue = catalogue
        self._products = sorted(catalogue.products, key=lambda product: (product.category_id, product.product_id))
        self._places = {product.product_id: at for at, product in enumerate(self._products)}
        self._lives = [established_life(luck, of_products, product.product_id) for product in self._products]
        self._epoch = epoch
        self._made: dict[tuple[int, float, bool], Display] = {}

    def at(self, at_us: int, sale_share: float, southern: bool) -> Display:
        """Return what is shown at an instant, in a flash sale of that share of products, in that hemisphere."""
        key = at_us // DAY_US, sale_share, southern
        known = self._made.get(key)
        if known is None:
            while len(self._made) >= _KEPT:
                del self._made[next(iter(self._made))]
            known = self._made[key] = self._display(*key)
        return known

    def _display(self, day: int, sale_share: float, southern: bool) -> Display:
        floor, promoted = self._of_products.vogue_floor, self._of_products.promotion_views
        prices = self._catalogue.prices_cents(day * DAY_US // WEEK_US, sale_share)
        seasons = self._seasons(day, southern)
        weights = [
            product.popularity
            * life.vogue(day + 0.5, floor)
            * seasons[product.category_id]
            * (promoted if prices[product.product_id - 1] < product.list_price_cents else 1.0)
            for product, life in zip(self._products, self._lives, strict=True)
        ]
        return Display(self._products, self._places, weights, (day + 1) * DAY_US)

    def _seasons(self, day: int, southern: bool) -> dict[int, float]:
        """Return by category what the time of the year does to it."""
        of_year = (self._epoch + timedelta(days=day + 0.5)).timetuple().tm_yday
        return {one.category_id: season_factor(one.season, of_year, southern) for one in self._catalogue.categories}


def season_factor(season: Season | None, day_of_year: int, southern: bool) -> float:
    """Return what the time of the year does to how much is looked at.

    It is exp(strength) at the height and exp(-strength) half a year away; the weather's heights are half a year apart
    on the two halves of the globe.
    """
    if season is None:
        return 1.0
    away = day_of_year - season.day_of_year + (_DAYS_A_YEAR / 2.0 if southern and not season.everywhere else 0.0)
    return exp(season.strength * cos(tau * away / _DAYS_A_YEAR))
