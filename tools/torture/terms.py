"""The terms of a torture, and the starts that they make: what matters to the rows is fixed, the rest is drawn."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tools.torture.aims import Aim
from tools.torture.simulator import Start

MONDAY = "2026-01-05T00:00Z"
_ZONES = ("UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Europe/London")
_BATCHES = (300, 1_000, 4_000, None)
_LONG_LIFE = 6
_SPEEDS = ("5000x", "12000x", "50000x")


class Terms(NamedTuple):
    """How much torture."""

    kills: int
    kills_a_shop: int = 25
    seed: int = 1
    scale: float = 0.05
    days: float = 2.0
    scenario: str = "baseline"
    check_every: int = 5  # kills between two looks at the invariants
    server_kills: float = 0.0  # share of kills that the server suffers too
    outages: float = 0.0  # share of the kills later than the first batch before which the server alone is killed
    keep: bool = False  # the databases
    together: float = 0.0  # share of the starts in which several processes make what history there is


def days_of(terms: Terms, number: int) -> float:
    """Every third shop lives so long that things are sent back and paid for."""
    return terms.days * (_LONG_LIFE if number % 3 == 2 else 1)


def settings_of(terms: Terms, number: int) -> tuple[str, ...]:
    """Every other shop opened so lately that going on catches up first and then keeps pace."""
    length = timedelta(days=days_of(terms, number))
    lately = (datetime.now(UTC) - length / 2).replace(minute=0, second=0, microsecond=0)
    return (
        *("--seed", str(terms.seed + number), "--scale", f"{terms.scale:g}"),
        *("--scenario", terms.scenario),
        *("--start", MONDAY if number % 2 == 0 else lately.isoformat()),
        *("--for", f"{length / timedelta(hours=1):g}h"),
    )


def drawn_start(luck: random.Random, terms: Terms, settings: tuple[str, ...], aim: Aim) -> Start:
    """A start with everything drawn that must not matter to the rows."""
    paced = luck.random() < 0.4 if aim.paced is None else aim.paced
    # A shop of long ago would catch up at full speed to its very end, which is no pace.
    catches_up = luck.random() < 0.5 if aim.paced is None else MONDAY not in settings
    pace = ("--speed", luck.choice(_SPEEDS) if paced else "max", *(() if catches_up else ("--no-catch-up",)))
    environment = {
        "PYTHONHASHSEED": str(luck.randrange(1, 10_000)),
        "TZ": luck.choice(_ZONES),
        "HISTORY": f"{luck.randrange(1, 30)}d",
    }
    batches = luck.choice(_BATCHES)
    together = ("--processes", luck.choice("123")) if luck.random() < terms.together else ()
    return Start(settings, (*pace, *together), environment, batches)
