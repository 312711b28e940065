"""What customers remember to have bought: the good products that they speak of when they review another of the same."""

from __future__ import annotations

from collections import deque


class PurchaseMemory:
    """Deliveries of the last weeks by customer and product; instants are added in order and forgotten in order."""

    def __init__(self, span_us: int) -> None:
        self._span_us = span_us
        self._delivered_at: dict[int, tuple[int, ...]] = {}
        self._oldest_first: deque[tuple[int, int]] = deque()  # instant and key

    def add(self, customer_id: int, product_id: int, delivered_at: int) -> None:
        """Remember a delivery, and forget those that lie too far back by then."""
        self._forget(delivered_at)
        key = _key(customer_id, product_id)
        self._delivered_at[key] = (*self._delivered_at.get(key, ()), delivered_at)
        self._oldest_first.append((delivered_at, key))

    def had(self, customer_id: int, product_id: int, before_us: int, now_us: int) -> bool:
        """Whether the customer remembers, now, to have had the product before an instant."""
        instants = self._delivered_at.get(_key(customer_id, product_id), ())
        return any(now_us - self._span_us <= at < before_us for at in instants)

    def _forget(self, now_us: int) -> None:
        oldest_first = self._oldest_first
        while oldest_first and oldest_first[0][0] < now_us - self._span_us:
            _, key = oldest_first.popleft()
            if later := self._delivered_at.pop(key)[1:]:
                self._delivered_at[key] = later


def _key(customer_id: int, product_id: int) -> int:
    """One number instead of a pair, for there are many of them."""
    return customer_id << 32 | product_id
