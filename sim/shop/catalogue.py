"""The catalogue: categories, products, how popular each is at its height and what it costs from week to week."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain, count
from math import inf, log
from typing import TYPE_CHECKING, NamedTuple

from sim.luck import Luck, Purpose, lognormal

if TYPE_CHECKING:
    from collections.abc import Sequence, Set

    from sim import markets
    from sim.markets import Market, Season

_TRAITS, _CATEGORY, _FORM = 0, 1, 2  # occurrences: the draws of a product, by what they decide
_MOST_TRIES = 24  # of brand and variant, before two products share a name but for the edition
_BULK_PRICE = 0.75  # twice the size costs 2^0.75 times as much; our choice


@dataclass(frozen=True, slots=True)
class Category:
    """A category; the weights are relative to 1 (see the market file)."""

    category_id: int
    name: str
    return_weight: float
    units_weight: float
    sized: bool = False
    season: Season | None = None


class Naming(NamedTuple):
    """What the parts of a product's name are, and which form of other words goes with it in a sentence."""

    brand: str = ""
    item: str = ""
    variant: str = ""
    called: str = ""
    form: int = 1


@dataclass(frozen=True, slots=True)
class Product:
    """A product; `popularity` is its share of all views if all were at one height (sums to 1), `rank` 1 the largest."""

    product_id: int
    category_id: int
    name: str
    list_price_cents: int
    unit_cost_cents: int
    weight_g: int
    rank: int
    popularity: float
    naming: Naming = field(default_factory=Naming)
    dearness: float = 0.0  # logarithm of the list price over the geometric mean of what is looked at


@dataclass(frozen=True, slots=True)
class _Draft:
    """A product as its own luck makes it, before it is compared with the others."""

    product_id: int
    category_id: int
    name: str
    list_price_cents: int
    unit_cost_cents: int
    weight_g: int
    appeal: float
    naming: Naming


class PriceTag:
    """Rounds prices to the endings that a market's shops use (4.99, 349)."""

    def __init__(self, market: Market) -> None:
        self._endings = [
            ((ending.below or inf) * 100.0, round(ending.step * 100), round(ending.minus * 100))
            for ending in market.price_endings
        ]

    def cents(self, cents: float) -> int:
        """Return the usual price nearest to one, in cents and at least one cent."""
        step, minus = next(
            ((step, minus) for below, step, minus in self._endings if cents < below), self._endings[-1][1:]
        )
        return max(1, step - minus, round((cents + minus) / step) * step - minus)


class Promotions:
    """Which product is sold below list price in which week, and for how much: a pure function of the seed."""

    def __init__(self, luck: Luck, tag: PriceTag, share: float, discounts_percent: tuple[float, ...]) -> None:
        self._luck = luck
        self._tag = tag
        self._share = share
        self._discounts = discounts_percent

    def price_cents(self, product: Product, week: int, sale_share: float = 0.0) -> int:
        """Return the selling price of a product in a week of the run; in a flash sale that share is below list price.

        Who is on promotion anyway stays so at the same price.
        """
        u_whether, u_which = self._luck.draws(Purpose.PROMOTION, product.product_id, week, 2)
        if u_whether >= max(self._share, sale_share) or not self._discounts:
            return product.list_price_cents
        discount = self._discounts[int(u_which * len(self._discounts))]
        return self._reduced(product.list_price_cents, discount)

    def prices_cents(self, products: Sequence[Product], week: int, sale_share: float = 0.0) -> list[int]:
        """Return the selling prices of all products in a week, in their order."""
        return [self.price_cents(product, week, sale_share) for product in products]

    def _reduced(self, list_price_cents: int, discount_percent: float) -> int:
        exact = max(1, round(list_price_cents * (1.0 - discount_percent / 100.0)))
        usual = self._tag.cents(exact)
        return usual if usual < list_price_cents else min(exact, list_price_cents)


class Catalogue:
    """All categories and products; immutable but for the cached prices of the week (and sale) asked for last."""

    def __init__(self, categories: Sequence[Category], products: Sequence[Product], promotions: Promotions) -> None:
        self.categories = tuple(categories)
        self.products = tuple(products)
        self._promotions = promotions
        self._priced = (-1, 0.0)  # week and share of a flash sale
        self._prices: list[int] = []

    @classmethod
    def build(
        cls,
        market: Market,
        luck: Luck,
        *,
        products: int = 800,
        popularity_exponent: float = 0.69,
        promotion_share: float = 0.05,
        promotion_discounts_percent: Sequence[float] = (10.0, 15.0, 20.0, 30.0),
    ) -> Catalogue:
        """Make the catalogue of a market with product ids from 1 on.

        Popularity falls with rank to the power of -`popularity_exponent`. In every week, counted from the run's
        epoch, a share of `promotion_share` of the products is sold below list price.
        """
        tag = PriceTag(market)
        drafts = _drafts(market, luck, products, tag)
        categories = [
            Category(id_, one.name, one.return_weight, one.units_weight, one.sized, one.season)
            for id_, one in enumerate(market.categories, start=1)
        ]
        promotions = Promotions(luck, tag, promotion_share, tuple(promotion_discounts_percent))
        return cls(categories, _ranked(drafts, popularity_exponent), promotions)

    def product(self, product_id: int) -> Product:
        """Return the product with that id."""
        return self.products[product_id - 1]

    def category(self, category_id: int) -> Category:
        """Return the category with that id."""
        return self.categories[category_id - 1]

    def price_cents(self, product: Product, week: int, sale_share: float = 0.0) -> int:
        """Return the selling price in a week of the run (0 is the first), in a flash sale of that share of products."""
        return self.prices_cents(week, sale_share)[product.product_id - 1]

    def prices_cents(self, week: int, sale_share: float = 0.0) -> Sequence[int]:
        """Return the selling prices of all products, by id, that hold as long as neither changes."""
        if (week, sale_share) != self._priced:
            self._prices = self._promotions.prices_cents(self.products, week, sale_share)
            self._priced = week, sale_share
        return self._prices

    def first_promotions(self) -> list[tuple[Product, int]]:
        """Return (product, price in cents) of those that are on promotion in the first week."""
        prices = zip(self.products, self._promotions.prices_cents(self.products, 0), strict=True)
        return [(product, price) for product, price in prices if price < product.list_price_cents]

    def changes(self, before: tuple[int, float], now: tuple[int, float]) -> list[tuple[Product, int, str]]:
        """Return (product, price in cents, reason) for each price that is new, by product id.

        `before` and `now` are weeks with the share of a flash sale; the reason is `promotion` or `promotion_ended`.
        """
        had = self._promotions.prices_cents(self.products, *before)
        return [
            (product, price, "promotion" if price < product.list_price_cents else "promotion_ended")
            for product, old in zip(self.products, had, strict=True)
            if (price := self.price_cents(product, *now)) != old
        ]


def _ranked(drafts: Sequence[_Draft], exponent: float) -> list[Product]:
    order = sorted(drafts, key=lambda draft: (draft.appeal, draft.product_id))
    rank_of = {draft.product_id: rank for rank, draft in enumerate(order, start=1)}
    total = sum(rank**-exponent for rank in rank_of.values())
    usual = sum(rank_of[d.product_id] ** -exponent / total * log(d.list_price_cents) for d in drafts)
    return [
        Product(
            draft.product_id,
            draft.category_id,
            draft.name,
            draft.list_price_cents,
            draft.unit_cost_cents,
            draft.weight_g,
            rank=rank_of[draft.product_id],
            popularity=rank_of[draft.product_id] ** -exponent / total,
            naming=draft.naming,
            dearness=log(draft.list_price_cents) - usual,
        )
        for draft in drafts
    ]


def _drafts(market: Market, luck: Luck, products: int, tag: PriceTag) -> list[_Draft]:
    taken: set[str] = set()
    drafts = []
    for product_id in range(1, products + 1):
        draft = _draft(market, luck, product_id, tag, taken)
        taken.add(draft.name)
        drafts.append(draft)
    return drafts


def _draft(market: Market, luck: Luck, product_id: int, tag: PriceTag, taken: Set[str]) -> _Draft:
    category_id = _category_id(market.categories, luck, product_id)
    category = market.categories[category_id - 1]
    u_item, u_price, u_weight, u_margin, appeal = luck.draws(Purpose.PRODUCT, product_id, _TRAITS, 5)
    item = category.items[int(u_item * len(category.items))]
    forms = _forms(category, item, luck.draws(Purpose.PRODUCT, product_id, _FORM, 2 * _MOST_TRIES))
    name, size, naming = _first_free(forms, taken, market.edition)
    price = tag.cents(lognormal(u_price, item.price, category.price_sigma) * size**_BULK_PRICE * 100.0)
    margin = category.margin * (0.85 + 0.3 * u_margin)  # products of a category differ somewhat; our choice
    return _Draft(
        product_id,
        category_id,
        name,
        list_price_cents=price,
        unit_cost_cents=max(1, round(price * (1.0 - margin))),
        weight_g=max(1, round(lognormal(u_weight, item.weight_kg, category.weight_sigma) * size * 1000.0)),
        appeal=appeal,
        naming=naming,
    )


def _category_id(categories: Sequence[markets.Category], luck: Luck, product_id: int) -> int:
    """Let the categories race for the product: one more at the end takes some, but moves none between the others."""
    uniforms = luck.draws(Purpose.PRODUCT, product_id, _CATEGORY, len(categories))
    times = [-log(1.0 - u) / category.share_of_products for u, category in zip(uniforms, categories, strict=True)]
    return 1 + times.index(min(times))


def _forms(
    category: markets.Category, item: markets.Item, uniforms: Sequence[float]
) -> list[tuple[str, float, Naming]]:
    """Return (name, size, its parts) of an item, each of a brand and in a variant drawn anew."""
    forms = []
    for u_brand, u_variant in zip(uniforms[::2], uniforms[1::2], strict=True):
        brand = category.brands[int(u_brand * len(category.brands))]
        variant = int(u_variant * len(item.variants))
        name = category.name_pattern.format(brand=brand, item=item.name, variant=item.variants[variant])
        naming = Naming(brand, item.name, item.variants[variant], item.called or item.name, item.form)
        forms.append((name, item.size(variant), naming))
    return forms


def _first_free(forms: Sequence[tuple[str, float, Naming]], taken: Set[str], edition: str) -> tuple[str, float, Naming]:
    """Return the first form whose name no product with a smaller id has, or a later edition of the first form."""
    name, size, naming = forms[0]
    later = ((name + edition.format(n=number), size, naming) for number in count(2))
    return next(form for form in chain(forms, later) if form[0] not in taken)
