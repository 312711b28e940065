"""Killed at forty moments of two shops' lives: the rows are those of a run in one go. Needs no Docker."""

from __future__ import annotations

from pathlib import Path

from tests.torture.campaign import Torturer
from tests.torture.servers import Server
from tests.torture.terms import Terms

PHASES = ("schema", "opening", "going on: reading", "going on, first batch", "catching up", "pacing")
MIDWAY = ("COPY", "just before COMMIT", "COMMIT")


def test_forty_kills(postgres_url: str, tmp_path: Path):
    terms = Terms(kills=40, kills_a_shop=20, seed=3, scale=0.1, days=3.0)
    shops = list(Torturer(Server(postgres_url), terms, tmp_path / "log").shops())
    assert [shop.wrong for shop in shops] == [()] * len(shops)
    kills = [kill for shop in shops for kill in shop.kills]
    assert len(kills) == 40
    phases = [kill.phase for kill in kills]
    assert [phase for phase in PHASES if not any(found.startswith(phase) for found in phases)] == []
    assert [what for what in MIDWAY if not any(found.endswith(f": {what}") for found in phases)] == []
    assert sum(kill.again for kill in kills) > 0
