"""Parameters by name and values as they are typed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from sim.experiments.metrics import METRICS, metric_named
from sim.experiments.parameters import numeric_parameters, parameter_named, parse_values, variants_of
from sim.scenario import Scenario

SCENARIO = Scenario()


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("couriers=10:40:10", [10, 20, 30, 40]),
        ("couriers=10:39:10", [10, 20, 30]),
        ("couriers=40:10:10", [10, 20, 30, 40]),
        ("couriers=40:10:-10", [10, 20, 30, 40]),
        ("couriers=5:5:1", [5]),
        ("couriers=30, 10,30", [10, 30]),
        ("couriers=0.1:0.5:0.1", ["0.1", "0.2", "0.3", "0.4", "0.5"]),  # decimals do not drift
    ],
)
def test_values(text, values):
    assert parse_values(text) == ("couriers", [Decimal(value) for value in values])


@pytest.mark.parametrize(
    "text",
    ["couriers", "couriers=", "=1:2:1", "c=a:b:c", "c=1:2", "c=1:2:0", "c=1:nan:1", "c=inf", "c=1,,2", "c=1:9999:1"],
)
def test_values_that_are_none(text):
    with pytest.raises(ValueError, match="allowed"):
        parse_values(text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("delivery.couriers", "delivery.couriers"),
        ("couriers", "delivery.couriers"),
        ("van.capacity_parcels", "delivery.vehicles.van.capacity_parcels"),
        ("sessions_per_day", "demand.sessions_per_day"),
    ],
)
def test_a_parameter_is_found_by_its_last_parts(text, path):
    assert parameter_named(text, SCENARIO) == path


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("capacity_parcels", "delivery.vehicles.bicycle.capacity_parcels"),  # which of the vehicles?
        ("courier", "delivery.couriers"),
        ("pickers_by_hour", "docs/model.md#parameters"),  # not a single number
        ("delivery", "docs/model.md#parameters"),
        ("queue_policy", "docs/model.md#parameters"),
        ("", "docs/model.md#parameters"),
    ],
)
def test_a_parameter_that_is_not_clear(text, says):
    with pytest.raises(ValueError, match=says):
        parameter_named(text, SCENARIO)


def test_every_numeric_parameter_can_be_varied():
    found = numeric_parameters(SCENARIO)
    assert found["delivery.couriers"] == 235
    for path, value in found.items():
        (variant,) = variants_of(SCENARIO, path, [Decimal(str(value))])
        assert variant.scenario == SCENARIO, path


def test_a_variant_differs_in_its_parameter_alone():
    (variant,) = variants_of(SCENARIO, "delivery.vehicles.van.capacity_parcels", [Decimal(12)])
    assert (variant.label, variant.value) == ("capacity_parcels=12", 12.0)
    changed = variant.scenario.resolved()
    assert changed["delivery"]["vehicles"]["van"].pop("capacity_parcels") == 12
    unchanged = SCENARIO.resolved()
    del unchanged["delivery"]["vehicles"]["van"]["capacity_parcels"]
    assert changed == unchanged


@pytest.mark.parametrize(
    ("path", "value"), [("delivery.couriers", "0"), ("demand.registered_share", "1.5"), ("stock.products", "1.5")]
)
def test_a_value_out_of_range_is_named(path, value):
    with pytest.raises(ValueError, match=f"{path}={value}: Input should be"):
        variants_of(SCENARIO, path, [Decimal(value)])


def test_metrics_by_name():
    assert metric_named("late").name == "late_pct"
    assert metric_named("couriers").name == "couriers"  # exactly, though courier_hours begins alike
    assert [metric_named(metric.name) for metric in METRICS] == list(METRICS)
    with pytest.raises(ValueError, match="dock_wait_mean_min, dock_wait_p95_min"):
        metric_named("dock")
    with pytest.raises(ValueError, match="did you mean late_pct"):
        metric_named("lat_pct")
    with pytest.raises(ValueError, match="known are sessions_per_day"):
        metric_named("")
