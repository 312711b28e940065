"""Complements: what goes with a product, and so is looked at by who has just taken it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.luck import Luck, Purpose, Weighted

if TYPE_CHECKING:
    from sim.shop.catalogue import Catalogue, Product
    from sim.shop.display import Display

_COMPLEMENTS = 6  # occurrence: the draws of a product, after those of its life
_MANY = 3


class Complements:
    """Up to three products go with each: other goods of its category, rather popular ones, drawn once for all."""

    def __init__(self, luck: Luck, catalogue: Catalogue) -> None:
        self._luck = luck
        self._catalogue = catalogue
        self._known: dict[int, tuple[Product, ...]] = {}

    def of(self, product: Product) -> tuple[Product, ...]:
        """Return what goes with a product."""
        known = self._known.get(product.product_id)
        if known is None:
            known = self._known[product.product_id] = self._drawn(product)
        return known

    def pick(self, product: Product, display: Display, u: float) -> Product:
        """Return something shown that goes with a product, or else something of its category."""
        shown = [one for one in self.of(product) if display.shows(one)]
        return shown[int(u * len(shown))] if shown else display.pick_in_category(product.category_id, u)

    def _drawn(self, product: Product) -> tuple[Product, ...]:
        others = [
            one
            for one in self._catalogue.products
            if one.category_id == product.category_id and one.naming.item != product.naming.item
        ]
        if not others:
            return ()
        choice = Weighted(others, [one.popularity for one in others])
        uniforms = self._luck.draws(Purpose.PRODUCT, product.product_id, _COMPLEMENTS, _MANY)
        return tuple(dict.fromkeys(choice.pick(u) for u in uniforms))
