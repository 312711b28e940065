"""Replications: what they depend on, and on what not."""

from __future__ import annotations

import pytest

from sim.engines.job import Interrupted
from sim.engines.local import ProcessEngine, SerialEngine
from sim.experiments import replication
from sim.experiments.comparison import Comparison
from sim.experiments.metrics import BY_NAME
from sim.experiments.replication import Conditions, jobs_of, replicate
from sim.facts import Fact, SessionStarted
from tests.experiments.small import BASELINE, CONDITIONS, EPOCH, MARKET, figure, fleet, job

FEW, MANY = fleet(140), fleet(340)  # four and ten couriers in Berlin


@pytest.fixture(scope="module")
def outcomes():
    """Three replications of a small and a large fleet, one after the other."""
    with SerialEngine() as engine:
        return list(engine.outcomes(jobs_of([FEW, MANY], 3, 1, CONDITIONS)))


@pytest.fixture(scope="module")
def comparison(outcomes):
    return Comparison([FEW.label, MANY.label], outcomes)


def test_neither_the_number_of_processes_nor_the_order_of_the_jobs_matters(comparison):
    jobs = jobs_of([FEW], 3, 1, CONDITIONS)
    with ProcessEngine(2) as engine:
        apart = list(engine.outcomes(jobs[::-1]))
    assert len(apart) == 3
    assert repr(Comparison([FEW.label], apart).outcomes) == repr(comparison.of(FEW.label))  # NaN is not equal to NaN


def test_a_replication_is_its_seed(outcomes):
    by_seed = {outcome.seed: outcome.figures for outcome in outcomes if outcome.label == FEW.label}
    assert sorted(by_seed) == [1, 2, 3]
    assert replicate(job(0, FEW, seed=3)).figures == pytest.approx(by_seed[3], rel=0, abs=0, nan_ok=True)
    assert by_seed[1] != by_seed[2]


def test_scenarios_have_their_luck_in_common(comparison):
    few, many = comparison.of(FEW.label), comparison.of(MANY.label)
    assert [one.seed for one in few] == [one.seed for one in many]
    assert figure(few, "sessions_per_day") == figure(many, "sessions_per_day")
    assert len(set(figure(few, "sessions_per_day"))) > 1


@pytest.mark.parametrize(
    ("metric", "falls"),
    [
        ("late_pct", True),
        ("dock_wait_mean_min", True),
        ("order_to_door_median_h", True),
        ("courier_utilisation_pct", True),
        ("orders_per_day", False),
        ("courier_hours_per_day", False),
    ],
)
def test_more_couriers_mean_less_waiting(comparison, metric, falls):
    # In every single replication: with common luck there is no need for many.
    pairs = zip(*(comparison.values(one.label, BY_NAME[metric]) for one in (FEW, MANY)), strict=True)
    assert all(few > many if falls else few < many for few, many in pairs)


def test_common_luck_pays_for_what_couriers_hardly_touch():
    """The ratio of two variances: of three replications it is as good as anything, so there are more."""
    with SerialEngine() as engine:
        comparison = Comparison([FEW.label, MANY.label], list(engine.outcomes(jobs_of([FEW, MANY], 8, 1, CONDITIONS))))
    assert comparison.difference(MANY.label, BY_NAME["picker_utilisation_pct"]).variance_ratio > 1.0


def _facts(conditions: Conditions) -> list[Fact]:
    facts: list[Fact] = []
    world = replication._open_world(job(conditions=conditions), facts.append)
    world.env.run_through(conditions.window.ends_us, lambda: False)
    return facts


def test_a_city_lives_the_same_life_without_the_others():
    together = Conditions(EPOCH, 0.25, 0.0, MARKET, scale=0.05)
    alone = Conditions(EPOCH, 0.25, 0.0, MARKET, scale=0.05, cities=("Berlin",))
    fourth = [fact for fact in _facts(together) if isinstance(fact, SessionStarted) and fact.city_id == 4]
    assert [fact for fact in _facts(alone) if isinstance(fact, SessionStarted)] == fourth
    assert len(fourth) > 50


def test_a_replication_ends_soon_after_it_was_interrupted():
    asked = 0

    def after_a_while() -> bool:
        nonlocal asked
        asked += 1
        return asked == 3

    with pytest.raises(Interrupted):
        replicate(job(), after_a_while)
    assert asked == 3


def test_an_interrupt_at_the_very_end_counts():
    with pytest.raises(Interrupted):
        replicate(job(conditions=Conditions(EPOCH, 0.01, 0.0, MARKET, 0.05, cities=("Berlin",))), lambda: True)


def test_a_longer_warm_up_leaves_more_out():
    whole = replicate(job(conditions=Conditions(EPOCH, 1.0, 0.0, MARKET, 0.2, cities=("Berlin",))))
    parts = [
        replicate(job(conditions=Conditions(EPOCH, until, warm_up, MARKET, 0.2, cities=("Berlin",))))
        for warm_up, until in ((0.0, 0.5), (0.5, 1.0))
    ]
    sessions = [one.figures["sessions_per_day"] for one in (whole, *parts)]
    assert sessions[0] == pytest.approx((sessions[1] + sessions[2]) / 2, abs=1)
    assert sessions[1] != sessions[2]


def test_the_reference_comes_first_whatever_came_first(outcomes):
    assert Comparison([MANY.label, FEW.label], outcomes[::-1]).reference == MANY.label
    assert BASELINE.label not in Comparison([MANY.label, FEW.label], outcomes).labels
