"""Complements: what goes with what, for good."""

from __future__ import annotations

from collections import Counter
from statistics import fmean

from sim.luck import Luck
from sim.markets import load_market
from sim.shop.catalogue import Catalogue
from sim.shop.complements import Complements
from sim.shop.display import Display

CATALOGUE = Catalogue.build(load_market("international"), Luck(1), products=400)
GOING_WITH = Complements(Luck(1), CATALOGUE)
ORDERED = sorted(CATALOGUE.products, key=lambda product: product.category_id)


def showing(hidden: frozenset[int] = frozenset()) -> Display:
    weights = [0.0 if one.product_id in hidden else one.popularity for one in ORDERED]
    return Display(ORDERED, {one.product_id: at for at, one in enumerate(ORDERED)}, weights, 1)


def test_up_to_three_other_goods_of_the_category_go_with_a_product():
    for product in CATALOGUE.products:
        found = GOING_WITH.of(product)
        assert 1 <= len(found) <= 3
        assert len({one.product_id for one in found}) == len(found)
        assert {one.category_id for one in found} == {product.category_id}
        assert product.naming.item not in {one.naming.item for one in found}


def test_it_is_the_same_whoever_asks_and_rather_popular():
    others = Complements(Luck(1), CATALOGUE)
    assert [others.of(one) for one in reversed(CATALOGUE.products)][::-1] == [
        GOING_WITH.of(one) for one in CATALOGUE.products
    ]
    chosen = [one.popularity for product in CATALOGUE.products for one in GOING_WITH.of(product)]
    assert fmean(chosen) > 2.0 * fmean(one.popularity for one in CATALOGUE.products)


def test_each_that_is_shown_is_taken_as_often():
    product = next(one for one in CATALOGUE.products if len(GOING_WITH.of(one)) == 3)
    ids = [one.product_id for one in GOING_WITH.of(product)]
    picked = Counter(GOING_WITH.pick(product, showing(), (i + 0.5) / 99).product_id for i in range(99))
    assert picked == dict.fromkeys(ids, 33)
    picked = Counter(
        GOING_WITH.pick(product, showing(frozenset(ids[:1])), (i + 0.5) / 99).product_id for i in range(99)
    )
    assert picked.keys() == set(ids[1:])


def test_where_nothing_is_shown_that_goes_with_it_another_of_the_category_is():
    product = CATALOGUE.products[0]
    display = showing(frozenset(one.product_id for one in GOING_WITH.of(product)))
    found = {GOING_WITH.pick(product, display, (i + 0.5) / 50) for i in range(50)}
    assert len(found) > 3
    assert {one.category_id for one in found} == {product.category_id}
    assert not found & set(GOING_WITH.of(product))
