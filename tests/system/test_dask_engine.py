"""Experiments on a Dask cluster, whose scheduler knows nothing of this program, and all that can go wrong with it."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from math import nan
from pathlib import Path

import pytest

from sim.engines import dask_engine
from sim.engines.dask_engine import DaskEngine, scheduler_address
from sim.engines.job import EngineError
from sim.engines.local import SerialEngine
from sim.engines.remote import DifferentProgram, Identity, carried_out_as, identity
from sim.experiments.comparison import Comparison
from sim.experiments.replication import Conditions, jobs_of
from tests.experiments.small import BASELINE, EPOCH, MARKET, fleet

REPOSITORY = Path(__file__).parents[2]
PAGE = (REPOSITORY / "docs" / "experiments.md").read_text(encoding="utf-8")
SHORT = Conditions(EPOCH, 0.5, 0.1, MARKET, scale=0.1, cities=("Berlin",))
VARIANTS = [BASELINE, fleet(120)]
PATIENCE_S = 60


def unheard(text: str) -> None:
    """For those who have nothing to be told."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def running(command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program with all its children, gone afterwards."""
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as program:
        try:
            yield program
        finally:
            kill(program)


def kill(program: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(program.pid, signal.SIGKILL)
    program.wait(PATIENCE_S)


def dask(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dask", *arguments]


class Scheduler:
    """A scheduler somewhere, where this program can't be imported."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        port = str(free_port())
        self.address = f"dask://127.0.0.1:{port}"
        self._folder = folder
        self._stack = stack
        command = dask("scheduler", "--host", "127.0.0.1", "--port", port, "--dashboard-address", "127.0.0.1:0")
        self.program = self._start(command, folder)

    def worker(self, folder: Path = REPOSITORY) -> subprocess.Popen[bytes]:
        """One more worker, a single process."""
        where = self.address.replace("dask://", "tcp://")
        command = ["worker", where, "--nthreads", "1", "--no-nanny", "--no-dashboard"]
        return self._start(dask(*command, "--local-directory", str(self._folder)), folder)

    def _start(self, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
        return self._stack.enter_context(running(command, folder))


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[Scheduler]:
    with ExitStack() as stack:
        yield Scheduler(tmp_path, stack)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A scheduler with two workers, for those who leave them alone."""
    with ExitStack() as stack:
        made = Scheduler(tmp_path_factory.mktemp("dask"), stack)
        made.worker()
        made.worker()
        wait_for_workers(made.address, 2)
        yield made.address


def wait_for_workers(address: str, number: int) -> None:
    with DaskEngine(address, unheard) as engine:
        until = time.monotonic() + PATIENCE_S
        while engine.title != f"Dask, {number} worker{'s' * (number > 1)}":
            assert time.monotonic() < until
            time.sleep(0.1)


# --- the same figures ------------------------------------------------------------------------------------------------


def test_a_cluster_comes_to_the_same_results(address: str):
    jobs = jobs_of(VARIANTS, 2, 1, SHORT)
    with DaskEngine(address, unheard) as engine:
        assert engine.title == "Dask, 2 workers"
        there = list(engine.outcomes(jobs))
    with SerialEngine() as serial:
        here = list(serial.outcomes(jobs))
    labels = [variant.label for variant in VARIANTS]
    assert repr(Comparison(labels, there).outcomes) == repr(Comparison(labels, here).outcomes)


def test_the_pages_commands_work_as_they_stand():
    """Three terminals; only the port is one that is free here."""
    block = PAGE.split("## More machines")[1].split("## ")[0]
    commands = [line.strip().replace("8786", str(port)) for port in [free_port()] for line in indented(block)]
    scheduler, worker, experiment = [shlex.split(command) for command in commands]
    assert [scheduler[3], worker[3], experiment[3]] == ["scheduler", "worker", "experiment"]
    with running(scheduler, REPOSITORY), running(worker, REPOSITORY):
        ended = subprocess.run(experiment, cwd=REPOSITORY, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    assert "8 replications in" in ended.stderr
    assert "on Dask, " in ended.stderr


def indented(text: str) -> list[str]:
    return re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)


# --- refused ---------------------------------------------------------------------------------------------------------


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(dask_engine, "_PATIENCE_S", 0.2)
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at dask://127.0.0.1:9 within 0.2 s \(.*refused"):
        DaskEngine("dask://127.0.0.1:9", unheard)


@pytest.mark.parametrize("greeting", [b"", b"SSH-2.0-OpenSSH_9.9\r\n", b"-"], ids=["silence", "another", "cut"])
def test_what_is_no_scheduler_is_not_waited_for(monkeypatch, greeting: bytes):
    monkeypatch.setattr(dask_engine, "_PATIENCE_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection, suppress(ConnectionError):
                connection.sendall(greeting)
                connection.recv(1)  # until they have had enough

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(EngineError, match="no Dask scheduler answers at dask://127"):
            DaskEngine(f"dask://127.0.0.1:{server.getsockname()[1]}", unheard)


def test_workers_are_waited_for_and_not_for_ever(monkeypatch, scheduler: Scheduler):
    monkeypatch.setattr(dask_engine, "_WORKERS_S", 1.0)
    heard: list[str] = []
    with pytest.raises(EngineError, match=rf"{scheduler.address} has no workers yet, and none came in 1 s"):
        DaskEngine(scheduler.address, heard.append)
    assert heard == [f"the Dask scheduler at {scheduler.address} has no workers yet; waiting 1 s for one"]


def test_workers_that_can_not_import_the_program_are_refused(scheduler: Scheduler, tmp_path: Path):
    scheduler.worker(tmp_path)
    with pytest.raises(EngineError, match=r"worker tcp://\S+ can't import the program; start it in a clone"):
        DaskEngine(scheduler.address, unheard)


OTHERS = [
    (identity()._replace(version="9.9"), "here it is 9.9"),
    (identity()._replace(sources="0" * 16), "other sources"),
    (identity()._replace(python="3.99"), "3.99"),
]


@pytest.mark.parametrize(("other", "told"), OTHERS, ids=["version", "sources", "python"])
def test_workers_of_another_program_are_refused(address: str, monkeypatch, other: Identity, told: str):
    monkeypatch.setattr(dask_engine, "identity", lambda: other)
    with pytest.raises(EngineError, match=rf"the Dask worker \S+ .*{told}.*; start it in a clone of this version"):
        DaskEngine(address, unheard)


def test_one_that_joins_later_is_refused_too(address: str, monkeypatch):
    with DaskEngine(address, unheard) as engine:
        monkeypatch.setattr(dask_engine, "identity", lambda: OTHERS[0][0])
        with pytest.raises(EngineError, match=r"a Dask worker has version .*; start it in a clone of this version"):
            list(engine.outcomes(jobs_of([BASELINE], 1, 1, SHORT)))


def test_a_stranger_does_no_job():
    with pytest.raises(DifferentProgram, match=r"has version .* and here it is 9\.9"):
        carried_out_as(OTHERS[0][0], jobs_of([BASELINE], 1, 1, SHORT)[0])


def test_a_replication_that_fails_is_told_in_a_line(address: str):
    endless = Conditions(EPOCH, nan, 0.1, MARKET)
    told = r"^a job failed on a Dask worker: ValueError: cannot convert float NaN to integer"
    with DaskEngine(address, unheard) as engine, pytest.raises(EngineError, match=told):
        list(engine.outcomes(jobs_of([BASELINE], 1, 1, endless)))


# --- lost in the middle ----------------------------------------------------------------------------------------------


def test_what_a_killed_worker_was_doing_is_done_again(scheduler: Scheduler):
    workers = [scheduler.worker(), scheduler.worker()]
    wait_for_workers(scheduler.address, 2)
    jobs = jobs_of([BASELINE], 5, 1, SHORT)
    with DaskEngine(scheduler.address, unheard) as engine:
        outcomes = engine.outcomes(jobs)
        first = next(outcomes)
        kill(workers[0])
        replications = sorted(one.replication for one in [first, *outcomes])
        assert engine.title == "Dask, 1 worker"
    assert replications == list(range(5))


def test_without_workers_it_ends_after_a_while(monkeypatch, scheduler: Scheduler):
    worker = scheduler.worker()
    heard: list[str] = []
    with DaskEngine(scheduler.address, heard.append) as engine:
        outcomes = engine.outcomes(jobs_of([BASELINE], 5, 1, SHORT))
        next(outcomes)
        monkeypatch.setattr(dask_engine, "_WORKERS_S", 1.0)
        kill(worker)
        with pytest.raises(EngineError, match="has lost all its workers, and none came in 1 s"):
            list(outcomes)
    assert "has lost all its workers; waiting 1 s for one" in heard[-1]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_scheduler_that_is_gone_ends_it(monkeypatch, scheduler: Scheduler, number: signal.Signals):
    scheduler.worker()
    engine = DaskEngine(scheduler.address, unheard)
    monkeypatch.setattr(dask_engine, "_PATIENCE_S", 1.0)
    with engine:
        outcomes = engine.outcomes(jobs_of([BASELINE], 5, 1, SHORT))
        next(outcomes)
        os.killpg(scheduler.program.pid, number)
        with pytest.raises(EngineError, match=rf"the Dask scheduler at {scheduler.address} is gone"):
            list(outcomes)


def test_a_scheduler_lost_between_two_steps_of_a_search(scheduler: Scheduler):
    scheduler.worker()
    with DaskEngine(scheduler.address, unheard) as engine:
        engine._client._timeout = 0.5
        kill(scheduler.program)
        until = time.monotonic() + PATIENCE_S
        while engine._client.status != "closed":  # it has given up
            assert time.monotonic() < until
            time.sleep(0.1)
        with pytest.raises(EngineError, match=r"the Dask scheduler at \S+ is gone"):
            list(engine.outcomes(jobs_of([BASELINE], 2, 1, SHORT)))


def test_ctrl_c_ends_it_and_leaves_nothing(address: str, tmp_path: Path):
    out = tmp_path / "figures.csv"
    command = ["experiment", "baseline", "--days", "40", "--replications", "2", "--cities", "Berlin", "--on", address]
    with subprocess.Popen(
        [sys.executable, "-m", "sim", *command, "--out", str(out)],
        cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        wait_for_tasks(address)
        program.send_signal(signal.SIGINT)
        stdout, stderr = program.communicate(timeout=PATIENCE_S)
    assert (program.returncode, stdout) == (130, "")
    assert stderr == "bazaar: experiment: interrupted; nothing was written\n"
    assert not out.exists()


def wait_for_tasks(address: str) -> None:
    """Until the cluster is busy."""
    with DaskEngine(address, unheard) as engine:
        until = time.monotonic() + PATIENCE_S
        while not any(engine._client.processing().values()):
            assert time.monotonic() < until
            time.sleep(0.1)


# --- addresses -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["dask://", "dask://host", "tcp://host:8786", "tls://host:8786", "dask://host:port", "dask://a b:1", "dask://::1:80",
     "dask://host:0", "dask://host:65536", ""],
)  # fmt: skip
def test_an_address_that_is_none(text: str):
    with pytest.raises(ValueError, match=r"allowed is dask://host:port, .* \(without TLS\)"):
        scheduler_address(text)


@pytest.mark.parametrize("place", ["lab-7.example.org:8786", "[::1]:8786", "10.0.0.7:65535"])
def test_an_address(place: str):
    assert scheduler_address(f"dask://{place}") == f"tcp://{place}"
