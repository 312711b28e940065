"""What a real shop has of each type: how many a day, and one event of it."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from typing import Any

from pipeline.events.contract import CATALOGUE
from pipeline.events.position import Position
from pipeline.events.shop import connect, moment
from pipeline.events.stream import Stream


def seen(url: str) -> dict[str, Any]:
    """The shop's source, days since its opening, and by type: events a day since then, and the newest event."""
    count: Counter[str] = Counter()
    newest: dict[str, str] = {}
    with closing(connect(url)) as connection:
        with connection:
            now = moment(connection)
        for block in Stream(connection, now.shop, Position(now.shop.epoch), CATALOGUE).read(now.sim_now):
            count.update(event.type for event in block)
            newest |= {event.type: event.line for event in block}
    days = (now.sim_now - now.shop.epoch).total_seconds() / 86_400
    return {
        "source": now.shop.source,
        "days": days,
        "a_day": {name: round(count[name] / days, 1) for name in CATALOGUE},
        "examples": {name: json.loads(newest[name]) for name in CATALOGUE if name in newest},
    }
