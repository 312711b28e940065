"""The guard breaks when a ratio does, and only then."""

from __future__ import annotations

from typing import Any

from benchmarks.guard import FLOORS, LEAST_OF_SIMPY, judged, of_simpy


def found(**seconds: float) -> dict[str, Any]:
    """Each named run with this much processor time, a half of it the server's; any other with a second."""
    names = [name + suffix for name in FLOORS for suffix in ("", "_replay")]
    return {name: dict.fromkeys(("cpu_s", "server_cpu_s"), seconds.get(name, 1.0) / 2) for name in names}


def test_as_much_as_a_replay_is_fine():
    assert [line.met for line in judged(found())] == [True, True]


def test_what_costs_far_more_than_its_replay_is_told():
    checked, history = judged(found(checked=1.01 / FLOORS["checked"]))
    assert (checked.met, history.met) == (False, True)


def test_without_processor_time_nothing_is_judged():
    figures = {name: {"rows": 1.0} for name in found()}
    assert [line.met for line in judged(figures)] == [None, None]


def test_a_simulation_far_slower_than_simpy_is_told():
    assert [of_simpy({"ratio": ratio}).met for ratio in (LEAST_OF_SIMPY, LEAST_OF_SIMPY / 2)] == [True, False]
