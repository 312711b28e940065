"""The first load on a real PostgreSQL: which rows it sees, and how it writes them for MySQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from threading import Timer
from typing import Any

import psycopg2
import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from pipeline.replica import catalogue, chosen, publication, shop, slot
from pipeline.replica.loading import load, statements
from pipeline.replica.problems import NotPossible
from pipeline.replica.settings import ReplicaSettings
from pipeline.replica.shop import ask
from tests.databases import new_database, new_server
from tests.pipeline.replica.fake_ends import FakeEnds
from tests.pipeline.replica.golden import GOLDEN, ROWS, Row, at
from tests.pipeline.replica.settings import settings
from tests.pipeline.replica.test_ensuring import DROP_SLOT, LOGICAL

# By hand, as MySQL reads them where a backslash is one.
WRITTEN = [
    "(1,7,70000,12.50,0.125,'0.1',1,'two words','x','2026-01-05 12:30:00.25')",
    "(2,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL)",
    "(3,0,0,0.00,0.000,'0',0,'','','1970-01-01 00:00:00')",
    "(4,-1,-2,-0.01,-0.001,'-1e-07',NULL,'-','1:-','1969-12-31 23:59:59.999999')",
    "(6,NULL,NULL,NULL,NULL,'123456789.12345679',NULL,'a\nb\\c''d\"e\tf','%s','2026-07-01 00:00:00.000001')",
    "(7,NULL,NULL,NULL,NULL,'1.0000000000000001e+15',NULL,'trailing ','  ','1000-01-01 00:00:00')",
    "(8,NULL,NULL,NULL,NULL,'5e-324',NULL,'3:abc','NULL',NULL)",
    "(9,NULL,NULL,NULL,NULL,'55.75222222222222',NULL,'\\N',NULL,NULL)",
    "(10,NULL,NULL,NULL,NULL,'-51.50735123456789',NULL,NULL,'\\N',NULL)",
    f"({2**63 - 1},32767,{2**31 - 1},9999999999.99,NULL,'0.3333333333333333',1,'é漢😀','Ä','9999-12-31 00:00:00')",
]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with new_server(LOGICAL, "bazaar-loading-") as made:
        yield made.start()


@pytest.fixture
def of(server: str) -> Iterator[ReplicaSettings]:
    """A database that has the golden table, and no more; its publication and slot go with it."""
    with new_database(server) as url:
        given = settings(DATABASE_URL=url)
        with shop.connected(given) as here:
            ask(here, str(CreateTable(GOLDEN).compile(dialect=postgresql.dialect())))
            yield given
            if slot.found(here) is not None:
                ask(here, DROP_SLOT)


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> FakeEnds:
    """A MySQL with an empty golden table."""
    made = FakeEnds()
    made.put(monkeypatch)
    made.tables["golden"] = catalogue.Form(tuple((each.name, "", True) for each in GOLDEN.columns), (), "", ())
    monkeypatch.setattr(chosen, "tables", lambda: [GOLDEN])
    return made


def put(here: Connection, row: Row) -> None:
    ask(here, f"INSERT INTO golden VALUES ({', '.join(['%s'] * len(row))})", row)


def loaded(of: ReplicaSettings, ends: FakeEnds) -> str:
    """The rows, as they were sent."""
    ends.rows.clear()
    nothing: Any = None  # the fakes ask for no connection
    load(of, nothing)
    return ends.rows["golden"].decode()


def test_values_of_every_type_are_written_as_mysql_reads_them_in_the_order_of_their_key(
    of: ReplicaSettings, ends: FakeEnds
):
    with shop.connected(of) as here:
        for row in ROWS[::-1]:
            put(here, row)
    assert loaded(of, ends) == ",".join(WRITTEN)
    assert ends.mode == "AS USUAL", "and what else is asked by this connection is read as ever"


def test_a_statement_is_as_large_as_may_be_and_a_row_is_never_lost():
    rows = [f"({n},'é')" for n in range(100)]
    head = len(next(statements(GOLDEN, rows[:1], 0))) - len(rows[0].encode())
    for most in (0, head + 7, head + 40, head + 41, 10_000):
        made = list(statements(GOLDEN, rows, most))
        assert ",".join(each[head:].decode() for each in made).split(",(") == ",".join(rows).split(",(")
        assert max(map(len, made)) <= max(most, head + len(rows[-1].encode()))
        for one, next_one in pairwise(made):
            assert len(one) + 1 + len(next_one[head:].partition(b"),")[0]) + 1 > most, "no less than goes in"
    assert list(statements(GOLDEN, [], 1_000)) == []


def streamed(here: Connection) -> str:
    """What the slot has for whoever reads it, a letter each: I, U and D as rows were inserted, changed and deleted."""
    options = f"'proto_version', '1', 'publication_names', '{publication.NAME}'"
    read = f"SELECT get_byte(data, 0) FROM pg_logical_slot_peek_binary_changes('{slot.NAME}', NULL, NULL, {options})"
    return "".join(letter for (code,) in ask(here, read) if (letter := chr(code)) in "IUDT")


def test_what_is_committed_between_slot_and_load_comes_in_both_and_what_comes_later_by_the_slot_alone(
    of: ReplicaSettings, ends: FakeEnds
):
    with shop.connected(of) as here:
        ask(here, f"CREATE PUBLICATION {publication.NAME} FOR TABLE golden")
        put(here, (1, *(None,) * 9))
        put(here, (2, *(None,) * 9))
        slot.make(here, of)
        assert streamed(here) == ""
        put(here, (3, *(None,) * 9))
        ask(here, "UPDATE golden SET note = 'between' WHERE id = 1")
        ask(here, "DELETE FROM golden WHERE id = 2")
        ends.loading = lambda _: put(here, (4, *(None,) * 9))
        [one, three] = loaded(of, ends).split("),")
        assert (one[:3], "'between'" in one, three[:3]) == ("(1,", True, "(3,")
        assert streamed(here) == "IUDI"


def test_who_is_just_committing_when_the_slot_is_made_is_waited_for(
    of: ReplicaSettings, ends: FakeEnds, monkeypatch: pytest.MonkeyPatch
):
    """Its end is in the log before the slot's place, say, and nobody sees its rows yet."""
    with closing(psycopg2.connect(of.database_url)) as late, shop.connected(of) as here:
        made = slot._done

        def begins_meanwhile(*given: Any) -> bool:
            done = made(*given)
            put(late, (1, *(None,) * 9))
            Timer(1.0, late.commit).start()
            return done

        monkeypatch.setattr(slot, "_done", begins_meanwhile)
        slot.make(here, of)
        assert loaded(of, ends).startswith("(1,")


def test_a_slot_that_has_to_wait_too_long_says_for_what(of: ReplicaSettings, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(slot, "_MADE_S", 1.0)
    with closing(psycopg2.connect(of.database_url)) as idle, shop.connected(of) as here:
        put(idle, (1, *(None,) * 9))
        with pytest.raises(NotPossible, match="a transaction that writes does not end"):
            slot.make(here, of)
        assert slot.found(here) is None
        assert ask(here, "SHOW statement_timeout") == [("10min",)]


def test_a_moment_is_one_whatever_is_committed_meanwhile(of: ReplicaSettings):
    with shop.connected(of) as here, shop.one_moment(of, ["golden"]) as moment:
        assert ask(moment, "SELECT count(*) FROM golden") == [(0,)]
        put(here, ROWS[0])
        assert ask(moment, "SELECT count(*) FROM golden") == [(0,)]
        with pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
            ask(moment, "DELETE FROM golden")


def test_instants_are_in_utc_wherever_the_server_is(of: ReplicaSettings, ends: FakeEnds):
    with shop.connected(of) as here:
        ask(here, f"ALTER DATABASE {here.info.dbname} SET timezone = 'Asia/Tokyo'")
        put(here, (1, *(None,) * 8, at(2026, 1, 5, 23, 30)))
    assert "'2026-01-05 23:30:00'" in loaded(of, ends)
