"""A shop of an older program that is replicated and has an analyst beside it: upgraded in its place, then followed.

PostgreSQL is a real one, and so is the upgrade; MySQL's catalogue says what the older program made there: today's
tables without what migrations have added since.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from db.upgrade import migrate, upgrade_schema
from models import SCHEMA_VERSION, revision_of
from pipeline.replica import catalogue, mysql_tables, publication, shop, slot, state
from pipeline.replica.problems import NotPossible
from pipeline.replica.shop import ask
from tests.contract.conftest import engine_of
from tests.contract.first_schema import move_rows
from tests.databases import new_database, new_server
from tests.integration.test_running import Shop
from tests.pipeline.replica.fake_connect import FakeConnect, serving
from tests.pipeline.replica.fake_ends import FakeEnds
from tests.pipeline.replica.settings import settings
from tests.pipeline.replica.test_ensuring import LOGICAL, MAKE_SLOT, World, as_debezium

VERSION = 2
SINCE = {"incidents", "retention", "customer_devices", "survey_answers"}  # tables that came later, and columns of runs
PUBLISHED_SINCE = {"sim.incidents", "sim.retention", "public.customer_devices", "public.survey_answers"}
NO_LONGER = "satisfaction_changes"  # which no copy of a shop has since it moved to schema truth
COLUMNS_SINCE = {"currency", "schema_version"}
THEIRS = """
CREATE SCHEMA marts;
CREATE VIEW marts.by_city AS SELECT city_id, count(*) AS customers FROM customers GROUP BY city_id;
CREATE TABLE marts.notes (note text);
INSERT INTO marts.notes VALUES ('without a key');
"""
# As that program noted of which shop a replica is.
IDENTITY = """
SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
    (SELECT oid FROM pg_database WHERE datname = current_database()), 'sim.runs'::regclass::oid, market, seed,
    to_char(epoch AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) FROM sim.runs
"""


@pytest.fixture(scope="module")
def servers() -> Iterator[str]:
    with new_server(LOGICAL, "bazaar-older-") as server:
        yield server.start()


@pytest.fixture
def older(servers: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A replica of an older shop that follows it, as the older program had left both."""
    with new_database(servers) as today, new_database(servers) as url:
        Shop(today).run(duration="10m")
        _make_older(today, url)
        ends = FakeEnds()
        ends.put(monkeypatch)
        with serving(FakeConnect()) as connect, shop.connected(settings(DATABASE_URL=url)) as here:
            world = World(settings(DATABASE_URL=url, CONNECT_URL=connect.url), here, ends, connect)
            connect.resumed = lambda name: as_debezium(connect, here, name)
            _replicated(world)
            yield world


def _make_older(today: str, url: str) -> None:
    with engine_of(today).connect() as source, engine_of(url).connect() as old:
        migrate(old, revision_of(VERSION))
        move_rows(source, old)
        old.exec_driver_sql(f"DELETE FROM sim.alembic_version WHERE version_num <> '{revision_of(VERSION)}'")
        old.exec_driver_sql(THEIRS)
        old.commit()


def _replicated(world: World) -> None:
    forms = {table.name: catalogue.wanted(table) for table in mysql_tables.of_models() if table.name not in SINCE}
    runs = forms["runs"]
    kept = [n for n, (name, *_) in enumerate(runs.columns) if name not in COLUMNS_SINCE]
    assert len(runs.columns) - len(kept) == len(COLUMNS_SINCE)
    forms["runs"] = runs._replace(columns=tuple(runs.columns[n] for n in kept))
    named = ", ".join(sorted((publication.wanted() - PUBLISHED_SINCE) | {f"public.{NO_LONGER}"}))
    ask(world.here, f"CREATE PUBLICATION {publication.NAME} FOR TABLE {named}")
    ask(world.here, MAKE_SLOT)
    forms[NO_LONGER] = forms["reviews"]  # of some form
    world.ends.tables, world.ends.trigger, world.ends.topic = forms, True, "topic of before"
    [(identity,)] = ask(world.here, IDENTITY)
    world.ends.state = state.State(state.Phase.FOLLOWING, None, identity, "topic of before", None, None, None)


def test_it_waits_for_the_upgrade_and_is_made_anew_with_all_that_came_by_it(older: World):
    url = older.settings.database_url
    with pytest.raises(NotPossible, match=f"the shop's schema is {revision_of(VERSION)}, .*make upgrade"):
        older.ensured()
    assert older.ends.tables.keys().isdisjoint(SINCE), "nothing was touched"
    before = slot.found(older.here)
    assert before is not None

    with engine_of(url).connect() as connection:
        done = upgrade_schema(connection)
    assert [step.revision for step in done.steps] == [revision_of(n) for n in range(VERSION + 1, SCHEMA_VERSION + 1)]
    assert done.dropped == []
    published = publication.found(older.here)
    assert published is not None
    assert PUBLISHED_SINCE.isdisjoint(published.tables), "an upgrade leaves what is not its own alone"
    assert not [name for name in published.tables if NO_LONGER in name], "but for what nobody shall see any more"
    assert slot.found(older.here) is not None

    said = older.ensured()
    assert said[0] == (
        "rebuild: table retention is missing; table runs has no column currency, schema_version;"
        " table customer_devices is missing"
    )
    older.is_right()
    assert older.ends.tables == {table.name: catalogue.wanted(table) for table in mysql_tables.of_models()}
    # who works beside the shop has lost nothing, and may change what has no key
    customers = ask(older.here, "SELECT sum(customers) FROM marts.by_city")
    assert customers == ask(older.here, "SELECT count(*) FROM customers") != [(0,)]
    ask(older.here, "UPDATE marts.notes SET note = 'still without'")
    assert ask(older.here, "SELECT note FROM marts.notes") == [("still without",)]
