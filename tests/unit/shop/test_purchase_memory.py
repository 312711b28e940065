"""What customers remember to have bought."""

from __future__ import annotations

from sim.shop.purchase_memory import PurchaseMemory


def test_only_the_same_customer_and_product_bought_before():
    remembered = PurchaseMemory(span_us=100)
    remembered.add(1, 7, 10)
    assert remembered.had(1, 7, before_us=11, now_us=50)
    assert not remembered.had(1, 7, before_us=10, now_us=50)  # that one itself
    assert not remembered.had(2, 7, before_us=11, now_us=50)
    assert not remembered.had(1, 8, before_us=11, now_us=50)


def test_after_a_while_it_is_forgotten_whether_or_not_anything_was_added_since():
    lazily, at_once = PurchaseMemory(span_us=100), PurchaseMemory(span_us=100)
    for remembered in (lazily, at_once):
        remembered.add(1, 7, 10)
        remembered.add(1, 7, 60)
    at_once.add(2, 8, 111)
    for remembered in (lazily, at_once):
        assert remembered.had(1, 7, before_us=61, now_us=111)  # the second one
        assert not remembered.had(1, 7, before_us=60, now_us=111)
        assert not remembered.had(1, 7, before_us=61, now_us=161)
