"""A real PostgreSQL for every test that wants one, and the tests divided among the cores."""

from __future__ import annotations

import os
import signal
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]

from tests.databases import new_database, new_server

# A test's data need not outlive a power cut, and many small clusters share one machine.
TEST_SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "64MB"}
OUTSIDE_SERVER = "BAZAAR_TEST_DATABASE_URL"

MOST_PROCESSES = 4  # each has a server, and tests that start processes of their own
# Here several files look at one shop or break one server, which would otherwise be made in every process; and kernels
# of notebooks that start at the same time in several processes may choose the same port.
TOGETHER = {
    "tests/export",
    "tests/long/outages",
    "tests/notebooks",
    "tests/pipeline/marts",
    "tests/report",
    "tests/validation",
}

# How long an example takes says more about the machine than about the code.
settings.register_profile("bazaar", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("bazaar")


def pytest_configure() -> None:
    """Hear SIGINT also in the background of a script, where it is ignored: what the tests start would inherit that."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Generator[None, int, int]:
    """One process a core, within reason; none besides this one (0) where there is nothing to divide."""
    cores = yield
    one_file = [Path(named.partition("::")[0]).suffix for named in config.args] == [".py"]
    # On one server two tests at once would see each other's roles, for those belong to all of its databases.
    return 0 if one_file or OUTSIDE_SERVER in os.environ else min(cores, MOST_PROCESSES)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """For `--dist loadfile`: a process gets a file at a time, or one of the folders in `TOGETHER`."""
    if config.getoption("dist") != "loadfile":
        return None
    scheduler = LoadFileScheduling(config, log)
    scheduler._split_scope = _indivisible
    return scheduler


def _indivisible(test: str) -> str:
    """The file or the folder whose tests run in one process."""
    file = test.partition("::")[0]
    folder = file.rpartition("/")[0]
    return folder if folder in TOGETHER else file


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The owner's URL of a server for all tests of one process; BAZAAR_TEST_DATABASE_URL names another one to use."""
    if outside := os.environ.get(OUTSIDE_SERVER):
        yield outside
        return
    with new_server(TEST_SETTINGS, "bazaar-tests-") as server:
        yield server.start()


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    with new_database(postgres_url) as url:
        yield url
