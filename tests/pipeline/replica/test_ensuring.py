"""`ensure()` from every state that a trial has seen: what it does, says and leaves alone, and that all is right then.

PostgreSQL is a real one, whose log is decoded into a real slot; Connect is one that answers as the real one did.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from psycopg2.extensions import connection as Connection  # noqa: N812  a class, though psycopg2 writes it small

from pipeline.replica import catalogue, chosen, connect, connectors, publication, shop, slot
from pipeline.replica.connectors import SINK, SOURCE
from pipeline.replica.ensuring import ensure
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.replica.settings import ReplicaSettings
from pipeline.replica.shop import ask
from pipeline.replica.state import Phase
from pipeline.replica.topic import Ends
from tests.databases import new_server
from tests.integration.test_running import Shop
from tests.pipeline.replica.fake_connect import FakeConnect, serving
from tests.pipeline.replica.fake_ends import FakeEnds
from tests.pipeline.replica.settings import settings

LOGICAL = {"fsync": "off", "wal_level": "logical", "shared_buffers": "64MB"}
MAKE_SLOT = f"SELECT pg_create_logical_replication_slot('{slot.NAME}', 'pgoutput')"
DROP_SLOT = f"SELECT pg_drop_replication_slot('{slot.NAME}')"
PLACE = "SELECT confirmed_flush_lsn - '0/0' FROM pg_replication_slots WHERE slot_name = %s"
FEW = ("cities", "warehouses", "orders", "payments")  # without a bracket in any text

Offset = dict[str, dict[str, Any]]


@dataclass
class World:
    """All that a replica is made of."""

    settings: ReplicaSettings
    here: Connection
    ends: FakeEnds
    connect: FakeConnect

    def ensured(self) -> list[str]:
        return ensure(self.settings)

    def is_right(self) -> None:
        """Every part is as it should be, and there is nothing left to do."""
        assert self.ensured() == []
        assert self.ends.state is not None
        assert self.ends.state.phase == Phase.FOLLOWING
        published = publication.found(self.here)
        assert published is not None
        assert (published.otherwise, published.tables) == (False, publication.wanted())
        assert slot.found(self.here) is not None
        counts = {table.name: count(self.here, chosen.qualified(table)) for table in chosen.tables()}
        assert {name: self.ends.rows[name].count(b"(") for name in FEW} == {name: counts[name] for name in FEW}
        assert {name for name, rows in self.ends.rows.items() if rows} == {name for name, n in counts.items() if n}
        assert self.ends.mode == "AS USUAL"
        for name, config in connectors.wanted(self.settings).items():
            assert self.connect.connectors[name] == {
                "config": {**config, "name": name}, "state": "RUNNING", "task": "RUNNING", "offsets": self.begins[name],
            }  # fmt: skip

    @property
    def begins(self) -> dict[str, list[Offset]]:
        """Where each connector was told to begin: at the topic's first record, and where the slot was made."""
        [(place,)] = ask(self.here, PLACE, (slot.NAME,))
        topic = {"kafka_topic": "shop.changes", "kafka_partition": 0}
        return {
            SINK: [{"partition": topic, "offset": {"kafka_offset": 0}}],
            SOURCE: [{"partition": {"server": "shop"}, "offset": {"lsn": int(place)}}],
        }


@pytest.fixture(scope="module")
def opened() -> Iterator[str]:
    """A shop that has just been opened, on a server whose log can be decoded."""
    with new_server(LOGICAL, "bazaar-logical-") as server:
        url = server.start()
        Shop(url).run(duration="10m")
        yield url


@pytest.fixture
def world(opened: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Nothing of a replica yet."""
    ends = FakeEnds()
    ends.put(monkeypatch)
    with serving(FakeConnect()) as connect, shop.connected(settings(DATABASE_URL=opened)) as here:
        connect.resumed = lambda name: as_debezium(connect, here, name)
        yield World(settings(DATABASE_URL=opened, CONNECT_URL=connect.url), here, ends, connect)
        ask(here, f"DROP PUBLICATION IF EXISTS {publication.NAME}; DROP TABLE IF EXISTS sim.unbuilt")
        if slot.found(here) is not None:
            ask(here, DROP_SLOT)


@pytest.fixture
def right(world: World) -> World:
    """A replica that follows; what was asked of Connect so far is forgotten."""
    world.ensured()
    world.connect.asked.clear()
    world.ends.emptied.clear()
    return world


def as_debezium(connect: FakeConnect, here: Connection, name: str) -> None:
    """A source that has no slot makes one, wherever the log has come to; told of no place it may go to its end."""
    if name == SOURCE:
        assert slot.found(here) is not None
        assert connect.connectors[name]["offsets"]
        assert connect.connectors[name]["config"]["snapshot.mode"] == "no_data"


def count(here: Connection, table: str) -> int:
    return int(ask(here, f"SELECT count(*) FROM {table}")[0][0])


def test_from_nothing_everything_is_made_in_this_order(world: World):
    told: list[str] = []
    said = ensure(world.settings, tell=told.append)
    assert told == said
    assert [re.sub("[0-9,]+ rows in [0-9]+ s", "N rows", line) for line in said] == [
        "rebuild: there is no replica yet",
        "made 31 tables, emptied 0",
        "loaded N rows",
        "started shop-source and shop-sink",
    ]
    assert world.connect.asked == [
        "POST /connectors",
        "POST /connectors",
        "PATCH /connectors/shop-source/offsets",
        "PATCH /connectors/shop-sink/offsets",
        "PUT /connectors/shop-source/resume",
        "PUT /connectors/shop-sink/resume",
    ]
    assert world.ends.trigger
    world.is_right()


def test_where_all_is_right_nothing_is_touched(right: World):
    assert right.ensured() == []
    assert right.connect.asked == []


def _set(world: World, name: str, setting: str, value: str) -> None:
    world.connect.connectors[name]["config"][setting] = value


def _state(world: World, name: str, state: str, task: str | None) -> None:
    world.connect.connectors[name] |= {"state": state, "task": task}


def _publish(world: World, more: str) -> None:
    ask(world.here, "CREATE TABLE IF NOT EXISTS public.scratch (a int)")
    ask(world.here, f"ALTER PUBLICATION {publication.NAME} {more}")


MENDED: dict[str, tuple[Callable[[World], object], str]] = {
    "a paused source": (lambda w: _state(w, SOURCE, "PAUSED", "PAUSED"), "shop-source: it was paused; resumed"),
    "a stopped sink": (lambda w: _state(w, SINK, "STOPPED", None), "shop-sink: it was stopped; resumed"),
    "a failed sink": (
        lambda w: _state(w, SINK, "RUNNING", "FAILED"),
        "shop-sink: it had failed (java.sql.SQLException: Cannot ALTER table 'sessions'); restarted",
    ),
    "another pace": (lambda w: _set(w, SOURCE, "poll.interval.ms", "5"), "shop-source: set poll.interval.ms"),
    "another password": (lambda w: _set(w, SINK, "connection.password", "x"), "shop-sink: set connection.password"),
    "too much published": (
        lambda w: _publish(w, "ADD TABLE public.scratch"), "published our tables and nothing else"
    ),
    "no trigger": (lambda w: setattr(w.ends, "trigger", False), "made the trigger that keeps as_of"),
}  # fmt: skip


@pytest.mark.parametrize("what", MENDED)
def test_what_may_be_mended_is_and_no_row_is_touched(right: World, what: str):
    break_it, said = MENDED[what]
    break_it(right)
    assert right.ensured() == [said]
    assert right.ends.emptied == []
    right.is_right()


def _lose_column(world: World) -> None:
    form = world.ends.tables["orders"]
    left = tuple(column for column in form.columns if column[0] != "total")
    world.ends.tables["orders"] = form._replace(columns=left)


def _other_type(world: World) -> None:
    form = world.ends.tables["orders"]
    others = tuple(
        (name, "bigint", null) if name == "status" else (name, kind, null) for name, kind, null in form.columns
    )
    world.ends.tables["orders"] = form._replace(columns=others)


def _another_shop(world: World) -> None:
    assert world.ends.state is not None
    world.ends.state = world.ends.state._replace(shop=str(world.ends.state.shop).replace("/1/", "/2/"))


def _ends(first: int, end: int, sink: int | None) -> Callable[[World], None]:
    return lambda world: setattr(world.ends, "ends", Ends(first, end, sink))


OTHER_PLUGIN = f"{DROP_SLOT}; SELECT pg_create_logical_replication_slot('{slot.NAME}', 'test_decoding')"
NOT_THERE = "what shop-sink has to read next is not in the topic any more"
OF_TABLES = {"a table missing", "a column missing", "a column of another kind"}
REBUILT: dict[str, tuple[Callable[[World], object], str]] = {
    "a table missing": (lambda w: w.ends.tables.pop("orders"), "table orders is missing"),
    "a column missing": (_lose_column, "table orders has no column total"),
    "a column of another kind": (_other_type, "table orders status is bigint not null, not varchar(255) not null"),
    "another shop": (_another_shop, "the shop is another one"),
    "no publication": (
        lambda w: ask(w.here, f"DROP PUBLICATION {publication.NAME}"),
        "the publication bazaar_replica is gone",
    ),
    "a table not published": (
        lambda w: _publish(w, "DROP TABLE orders"), "the publication has been without public.orders"
    ),
    "no slot": (lambda w: ask(w.here, DROP_SLOT), "the slot bazaar_replica is gone"),
    "another slot": (
        lambda w: ask(w.here, OTHER_PLUGIN),
        "the slot bazaar_replica is of another database or plugin",
    ),
    "no topic": (lambda w: setattr(w.ends, "topic", None), "the topic shop.changes is gone"),
    "another topic": (lambda w: setattr(w.ends, "topic", "other"), "the topic shop.changes is another one"),
    "cut off before it was read": (_ends(50, 90, 40), NOT_THERE),
    "a sink that has lost its place": (_ends(0, 90, None), NOT_THERE),
    "a sink ahead of the topic": (_ends(0, 90, 91), NOT_THERE),
    "a source that made snapshots": (
        lambda w: _set(w, SOURCE, "snapshot.mode", "initial"), "shop-source has had other settings: snapshot.mode"
    ),
    "no source": (lambda w: w.connect.connectors.pop(SOURCE), "the connector shop-source is gone"),
    "no sink": (lambda w: w.connect.connectors.pop(SINK), "the connector shop-sink is gone"),
    "a source of fewer tables": (
        lambda w: _set(w, SOURCE, "table.include.list", "public\\.orders"),
        "shop-source has had other settings: table.include.list",
    ),
    "a sink that did not delete": (
        lambda w: _set(w, SINK, "delete.enabled", "false"), "shop-sink has had other settings: delete.enabled"
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REBUILT)
def test_what_can_t_be_trusted_is_made_anew_and_says_why(right: World, what: str):
    break_it, reason = REBUILT[what]
    break_it(right)
    said = right.ensured()
    assert said[0].startswith("rebuild: ")
    assert reason in said[0]
    assert (
        len(right.ends.emptied) + len({"a table missing", "a column missing", "a column of another kind"} & {what})
        == 31
    )
    there = [name for name in (SINK, SOURCE) if f"the connector {name} is gone" != reason]
    stops = [f"PUT /connectors/{name}/stop" for name in there]
    assert [each for each in right.connect.asked if each.endswith("/stop")] == stops
    right.is_right()


def test_while_history_is_made_the_old_one_is_taken_down_and_the_new_one_waits(right: World):
    _another_shop(right)
    ask(right.here, "CREATE TABLE sim.unbuilt (position int)")
    for _ in range(2):
        with pytest.raises(Waiting, match="history is under way"):
            right.ensured()
        assert slot.found(right.here) is None  # PostgreSQL keeps nothing for it meanwhile
        assert right.ends.topic is None
        assert right.connect.connectors[SOURCE]["state"] == "STOPPED"
    ask(right.here, "DROP TABLE sim.unbuilt")
    assert right.ensured()[0] == "rebuild: the shop is another one (begun before, and not finished)"
    right.is_right()


def test_a_rebuild_that_was_killed_is_done_once_more(world: World):
    world.ends.dies_at = "payments"
    with pytest.raises(NotPossible):
        world.ensured()
    assert world.ends.state is not None
    assert world.ends.state.phase == Phase.REBUILDING
    assert world.ensured()[0] == "rebuild: there is no replica yet (begun before, and not finished)"
    world.is_right()


def test_a_load_that_was_killed_is_done_once_more(world: World):
    def die(table: str) -> None:
        if table == "inventory":
            raise NotPossible("killed")

    world.ends.loading = die
    with pytest.raises(NotPossible, match="killed"):
        world.ensured()
    assert world.ends.state is not None
    assert world.ends.state.phase == Phase.REBUILDING
    assert world.ends.rows["customers"], "half of it is there"
    assert world.connect.connectors == {}, "and nothing runs"
    world.ends.loading = lambda _: None
    world.ends.mode = "AS USUAL"  # of another connection
    said = world.ensured()
    assert said[0] == "rebuild: there is no replica yet (begun before, and not finished)"
    assert f"dropped the slot {slot.NAME}" in said
    world.is_right()


def test_a_slot_that_is_lost_while_rows_are_loaded_is_told_and_nothing_runs(world: World):
    dropping = lambda table: table == "inventory" and slot.found(world.here) and ask(world.here, DROP_SLOT)  # noqa: E731
    world.ends.loading = dropping
    with pytest.raises(NotPossible, match=r"slot bazaar_replica is gone after a load of .*max_slot_wal_keep_size"):
        world.ensured()
    assert world.connect.connectors == {}
    world.ends.loading = lambda _: None
    world.ensured()
    world.is_right()


def test_a_rebuild_that_was_killed_twice_tells_its_reason_once(right: World):
    right.ends.tables.pop("payments")
    for _ in range(2):
        right.ends.dies_at = "payments"
        with pytest.raises(NotPossible):
            right.ensured()
    assert right.ensured()[0] == "rebuild: table payments is missing (begun before, and not finished)"


def test_a_sink_that_clings_to_its_offsets_is_asked_again(right: World):
    right.connect.refusals = 2
    right.ends.topic = None
    assert right.ensured()[0] == "rebuild: the topic shop.changes is gone"
    assert right.connect.asked.count("DELETE /connectors/shop-sink/offsets") == 3
    right.is_right()


def test_what_connect_had_lost_is_told(right: World):
    right.ends.lost_of_connect = ["connect.configs"]
    assert right.ensured() == ["made connect.configs anew, which Kafka had lost"]


def test_a_connector_whose_state_is_not_known_yet_is_not_gone(right: World):
    """Its worker was killed and has begun again, on a machine that is busy."""
    right.connect.unknown = 3
    assert right.ensured() == []
    assert right.connect.unknown == 0


def test_a_connector_without_a_state_is_made_anew(right: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(connect, "KNOWN_S", 0.0)
    right.connect.unknown = 2
    assert right.ensured()[0] == "rebuild: the connector shop-source is gone"
    right.is_right()


def test_a_worker_that_has_just_begun_is_not_believed_that_all_is_gone(right: World):
    right.connect.starts = True
    with pytest.raises(NotPossible, match="still starting"):
        right.ensured()
    right.connect.starts = False
    right.is_right()


def test_a_restart_that_fails_again_is_no_success(right: World, monkeypatch: pytest.MonkeyPatch):
    _state(right, SINK, "RUNNING", "FAILED")
    monkeypatch.setattr(right.connect, "_of", _never_heals(right.connect))
    with pytest.raises(NotPossible, match=r"connector shop-sink has failed: java\.sql\.SQLException"):
        right.ensured()


def _never_heals(connect: FakeConnect) -> Callable[..., object]:
    usual = connect._of

    def of(name: str, found: dict[str, object], method: str, what: str, body: object) -> object:
        return (202, None) if what == "restart" else usual(name, found, method, what, body)

    return of


def test_only_one_looks_after_it_at_a_time(right: World):
    right.ends.locked = True
    with pytest.raises(Waiting, match="somebody else"):
        right.ensured()


def test_a_connect_that_does_not_answer_is_named(right: World):
    gone = right.settings.model_copy(update={"connect_url": "http://127.0.0.1:9"})
    with pytest.raises(NotPossible, match=r"Kafka Connect does not answer at http://127\.0\.0\.1:9"):
        ensure(gone)


def test_a_rebuild_may_be_asked_for(right: World):
    assert ensure(right.settings, rebuild="asked for")[0] == "rebuild: asked for"
    right.is_right()


def test_comments_that_are_others_are_no_reason(right: World):
    form = right.ends.tables["orders"]
    right.ends.tables["orders"] = catalogue.Form(*form[:3], ("Other words.", *form.comments[1:]))
    assert right.ensured() == []
