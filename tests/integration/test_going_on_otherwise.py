"""Going on with other parameters: the past stays, the future uses the new ones, and every invariant goes on to hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.integration.test_running import Shop

OTHERWISE = {
    "quick suppliers": "stock: {lead_time_days: 0.3}",
    "other promotions": "stock: {promotion_share: 0.5}",
    "hasty shoppers": "funnel: {view_dwell_s: 1, checkout_dwell_s: 1, payment_dwell_s: 1}",
    "many returns": "returns: {rate: 0.9, processing_days: 0.1, delay_median_days: 0.2}",
    "no returns": "returns: {rate: 0, within_days: 0.2}",
    "quick reviews": "review: {within_days: 0.2, write: 1}",
    "quick work": "warehouse: {pick_base_s: 1, pick_line_s: 1, pack_base_s: 1}",
    "quick vehicles": "delivery: {stop_min: 0.1, hold_min: 0, travel_sigma: 0}",
    "other shifts": "delivery: {shifts: [{from_hour: 3, hours: 10, share: 1}]}",
    "shifts that overlap the open ones": "delivery: {shifts: [{from_hour: 9, hours: 10, share: 1}]}",
    "other fleet": "delivery: {vehicles: {van: {share_of_fleet: 0}}}",
    "impatient customers": "cancellation: {change_of_mind: 1, gives_up_late: 1, gives_up_after_h: 0.1}",
}


@pytest.mark.parametrize("text", OTHERWISE.values(), ids=OTHERWISE)
def test_other_parameters_break_nothing(database_url: str, tmp_path: Path, text: str):
    shop = Shop(database_url)
    shop.run(duration="30h")
    path = tmp_path / "otherwise.yaml"
    path.write_text(text, encoding="utf-8")
    shop.go_on(speed="max", scenario=str(path), duration="42h")
    shop.go_on(speed="max", duration="44h")
    assert shop.broken_invariants() == {}


def test_couriers_are_hired_and_left_at_home(database_url: str, tmp_path: Path):
    shop = Shop(database_url)
    shop.run(duration="12h")
    [(before,)] = shop.rows("SELECT count(*) FROM couriers")
    for count, name in ((2000, "many"), (1, "few")):
        (tmp_path / f"{name}.yaml").write_text(
            f"delivery: {{couriers: {count}, couriers_at_least: 1}}", encoding="utf-8"
        )
    shop.go_on(speed="max", scenario=str(tmp_path / "many.yaml"), duration="36h")
    [(hired,)] = shop.rows(
        "SELECT count(*) FROM couriers WHERE hired_at = (SELECT min(epoch) FROM sim.runs) + '12 h'::interval"
    )
    assert hired > before
    shop.go_on(speed="max", scenario=str(tmp_path / "few.yaml"), duration="60h")
    [(at_work,)] = shop.rows(
        "SELECT count(DISTINCT courier_id) FROM courier_shifts"
        " WHERE started_at > (SELECT min(epoch) FROM sim.runs) + interval '36 h'"
    )
    assert 0 < at_work <= 8
    assert shop.broken_invariants() == {}


@pytest.mark.parametrize(
    "text",
    ["demand: {sessions_per_day: 0}", "demand: {campaigns: [{days: 9, factor: 0}]}", "delivery: {absence_share: 1}"],
)
def test_a_shop_where_nothing_happens_comes_to_its_end(database_url: str, tmp_path: Path, text: str):
    path = tmp_path / "quiet.yaml"
    path.write_text(text, encoding="utf-8")
    shop = Shop(database_url)
    shop.run(duration="1d", scenario=str(path))
    assert shop.rows("SELECT status, sim_now - epoch = interval '1 day' FROM sim.runs") == [("finished", True)]
    assert shop.broken_invariants() == {}
