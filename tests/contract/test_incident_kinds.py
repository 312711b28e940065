"""The kinds of incident that a scenario knows are those that the database takes, with the same strengths."""

from __future__ import annotations

import re
from math import inf, nan, nextafter
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from models.run_control import INCIDENTS
from sim.scenario.incidents import KINDS, LONGEST_H, misjudged

ASK = """
INSERT INTO sim.incidents (incident_id, kind, strength, hours, origin, asked_at)
VALUES (100, :kind, :strength, :hours, 'hand', now())
"""


def is_taken(shop: Connection, kind: str, strength: float | None, hours: float = 1.0) -> bool:
    try:
        with shop.begin_nested() as nested:
            shop.execute(text(ASK), {"kind": kind, "strength": strength, "hours": hours})
            nested.rollback()
    except IntegrityError:
        return False
    return True


def test_the_kinds_are_the_same():
    assert tuple(KINDS) == INCIDENTS


@pytest.mark.parametrize("kind", KINDS)
def test_a_strength_is_allowed_by_both_or_by_none(shop: Connection, kind: str):
    if not KINDS[kind].strength:
        assert is_taken(shop, kind, None)
        assert misjudged(kind, 1.0)
        assert not is_taken(shop, kind, 1.0)
        return
    above, most = KINDS[kind].above, KINDS[kind].most
    for strength in (nextafter(above, inf), KINDS[kind].usual, most):
        assert misjudged(kind, strength) is None
        assert is_taken(shop, kind, strength)
    for strength in (above, nextafter(most, inf), -1.0, nan, inf):
        assert misjudged(kind, strength)
        assert not is_taken(shop, kind, strength)
    assert not is_taken(shop, kind, None)


@pytest.mark.parametrize(("hours", "taken"), [(0.0, False), (LONGEST_H, True), (nextafter(LONGEST_H, inf), False)])
def test_no_incident_lasts_longer_than_a_run_may(shop: Connection, hours: float, taken: bool):
    assert is_taken(shop, "traffic_jam", 2.0, hours) == taken


def test_the_example_for_analysts_finds_the_parcels_of_an_incident(shop: Connection):
    page = (Path(__file__).parents[2] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    [sql] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    hour_of_order_101 = "began_at = '2026-01-05T08:00Z', ends_at = '2026-01-05T09:00Z'"
    shop.execute(text(f"UPDATE sim.incidents SET {hour_of_order_101} WHERE incident_id = 1"))
    [found] = shop.exec_driver_sql(sql).mappings()
    assert (found["kind"], found["city"], found["parcels"]) == ("courier_strike", "Berlin", 1)
    assert (found["dock_minutes"], found["late_pct"]) == (100, 0)
