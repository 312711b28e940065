"""A shop as it was at an instant, and the same one when it has gone on for a day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipeline.marts.cuts import cuts
from tests.integration.test_running import Shop

AS_OF = datetime(2026, 1, 8, 14, tzinfo=UTC)
"""An afternoon, three days after the opening: much is under way."""
Rows = list[tuple[Any, ...]]


class Seen(NamedTuple):
    """The cuts of one instant: seen then, and seen a day later; the shop as it is a day later."""

    then: dict[str, Rows]
    later: dict[str, Rows]
    shop: Shop


def cut_rows(shop: Shop, name: str, as_of: datetime, since: datetime | None = None) -> Rows:
    """The rows of a cut in PostgreSQL."""
    return sorted(shop.rows(cuts()[name].sql("postgresql", as_of, since)), key=repr)
