"""The catalogue: who is in it, how popular at its height, and at what price when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from math import exp, log
from statistics import fmean, median, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.luck import Luck, Purpose
from sim.markets import Market, load_market
from sim.shop.catalogue import Catalogue, PriceTag

SEED = 1
MARKETS = {name: load_market(name) for name in ("international", "russian")}


@pytest.fixture(scope="module", params=sorted(MARKETS))
def market(request) -> Market:
    return MARKETS[request.param]


@pytest.fixture(scope="module")
def catalogue(market) -> Catalogue:
    return Catalogue.build(market, Luck(SEED))


def international(**settings) -> Catalogue:
    return Catalogue.build(MARKETS["international"], Luck(SEED), **settings)


# --- products --------------------------------------------------------------------------------------------------------


def test_products_are_numbered_from_1_and_found_by_id(catalogue):
    assert [product.product_id for product in catalogue.products] == list(range(1, 801))
    assert catalogue.product(17).product_id == 17
    assert catalogue.category(3).category_id == 3


def test_names_are_distinct_without_editions(catalogue, market):
    names = {product.name for product in catalogue.products}
    edition = market.edition.split("{", maxsplit=1)[0]
    assert len(names) == 800
    assert not any(edition in name for name in names)


def test_names_stay_distinct_when_words_run_out():
    catalogue = international(products=9000)
    names = [product.name for product in catalogue.products]
    assert len(set(names)) == 9000
    assert any(", series 2" in name for name in names)


def test_categories_have_their_share_of_products(catalogue, market):
    counts = Counter(product.category_id for product in catalogue.products)
    for category_id, category in enumerate(market.categories, start=1):
        share = category.share_of_products
        assert abs(counts[category_id] - 800 * share) < 4.0 * (800 * share * (1.0 - share)) ** 0.5


def test_prices_are_above_cost_and_weights_positive(catalogue):
    for product in catalogue.products:
        assert 0 < product.unit_cost_cents < product.list_price_cents
        assert product.weight_g > 0


def test_margins_are_those_of_the_category(catalogue, market):
    for category_id, category in enumerate(market.categories, start=1):
        margins = [
            1 - p.unit_cost_cents / p.list_price_cents for p in catalogue.products if p.category_id == category_id
        ]
        assert fmean(margins) == pytest.approx(category.margin, rel=0.1)


def test_list_prices_are_spread_like_a_general_shop(market):
    """Lines around 15-25 units of price level, so that orders of one to three lines come to 25-40."""
    for seed in (1, 2, 3):
        prices = [p.list_price_cents / 100 / market.price_level for p in Catalogue.build(market, Luck(seed)).products]
        assert 15.0 < median(prices) < 21.0
        assert 0.55 < pstdev(map(log, prices)) < 0.8


def test_prices_end_as_shops_write_them():
    cents = {product.list_price_cents % 100 for product in international().products}
    kopecks = {product.list_price_cents for product in Catalogue.build(MARKETS["russian"], Luck(SEED)).products}
    assert cents == {49, 99}
    assert all(price % 1000 == 900 or price == 99_000 for price in kopecks if price < 100_000)  # 349, and 990
    assert all(price % 10_000 == 9000 for price in kopecks if price >= 100_000)  # 1 290


@pytest.mark.parametrize(
    ("exact", "usual"), [(1, 49), (300, 299), (345, 349), (1234, 1199), (1260, 1299), (7712, 7499), (23_456, 22_999)]
)
def test_price_tag_takes_the_nearest_usual_price(exact, usual):
    assert PriceTag(MARKETS["international"]).cents(exact) == usual


@given(st.floats(0.0, 1e7))
def test_price_tag_is_stable_and_never_free(exact):
    tag = PriceTag(MARKETS["international"])
    usual = tag.cents(exact)
    assert usual >= 1
    assert (
        abs(tag.cents(usual) - usual) <= 500
    )  # at most one step, where a price just crosses into the next kind of ending


def test_a_bigger_variant_of_a_brand_weighs_more():
    catalogue = international(products=4000)
    weights = {product.name: product.weight_g for product in catalogue.products}
    pairs = [(name, name.replace("500 g", "1 kg")) for name in weights if "coffee beans, 500 g" in name]
    known = [(weights[small], weights[big]) for small, big in pairs if big in weights]
    assert known
    assert all(1.7 < big / small < 2.3 for small, big in known)


# --- luck ------------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_catalogue(market, catalogue):
    luck = Luck(SEED)
    luck.draws(Purpose.ORDER, 12)
    assert Catalogue.build(market, luck).products == catalogue.products
    assert Catalogue.build(market, Luck(SEED + 1)).products != catalogue.products


def traits(catalogue: Catalogue) -> list[tuple[object, ...]]:
    """What a product is by itself, without its place among the others."""
    return [(p.product_id, p.category_id, p.name, p.list_price_cents, p.weight_g) for p in catalogue.products]


def test_more_products_change_none_of_the_earlier():
    assert traits(international(products=1000))[:800] == traits(international(products=800))


def test_a_category_at_the_end_moves_no_product_between_the_others():
    market = MARKETS["international"]
    candles = market.categories[1].model_copy(update={"name": "Candles", "share_of_products": 0.1, "brands": ("Wick",)})
    larger = market.model_copy(update={"categories": (*market.categories, candles)})
    before, after = traits(international()), traits(Catalogue.build(larger, Luck(SEED)))
    stayed = [(old, new) for old, new in zip(before, after, strict=True) if new[1] != 13]
    assert 680 < len(stayed) < 770
    assert all(old[1] == new[1] for old, new in stayed)
    # A name may become free when the product that had it moves; such a product is the same kind of goods still.
    assert sum(old == new for old, new in stayed) > 0.97 * len(stayed)


# --- popularity ------------------------------------------------------------------------------------------------------


def test_popularity_is_a_power_law_that_sums_to_1(catalogue):
    by_rank = sorted(catalogue.products, key=lambda product: product.rank)
    assert [product.rank for product in by_rank] == list(range(1, 801))
    assert sum(product.popularity for product in by_rank) == pytest.approx(1.0)
    slope = log(by_rank[499].popularity / by_rank[9].popularity) / log(500 / 10)
    assert slope == pytest.approx(-0.69)


def test_a_fifth_of_the_products_has_more_than_half_of_the_views(catalogue):
    by_rank = sorted(catalogue.products, key=lambda product: product.rank)
    assert 0.5 < sum(product.popularity for product in by_rank[:160]) < 0.88


def test_rank_has_nothing_to_do_with_id_or_price(catalogue):
    ranks = [product.rank for product in catalogue.products]
    for others in (range(1, 801), [product.list_price_cents for product in catalogue.products]):
        assert abs(correlation(ranks, others)) < 4.0 / 800**0.5


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float:
    x_mean, y_mean = fmean(xs), fmean(ys)
    products = fmean((x - x_mean) * (y - y_mean) for x, y in zip(xs, ys, strict=True))
    return products / (pstdev(xs) * pstdev(ys))


def test_equal_popularity_when_the_exponent_is_0():
    assert {round(p.popularity, 12) for p in international(popularity_exponent=0.0).products} == {1 / 800}


# --- prices over time ------------------------------------------------------------------------------------------------


def test_promotions_have_their_share_and_their_discounts(catalogue, market):
    reductions = []
    weeks = 40
    for week in range(weeks):
        for product in catalogue.products:
            price = catalogue.price_cents(product, week)
            assert 0 < price <= product.list_price_cents
            if price < product.list_price_cents:
                reductions.append(1 - price / product.list_price_cents)
    tries = weeks * 800
    assert abs(len(reductions) / tries - 0.05) < 4.0 * (0.05 * 0.95 / tries) ** 0.5
    assert 0.1 < fmean(reductions) < 0.24  # the discounts' mean is 0.19 before prices get their usual endings
    assert exp(fmean(map(log, reductions))) > 0.08


def test_price_is_a_function_of_product_and_week_whatever_was_asked_before(market, catalogue):
    fresh = Catalogue.build(market, Luck(SEED))
    product = catalogue.product(37)
    forwards = [catalogue.price_cents(product, week) for week in range(60)]
    backwards = [fresh.price_cents(product, week) for week in reversed(range(60))]
    assert forwards == backwards[::-1]
    assert len(set(forwards)) > 1


def test_first_promotions_are_those_of_the_first_week(catalogue):
    promoted = dict(catalogue.first_promotions())
    assert 0 < len(promoted) < 100
    for product in catalogue.products:
        price = catalogue.price_cents(product, 0)
        assert price == promoted.get(product, product.list_price_cents)
        assert (price < product.list_price_cents) == (product in promoted)


def test_changes_applied_week_by_week_give_the_prices(catalogue):
    current = {product.product_id: product.list_price_cents for product in catalogue.products}
    current |= {product.product_id: price for product, price in catalogue.first_promotions()}
    for week in range(1, 12):
        for product, price, reason in catalogue.changes((week - 1, 0.0), (week, 0.0)):
            assert current.get(product.product_id) != price
            assert reason in {"promotion", "promotion_ended"}
            assert (price < product.list_price_cents) == (reason == "promotion")
            current[product.product_id] = price
        assert current == {p.product_id: catalogue.price_cents(p, week) for p in catalogue.products}


@pytest.mark.parametrize("settings", [{"promotion_share": 0.0}, {"promotion_discounts_percent": ()}])
def test_without_promotions_list_prices_hold(settings):
    catalogue = international(products=50, **settings)
    assert all(catalogue.price_cents(p, week) == p.list_price_cents for p in catalogue.products for week in range(30))
    assert catalogue.changes((4, 0.0), (5, 0.0)) == []


def test_a_flash_sale_lowers_more_prices_and_leaves_those_that_are_low():
    catalogue = international(promotion_share=0.1)
    usual, sale = ([catalogue.price_cents(p, 3, share) for p in catalogue.products] for share in (0.0, 0.5))
    lowered = [p for p, old, new in zip(catalogue.products, usual, sale, strict=True) if new < old]
    assert all(usual[p.product_id - 1] == p.list_price_cents for p in lowered)
    assert [new for old, new in zip(usual, sale, strict=True) if new > old] == []
    assert 0.35 * 800 < len(lowered) < 0.45 * 800  # 320 expected; five standard errors are 70
    changes = catalogue.changes((3, 0.0), (3, 0.5))
    assert [(p.product_id, reason) for p, _, reason in changes] == [(p.product_id, "promotion") for p in lowered]
    back = catalogue.changes((3, 0.5), (3, 0.0))
    assert [(p, price, reason) for p, price, reason in back] == [
        (p, p.list_price_cents, "promotion_ended") for p in lowered
    ]


def test_everything_on_promotion_is_below_list_price():
    catalogue = international(products=400, promotion_share=1.0, promotion_discounts_percent=(1.0, 90.0))
    assert all(0 < catalogue.price_cents(p, 0) < p.list_price_cents for p in catalogue.products)
