"""Quality: how good a product is, which its list does not say; a pure function of the seed and the product."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, NamedTuple

from sim.luck import Luck, Purpose, standard_normal
from sim.shop.habits import odds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.scenario import Scenario
    from sim.scenario.products import Products
    from sim.shop.catalogue import Product

_QUALITY, _APPEAL = 3, 4  # occurrences: the draws of a product, after those of the catalogue


class Quality(NamedTuple):
    """The chance that a piece of a product disappoints, and what its kind adds to the stars that it gets."""

    disappoints: float
    stars: float


class Qualities:
    """The quality of each product, worked out when it is first asked for."""

    def __init__(self, luck: Luck, scenario: Scenario) -> None:
        self._luck = luck
        self._usual = scenario.review.bad_product
        self._sigma, self._stars = scenario.products.quality_sigma, scenario.products.quality_stars
        self._known: dict[int, Quality] = {}

    def of(self, product_id: int) -> Quality:
        """Return the quality of a product."""
        known = self._known.get(product_id)
        if known is None:
            (u,) = self._luck.draws(Purpose.PRODUCT, product_id, _QUALITY, 1)
            z, sigma = standard_normal(u), self._sigma
            known = Quality(odds(self._usual, exp(-sigma * z - sigma * sigma / 2.0)), self._stars * z)
            self._known[product_id] = known
        return known


def appeals(luck: Luck, of_products: Products, products: Sequence[Product]) -> list[float]:
    """Return the factor on the odds of adding each product: its own appeal, and that of its price.

    The looks of all people at all products together end in as many carts as if there were no such factor.
    """
    sigma, power = of_products.appeal_sigma, of_products.price_appeal
    own = [standard_normal(luck.draws(Purpose.PRODUCT, one.product_id, _APPEAL, 1)[0]) for one in products]
    raw = [exp(sigma * z - power * one.dearness) for z, one in zip(own, products, strict=True)]
    seen = sum(one.popularity for one in products)
    mean = sum(one.popularity * factor for one, factor in zip(products, raw, strict=True)) / seen
    return [factor / mean for factor in raw]
