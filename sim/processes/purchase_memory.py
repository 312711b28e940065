"""Purchase memory: who has bought a product lately and will speak of it, told from rows and luck like from life."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.luck import Purpose
from sim.luck_bulk import first_draws
from sim.processes.pending_consequences import disappointing
from sim.shop.ids import city_of
from sim.snapshot import RememberedRow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sim.facts import OrderLine
    from sim.scenario import Scenario
    from sim.shop.opinions import Opinions
    from sim.shop.order import Order
    from sim.shop.region import Region
    from sim.snapshot import DeliveredLines


def remember(opinions: Opinions, order: Order) -> None:
    """Let the customer keep in mind what is good in an order that has just been delivered."""
    remembered = order.warehouse.purchase_memory
    for line in order.lines:
        if opinions.is_remembered(order, line):
            remembered.add(order.customer.customer_id, line.product_id, order.delivered_at or 0)


def has_one_already(order: Order, line: OrderLine, now_us: int) -> bool:
    """Whether the customer remembers one of the same that had come before this order was placed."""
    remembered = order.warehouse.purchase_memory
    return remembered.had(order.customer.customer_id, line.product_id, order.placed_at, now_us)


def still_remembered(lines: DeliveredLines, seed: int, scenario: Scenario) -> list[RememberedRow]:
    """Return what `remember` kept in mind of lines that were delivered lately, the oldest first."""
    kept = first_draws(seed, Purpose.REMEMBERED, lines.order_id, lines.line_no)[0] < scenario.review.remembered
    places = np.flatnonzero(kept & ~disappointing(lines, seed, scenario))
    columns = (lines.delivered_at, lines.order_id, lines.line_no, lines.customer_id, lines.product_id)
    found = sorted(zip(*(column[places].tolist() for column in columns), strict=True))
    return [RememberedRow(customer_id, product_id, at) for at, _, _, customer_id, product_id in found]


def recall(region_of: Mapping[int, Region], rows: Iterable[RememberedRow]) -> None:
    """Put back in mind what customers remember, the oldest first; regions are by the numbers of their cities."""
    for row in rows:
        memory = region_of[city_of(row.customer_id)].purchase_memory
        memory.add(row.customer_id, row.product_id, row.delivered_at)
