"""Scenario files: found by name or path, laid over the baseline, refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from sim.experiments.parameters import numeric_parameters
from sim.scenario import Scenario, ScenarioError, load_scenario, scenario_names


@pytest.fixture
def write(tmp_path):
    def write_file(text: str, name: str = "mine.yaml") -> str:
        path: Path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write_file


def refusal(name_or_path: str) -> str:
    with pytest.raises(ScenarioError) as refused:
        load_scenario(name_or_path)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_that_comes_with_the_shop_loads_and_says_what_it_is_about(name):
    loaded_name, scenario = load_scenario(name)
    assert loaded_name == name
    assert scenario.description


def test_the_baseline_comes_first_and_is_the_defaults():
    assert scenario_names()[0] == "baseline"
    assert load_scenario("baseline")[1].digest() == Scenario().digest()


def test_scenarios_differ_in_their_digest_and_only_in_their_inputs():
    digests = {name: load_scenario(name)[1].digest() for name in scenario_names()}
    assert len(set(digests.values())) == len(digests)
    described = Scenario(description="the same in other words")
    assert described.digest() == Scenario().digest()


def test_a_file_states_its_differences_only(write):
    name, scenario = load_scenario(write("delivery: {couriers: 3}\nfunnel: {personas: {loyal: {patience_h: 1}}}"))
    assert name == "mine"
    assert (scenario.delivery.couriers, scenario.delivery.hold_min) == (3.0, Scenario().delivery.hold_min)
    loyal, before = scenario.funnel.personas["loyal"], Scenario().funnel.personas["loyal"]
    assert (loyal.patience_h, loyal.cart_factor) == (1.0, before.cart_factor)


def test_an_empty_file_is_the_baseline(write):
    assert load_scenario(write(""))[1].digest() == Scenario().digest()


def test_a_file_can_extend_a_scenario(write):
    known = load_scenario("courier_shortage")[1]
    scenario = load_scenario(write("extends: courier_shortage\ndemand: {sessions_per_day: 7}"))[1]
    assert scenario.delivery == known.delivery != Scenario().delivery
    assert scenario.demand.sessions_per_day == 7.0


def test_a_file_can_extend_a_file(write):
    first = write("delivery: {couriers: 3, hold_min: 1}", "first.yaml")
    delivery = load_scenario(write(f"extends: {first}\ndelivery: {{couriers: 4}}"))[1].delivery
    assert (delivery.couriers, delivery.hold_min) == (4.0, 1.0)


@pytest.mark.parametrize("persona", Scenario().funnel.personas)
def test_any_channel_and_device_can_be_given_a_factor_and_the_others_stay(write, persona):
    usual = Scenario()
    for table, names in (
        (f"funnel: {{personas: {{{persona}: {{channel_factor: {{NAME: 7}}}}}}}}", usual.demand.channel_weight),
        (f"funnel: {{personas: {{{persona}: {{device_factor: {{NAME: 7}}}}}}}}", usual.demand.device_weight),
        ("traits: {channel_factor_by_device: {tablet: {NAME: 7}}}", usual.demand.channel_weight),
    ):
        for name in names:
            _, given = load_scenario(write(table.replace("NAME", name)))
            before, after = numeric_parameters(usual), numeric_parameters(given)
            assert {path.rpartition(".")[2]: after[path] for path in after if after[path] != before[path]} == {name: 7}


def test_a_channel_that_there_is_not_is_refused_with_all_that_there_are(write):
    said = refusal(write("funnel: {personas: {loyal: {channel_factor: {radio: 2}}}}"))
    assert said.startswith("scenario: unknown parameter funnel.personas.loyal.channel_factor.radio; known here: ")
    assert set(said.partition("known here: ")[2].split(", ")) == set(Scenario().demand.channel_weight)


def test_an_unknown_scenario_is_refused_with_the_known_ones():
    assert "'nowhere'" in refusal("nowhere")
    assert all(name in refusal("nowhere") for name in scenario_names())


@pytest.mark.parametrize("path", ["/nowhere/mine.yaml", "mine.txt", ""])
def test_a_path_that_is_no_file_is_refused(path):
    assert repr(path) in refusal(path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("delivery: {courier: 3}", "unknown parameter delivery.courier"),
        ("deliveries: {}", "unknown parameter deliveries"),
        ("delivery: {vehicles: {van: {wheels: 4}}}", "unknown parameter delivery.vehicles.van.wheels"),
        ("delivery: {vehicles: {rocket: {}}}", "unknown parameter delivery.vehicles.rocket"),
        ("delivery: {shifts: [{from: 8}]}", "delivery.shifts.0.from"),
        ("demand: {campaigns: [{from_day: 1, factr: 2}]}", "demand.campaigns.0.factr"),
        ("demand: {channel_weight: {radio: 1}}", "unknown parameter demand.channel_weight.radio"),
        ("delivery: {couriers: many}", "delivery.couriers"),
        ("delivery: {couriers: 0}", "delivery.couriers"),
        ("delivery: {couriers: .nan}", "delivery.couriers"),
        ("funnel: {bounce: 1.5}", "funnel.bounce"),
        ("funnel: {bounce: 1.5}", "1.5"),
        ("delivery: null", "delivery"),
        ("delivery: 3", "delivery"),
        ("warehouse: {pickers_by_hour: [1, 2]}", "warehouse.pickers_by_hour"),
        ("warehouse: {pickers_by_hour: [0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}", "pickers_by_hour"),
        ("satisfaction: {opening_low: 90}", "opening_low"),
        ("demand: {day_of_week_factor: [0,0,0,0,0,0,0]}", "day_of_week_factor"),
        ("extends: nowhere", "'nowhere'"),
        ("extends: 3", "3"),
        ("extends: [baseline]", "baseline"),
        ("- a list", "list"),
        ("just words", "str"),
        ("a: b: c", "cannot be read"),
        ("\x00", "cannot be read"),
        ("demand: {growth: 1}\nfunnel: {}\ndemand: {}", "line 3: 'demand' is there twice"),
        ("funnel:\n  bounce: 0.1\n  view_more: 0.2\n  bounce: 0.3", "line 4: 'bounce' is there twice"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(write, text, said):
    assert said in refusal(write(text))


def test_a_file_that_is_not_text_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_bytes(b"\xff\xfe\xff")
    assert "cannot be read" in refusal(str(path))


def test_a_scenario_is_immutable():
    with pytest.raises(ValidationError, match="frozen"):
        Scenario().delivery.couriers = 3.0  # type: ignore[misc]


def test_every_parameter_says_its_unit_and_source():
    def check(model: type, way: str) -> None:
        for name, field in model.model_fields.items():  # type: ignore[attr-defined]
            section = field.annotation
            if isinstance(section, type) and hasattr(section, "model_fields"):
                check(section, f"{way}{name}.")
            elif name != "description":
                extra = field.json_schema_extra
                assert field.description, f"{way}{name}"
                assert extra["unit"], f"{way}{name}"
                assert extra["source"], f"{way}{name}"

    check(Scenario, "")


def test_a_scenario_that_extends_its_own_path_is_refused(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(f"extends: {path}")
    with pytest.raises(ScenarioError):
        load_scenario(str(path))


_PERSONAS = ("bargain_hunter", "loyal", "impulsive", "window_shopper", "planner")


@pytest.mark.parametrize(
    "text",
    [
        "demand: {channel_weight: {direct: 0, search: 0, social: 0, email: 0, ads: 0, referral: 0}}",
        "payment: {method_weight: {card: 0, bank_transfer: 0, voucher: 0, debit_card: 0}}",
        "delivery: {vehicles: {"
        + ", ".join(f"{v}: {{share_of_fleet: 0}}" for v in ("van", "scooter", "bicycle"))
        + "}}",
        "delivery: {failure_weight: {nobody_home: 0, address_problem: 0, refused: 0}}",
        "funnel: {personas: {" + ", ".join(f"{p}: {{share_of_visitors: 0}}" for p in _PERSONAS) + "}}",
        "funnel: {personas: {" + ", ".join(f"{p}: {{visit_factor: 0}}" for p in _PERSONAS) + "}}",
        "stock: {promotion_discounts_percent: [150]}",
        "loyalty: {tier_from: {bronze: 500}}",
        "slots: {every_min: 1.0e-9}",
    ],
)
def test_values_that_would_stop_the_run_are_refused(tmp_path, text):
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError):
        load_scenario(str(path))
