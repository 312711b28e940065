"""Killed at forty moments of their lives, shops have the rows of runs in one go. Needs no Docker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.torture.campaign import Kill, Torturer
from tools.torture.servers import Server
from tools.torture.terms import Terms

EACH = 20
PHASES = ("schema", "opening", "going on: reading", "going on, first batch", "catching up", "pacing")
MIDWAY = ("COPY", "just before COMMIT", "COMMIT")


@pytest.fixture(scope="module")
def suffered() -> list[Kill]:
    return []


@pytest.mark.parametrize("first", [0, 1], ids=["a shop of long ago", "a shop that catches up with the wall clock"])
def test_twenty_kills_of(first: int, suffered: list[Kill], postgres_url: str, tmp_path: Path):
    terms = Terms(kills=EACH, kills_a_shop=EACH, seed=3, scale=0.1, days=3.0, together=0.3)
    shops = list(Torturer(Server(postgres_url), terms, tmp_path / "log").shops(first))
    assert [shop.wrong for shop in shops] == [()] * len(shops)
    kills = [kill for shop in shops for kill in shop.kills]
    assert len(kills) == EACH
    suffered += kills


def test_they_hit_most_kinds_of_moment(suffered: list[Kill]):
    """An aim may be missed, now and then a whole kind; a campaign that only ever hit one kind would prove little."""
    assert len(suffered) == 2 * EACH, "this looks at what the tests before it have done"
    phases = [kill.phase for kill in suffered]
    assert len([phase for phase in PHASES if not any(found.startswith(phase) for found in phases)]) <= 1
    assert len([what for what in MIDWAY if not any(found.endswith(f": {what}") for found in phases)]) <= 1
    assert sum(kill.again for kill in suffered) > 0
