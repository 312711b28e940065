"""Prices of January 1999, as no shop has them, and what happens to them while a replica is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

OLD = "product_prices WHERE valid_from < '2000-01-01'"
_PUT = """
INSERT INTO product_prices (product_id, valid_from, price, reason)
SELECT product_id, day::timestamptz, new, reason
FROM (SELECT product_id, reason FROM product_prices ORDER BY 1, 2 LIMIT 1) AS one, (VALUES {}) AS of_days (day, new)
"""

# `python -m pipeline.replica rebuild`, and somebody who is as quick as can be.
SCRIPT = """
from pipeline.replica import rebuilding, shop, slot
from pipeline.replica.__main__ import main
from pipeline.replica.settings import ReplicaSettings

def then(step, statements):
    def both(*given):
        done = step(*given)
        with shop.connected(ReplicaSettings()) as here:
            for statement in statements:
                shop.ask(here, statement)
        return done
    return both

slot.make = then(slot.make, {after_slot!r})
rebuilding.load = then(rebuilding.load, {after_load!r})
raise SystemExit(main(["rebuild"]))
"""


def put(days: Iterable[int], price: float = 1.0) -> str:
    """The statement that makes a price for each of these days."""
    return _PUT.format(", ".join(f"({_at(day)}, {price})" for day in days))


def changes(first: int) -> list[str]:
    """What happens to the prices of four days from the first on, and of some after them."""
    one, gone, moved, back, new, passing, there = (_at(first + n) for n in range(7))
    return [
        f"UPDATE product_prices SET price = 9 WHERE valid_from = {one}",
        f"UPDATE product_prices SET price = 0.5 WHERE valid_from = {one}",
        f"DELETE FROM product_prices WHERE valid_from IN ({gone}, {back})",
        put([first + 3], 0.25),
        f"UPDATE product_prices SET valid_from = {there}, price = 0.12 WHERE valid_from = {moved}",
        put([first + 4, first + 5], 0.75),
        f"DELETE FROM product_prices WHERE valid_from = {passing}",
        f"UPDATE product_prices SET reason = reason WHERE valid_from = {new}",
    ]


def changed(first: int) -> list[tuple[int, float]]:
    """Days and prices after that."""
    return [(first, 0.5), (first + 3, 0.25), (first + 4, 0.75), (first + 6, 0.12)]


def said(connection: Any, statement: str) -> None:
    """Say it in a session that commits each."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _at(day: int) -> str:
    return f"timestamptz '1999-01-{day:02} 00:00Z'"
