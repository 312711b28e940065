"""A server of their own for the tests that break it, a shop opened there once, and copies of that for each test."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from functools import partial

import pytest
from sqlalchemy import make_url

from sim.embedded import EmbeddedServer, postmaster
from sim.journal.batch import Batch
from tests.databases import new_database, new_server
from tests.integration.test_running import Shop, eventually
from tests.long.outages.replay import EVENING as THE_EVENING
from tests.long.outages.replay import WORKER, Replay, opened_shop, record, replaying
from tests.long.outages.wire import Wire

SETTINGS = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB", "autovacuum": "off"}
MAY_WRITE = f"""
CREATE ROLE {WORKER} LOGIN PASSWORD '{WORKER}';
GRANT USAGE ON SCHEMA public, sim, truth TO {WORKER};
GRANT ALL ON ALL TABLES IN SCHEMA public, sim, truth TO {WORKER};
"""
Replaying = Callable[..., AbstractContextManager[Replay]]


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """A server that runs when a test begins; what a test breaks it mends."""
    with new_server(SETTINGS, "bazaar-outages-") as server:
        yield server


@pytest.fixture(scope="session")
def opened(server: EmbeddedServer) -> Shop:
    """The shop of the evening just opened, for copying: nobody may connect to it."""
    shop = in_database(server, "opened")
    opened_shop(shop)
    with shop.connected() as connection, connection.cursor() as cursor:
        cursor.execute(MAY_WRITE)
    return shop


@pytest.fixture(scope="session")
def evening(server: EmbeddedServer, batches: list[Batch]) -> dict[str, str]:
    """The digests of a shop that had its evening undisturbed."""
    shop = in_database(server, "undisturbed")
    shop.run(**THE_EVENING)
    digests = shop.digests()
    assert sum(batch.rows for batch in batches) > 2_000, "an evening in which too little happens proves little"
    return digests


@pytest.fixture(scope="session")
def undisturbed(server: EmbeddedServer) -> Shop:
    """The same hours by one process, with all keys from the beginning."""
    shop = in_database(server, "with_keys")
    shop.run(duration="1s")
    shop.run(duration="5h")
    return shop


@pytest.fixture(scope="session")
def batches() -> list[Batch]:
    """What happens in the evening after the opening."""
    return record()


@pytest.fixture
def shop(server: EmbeddedServer, opened: Shop) -> Iterator[Shop]:
    """A copy of the opened shop."""
    with new_database(url_of(server, "postgres"), template=str(make_url(opened.url).database)) as url:
        yield Shop(url)


@pytest.fixture
def replay(shop: Shop, batches: list[Batch]) -> Iterator[Replay]:
    """A sink on the copy, under the role that may do no more than write."""
    with replaying(shop, as_worker(shop.url), batches) as replay:
        yield replay


@pytest.fixture
def wire(server: EmbeddedServer) -> Iterator[Wire]:
    """A network to the server that can be cut."""
    with closing(Wire(port_of(server))) as wire:
        yield wire


@pytest.fixture
def replaying_by_wire(shop: Shop, batches: list[Batch], wire: Wire) -> Replaying:
    """A replay whose sink is at the other end of the wire."""
    url = make_url(as_worker(shop.url)).set(port=wire.port).render_as_string(hide_password=False)
    return partial(replaying, shop, url, batches)


def port_of(server: EmbeddedServer) -> int:
    return make_url(server.url() or "").port or 0


def as_worker(url: str) -> str:
    return make_url(url).set(username=WORKER, password=WORKER).render_as_string(hide_password=False)


def url_of(server: EmbeddedServer, database: str) -> str:
    return make_url(server.url() or "").set(database=database).render_as_string(hide_password=False)


def in_database(server: EmbeddedServer, name: str) -> Shop:
    administer(server, f"CREATE DATABASE {name}")
    return Shop(url_of(server, name))


def administer(server: EmbeddedServer, statement: str) -> None:
    with Shop(url_of(server, "postgres")).connected() as connection, connection.cursor() as cursor:
        cursor.execute(statement)


def kill(server: EmbeddedServer) -> None:
    """Kill a server and wait until none of its processes is left; another may have been started by then.

    They outlive the postmaster for a moment, in which one may still commit what it is sent.
    """
    cluster = server.data_root / "postgres"
    running = postmaster.find(cluster)
    assert running is not None
    processes = set(postmaster.processes_of(cluster))
    os.kill(running.pid, signal.SIGKILL)
    eventually(lambda: processes.isdisjoint(postmaster.processes_of(cluster)))
