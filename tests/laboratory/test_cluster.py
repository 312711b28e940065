"""The same experiment on a Dask cluster of several worker processes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import LocalCluster

from sim.laboratory.cluster import DaskEngine, scheduler_address
from sim.laboratory.comparison import Comparison
from sim.laboratory.engines import EngineError, SerialEngine
from sim.laboratory.replication import Conditions, jobs_of
from tests.laboratory.small import BASELINE, EPOCH, fleet

SHORT = Conditions(EPOCH, days=0.5, warm_up_days=0.1, scale=0.1, cities=("Berlin",))
VARIANTS = [BASELINE, fleet(120)]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two workers, processes of their own."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0", host="127.0.0.1"
    ) as cluster:
        yield cluster.scheduler_address.replace("tcp://", "dask://")


def test_a_cluster_comes_to_the_same_results(address):
    jobs = jobs_of(VARIANTS, 2, 1, SHORT)
    with DaskEngine(address) as engine:
        assert engine.title == "Dask, 2 workers"
        there = list(engine.outcomes(jobs))
    with SerialEngine() as engine:
        here = list(engine.outcomes(jobs))
    labels = [variant.label for variant in VARIANTS]
    assert repr(Comparison(labels, there).outcomes) == repr(Comparison(labels, here).outcomes)


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr("sim.laboratory.cluster._PATIENCE_S", 0.2)
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at dask://127.0.0.1:9"):
        DaskEngine("dask://127.0.0.1:9")


def test_a_scheduler_without_workers_is_refused():
    with (
        LocalCluster(n_workers=0, dashboard_address=":0", host="127.0.0.1") as cluster,
        pytest.raises(EngineError, match="no workers yet"),
    ):
        DaskEngine(cluster.scheduler_address.replace("tcp://", "dask://"))


def test_workers_of_another_version_are_refused(address, monkeypatch):
    monkeypatch.setattr("sim.laboratory.cluster.__version__", "9.9")
    with pytest.raises(EngineError, match=r"worker .* is of version .*; start it in a clone of this version"):
        DaskEngine(address)


@pytest.mark.parametrize("text", ["dask://", "dask://host", "tcp://host:8786", "dask://host:port", "dask://a b:1", ""])
def test_an_address_that_is_none(text):
    with pytest.raises(ValueError, match="allowed is dask://host:port"):
        scheduler_address(text)


def test_an_address():
    assert scheduler_address("dask://lab-7.example.org:8786") == "tcp://lab-7.example.org:8786"
