"""More of a cause, more of its effect: small shops that share their luck and differ in one number.

Common random numbers: the same shoppers come at the same instants, so that a difference between two shops is the
number's doing and hardly chance's. Sessions a day and couriers are varied by a quarter and more, in New York at a fifth
of its size, and sessions no further than orders follow: beyond that far slots keep them away, and pickers rest. Means
are of a week after the first day. Nothing is asked about sizes: only the direction, at each step.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.validation.small_shop import SmallShop, lived
from tests.validation.theory import told

SETTLED = 1, 8


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[SmallShop]]:
    """Shops with less, as much, and more of a parameter than the baseline has."""
    folder = tmp_path_factory.mktemp("scenarios")

    def shop(section: str, name: str, value: float) -> SmallShop:
        file: Path = folder / f"{name}_{value:g}.yaml"
        file.write_text(f"{section}: {{{name}: {value}}}", encoding="utf-8")
        return lived(str(file), "New York", days=8, scale=0.2)

    usual = lived("baseline", "New York", days=8, scale=0.2)
    values = {"delivery.couriers": (157, None, 350), "demand.sessions_per_day": (40_000, None, 75_000)}

    def shops_by(parameter: str) -> list[SmallShop]:
        section, _, name = parameter.partition(".")
        return [usual if value is None else shop(section, name, value) for value in values[parameter]]

    return shops_by


def falls(values: list[float]) -> bool:
    return all(after < before for before, after in pairwise(values))


def grows(values: list[float]) -> bool:
    return falls(values[::-1])


def test_more_couriers_less_waiting_on_the_dock_and_less_lateness(shops):
    by_couriers = shops("delivery.couriers")
    assert grows([len(shop.rows("couriers")) for shop in by_couriers])
    dock, late, promised = (
        [look(*SETTLED) for look in looks]
        for looks in (
            [shop.dock_wait_min for shop in by_couriers],
            [shop.late_share for shop in by_couriers],
            [shop.promised_h for shop in by_couriers],
        )
    )
    told(f"couriers: dock {dock} min, late {late}, promised {promised} h")
    assert falls(dock)
    assert falls(late)
    assert falls(promised)  # the shop sees its roster, and promises less


def test_couriers_change_nothing_about_when_somebody_comes_in(shops):
    # who comes depends on what happened to whom; how many come, and when, does not: to the microsecond
    visits = [
        {row["session_id"]: row["started_at"] for row in shop.rows("sessions")} for shop in shops("delivery.couriers")
    ]
    assert len(visits[0]) > 1_000
    assert visits[0] == visits[1] == visits[2]


def test_more_demand_more_waiting_for_pickers_and_couriers(shops):
    by_demand = shops("demand.sessions_per_day")
    assert grows([float(shop.sessions(*SETTLED)) for shop in by_demand])
    picker = [shop.picker_wait_min(*SETTLED) for shop in by_demand]
    dock = [shop.dock_wait_min(*SETTLED) for shop in by_demand]
    promised = [shop.promised_h(*SETTLED) for shop in by_demand]
    told(f"demand: pickers {picker} min, dock {dock} min, promised {promised} h")
    assert grows(picker)
    assert grows(dock)
    assert grows(promised)


def test_a_longer_promise_turns_more_shoppers_away(shops):
    by_couriers = shops("delivery.couriers")
    left = [
        sum(row["exit_reason"] == "promise" for row in shop.rows("sessions")) / len(shop.rows("sessions"))
        for shop in by_couriers
    ]
    told(f"couriers: left for the promise {left}")
    assert falls(left)
