"""Incidents on paper: how a scenario states them, where they are, and when they act."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.clock.units import HOUR_US
from sim.luck import Luck
from sim.markets import load_market
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.shop.incidents import Calendar, Incident, is_on_strike
from sim.shop.places import ids_of, places_of, planned_incidents

INTERNATIONAL = load_market("international")
PLACES = places_of(INTERNATIONAL)


# --- as a scenario states them ---------------------------------------------------------------------------------------


def test_a_list_of_incidents_is_planned_in_its_places():
    listed = [
        {"kind": "courier_strike", "city": "london", "after_hours": 1.5, "hours": 6, "strength": 0.25},
        {"kind": "warehouse_outage", "warehouse": "Tempelhof"},
        {"kind": "flash_sale", "after_hours": 48},
        {"kind": "traffic_jam", "city": 1},
    ]
    scenario = Scenario.model_validate({"incidents": listed})
    assert planned_incidents(scenario, INTERNATIONAL) == [
        ("courier_strike", 3, None, 0.25, 6.0, 1.5 * HOUR_US),
        ("warehouse_outage", 4, 41, None, 6.0, 0),
        ("flash_sale", None, None, 0.5, 6.0, 48 * HOUR_US),
        ("traffic_jam", 1, None, 2.0, 6.0, 0),
    ]


@pytest.mark.parametrize(
    ("incident", "said"),
    [
        ("{kind: earthquake}", "incidents.0.kind"),
        ("{city: London}", "incidents.0.kind"),
        ("{kind: traffic_jam, hours: 0}", "incidents.0.hours"),
        ("{kind: traffic_jam, after_hours: -1}", "incidents.0.after_hours"),
        ("{kind: traffic_jam, strength: 1}", "of a traffic_jam it is the factor on travel time, above 1 up to 20"),
        ("{kind: warehouse_outage, strength: 0.5}", "a warehouse_outage has none"),
        ("{kind: flash_sale, city: London}", "a flash_sale concerns the whole market"),
        ("{kind: payment_outage, warehouse: 11}", "a payment_outage concerns cities"),
        ("{kind: traffic_jam, from: 3}", "incidents.0.from"),
        ("{kind: traffic_jam, city: [London]}", "incidents.0.city"),
    ],
)
def test_what_is_wrong_with_an_incident_is_said_in_one_line(tmp_path: Path, incident: str, said: str):
    path = tmp_path / "mine.yaml"
    path.write_text(f"incidents: [{incident}]")
    with pytest.raises(ScenarioError) as refused:
        load_scenario(str(path))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_incidents_are_part_of_the_digest():
    one = Scenario.model_validate({"incidents": [{"kind": "flash_sale"}]})
    assert one.digest() != Scenario().digest()
    assert Scenario.model_validate(one.resolved()) == one


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("city", "warehouse", "ids"),
    [
        (None, None, (None, None)),
        ("SÃO PAULO", None, (2, None)),
        ("2", None, (2, None)),
        (None, "Santo Amaro", (2, 22)),
        (None, 22, (2, 22)),
        ("São Paulo", "22", (2, 22)),
    ],
)
def test_places_by_name_or_number(city: str | None, warehouse: str | int | None, ids: tuple[int | None, int | None]):
    assert ids_of(PLACES, city, warehouse) == ids


@pytest.mark.parametrize(
    ("city", "warehouse", "said"),
    [
        ("Paris", None, "city: 'Paris' is not there; allowed are New York, São Paulo, London, Berlin, Sydney"),
        (6, None, "city: 6 is not there"),
        ("London", 22, "warehouse: 22 is not there; allowed are Park Royal (31), Bermondsey (32)"),
    ],
)
def test_places_that_are_not_there(city: str | int | None, warehouse: int | None, said: str):
    with pytest.raises(ValueError, match="is not there") as refused:
        ids_of(PLACES, city, warehouse)
    assert said in str(refused.value)


def test_a_name_that_two_warehouses_have_needs_the_city():
    twins = [place._replace(warehouse="Central") for place in (PLACES[0], PLACES[2])]
    with pytest.raises(ValueError, match="'central' is not only one; allowed are") as refused:
        ids_of(twins, None, "central")
    assert str(refused.value).endswith("Central (11), Central (21)")
    assert ids_of(twins, "São Paulo", "central") == (2, 21)


# --- when they act ---------------------------------------------------------------------------------------------------


def calendar(*incidents: Incident) -> Calendar:
    made = Calendar()
    for incident in incidents:
        made.add(incident)
    return made


@pytest.mark.parametrize(("at_us", "acts"), [(9, False), (10, False), (11, True), (20, True), (21, False)])
def test_an_incident_acts_after_its_beginning_up_to_its_end(at_us: int, acts: bool):
    jam = Incident(1, "traffic_jam", 1, None, 3.0, 10, 20)
    assert calendar(jam).travel_factor(1, at_us) == (3.0 if acts else 1.0)


def test_incidents_at_once_in_one_place():
    known = calendar(
        Incident(1, "traffic_jam", 1, None, 3.0, 0, 100),
        Incident(3, "traffic_jam", None, None, 1.5, 0, 100),
        Incident(5, "payment_outage", 1, None, 0.5, 0, 100),
        Incident(7, "payment_outage", None, None, 0.5, 0, 100),
        Incident(9, "flash_sale", None, None, 0.3, 0, 100),
        Incident(11, "flash_sale", None, None, 0.2, 0, 100),
        Incident(13, "warehouse_outage", 1, 11, None, 0, 100),
    )
    assert (known.travel_factor(1, 50), known.travel_factor(2, 50)) == (4.5, 1.5)
    assert (known.declined_share(1, 50), known.declined_share(2, 50)) == (0.75, 0.5)
    assert (known.sale_share(50), known.sale_share(101)) == (0.3, 0.0)
    assert [known.is_out(1, warehouse, 50) for warehouse in (11, 12)] == [True, False]


def test_on_an_ordinary_day_nothing_is_otherwise():
    known = Calendar()
    assert (known.travel_factor(1, 5), known.declined_share(1, 5), known.sale_share(5)) == (1.0, 0.0, 0.0)
    assert not known.is_out(1, 11, 5)


def test_the_scenarios_numbers_are_odd_and_people_do_not_use_them_up():
    known = Calendar()
    numbers = []
    for asked in (2, 4, 6):
        numbers.append(known.next_id())
        known.add(Incident(numbers[-1], "traffic_jam", None, None, 2.0, 0, 1))
        known.add(Incident(asked, "traffic_jam", None, None, 2.0, 0, 1))
    assert numbers == [1, 3, 5]


def test_as_many_strike_as_the_share_says_and_the_same_all_along():
    luck, strike = Luck(1), Incident(1, "courier_strike", None, None, 0.3, 0, 100)
    couriers = range(100, 200_000, 100)
    strikers = [id_ for id_ in couriers if is_on_strike(id_, [strike], luck)]
    assert 540 < len(strikers) < 660  # of 2,000; the standard deviation is 20
    assert [id_ for id_ in couriers if is_on_strike(id_, [strike], luck)] == strikers
    larger = Incident(1, "courier_strike", None, None, 0.6, 0, 100)
    assert all(is_on_strike(id_, [larger], luck) for id_ in strikers)
