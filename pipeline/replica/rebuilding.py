"""A rebuild: everything of the replica anew, from the shop as it is now. Killed anywhere, it is done once more.

1. MySQL says that it is being rebuilt.
2. Both connectors stop, and forget where they were.
3. The slot goes, and with it what PostgreSQL keeps for it.
4. The topic goes.
5. The tables are emptied, and made as the models have them; those that no copy has any more go.
6. Unless history is under way: publication, topic and slot anew.
7. All rows are loaded as they are at a moment after the slot's.
8. The connectors begin at the slot's place: what came in between comes once more, in its order, and ends the same.
9. MySQL says of which shop it is, and that it follows.
"""

from __future__ import annotations

from collections.abc import Callable

from pipeline.replica import catalogue, chosen, mysql, mysql_tables, publication, shop, slot, state, topic
from pipeline.replica.connectors import PREFIX, SINK, SOURCE, wanted
from pipeline.replica.loading import load
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.replica.reach import Reach


class Rebuild:
    """One rebuild; `say` hears what it did, a line each, and `tell` how far it is. Every step raises NotPossible."""

    def __init__(self, reach: Reach, say: Callable[[str], None], tell: Callable[[str], None]) -> None:
        self._reach = reach
        self._say = say
        self._tell = tell

    def tear_down(self, reason: str) -> None:
        """Steps 1 to 4: nothing of the old replica works any more, nor costs the shop anything."""
        state.begin_rebuilding(self._reach.replica, reason)
        self._say(f"rebuild: {reason}")
        connect = self._reach.connect
        there = {name: found for name in (SINK, SOURCE) if (found := connect.connector(name)) is not None}
        if not all(each.stopped for each in there.values()):
            topic.make(self._reach.kafka)  # without it a sink that stops tries for a minute to say where it was
        for name in there:
            connect.stop(name)
            connect.forget_offsets(name)
            self._say(f"stopped {name} and took its offsets away")
        if slot.drop(self._reach.shop, self._reach.settings):
            self._say(f"dropped the slot {slot.NAME}")
        if topic.delete(self._reach.kafka):
            self._say(f"deleted the topic {topic.NAME}")

    def set_up(self) -> None:
        """Steps 5 to 9. Raises Waiting while history is under way, or before there is a shop."""
        self._empty_tables()
        found = shop.moment(self._reach.shop)
        if found.building:
            raise Waiting("history is under way: the replica is made when it is there")
        publication.make(self._reach.shop)
        identity = topic.make(self._reach.kafka)
        place = slot.make(self._reach.shop, self._reach.settings)
        self._load()
        self._start_connectors(place)
        state.follow(self._reach.replica, found.identity, identity)

    def _empty_tables(self) -> None:
        there = catalogue.found(self._reach.replica)
        tables = mysql_tables.of_models()
        as_wanted = [table.name for table in tables if there.get(table.name) == catalogue.wanted(table)]
        for table in tables:
            if table.name in as_wanted:
                mysql.ask(self._reach.replica, f"TRUNCATE `{table.name}`")
            else:
                mysql.ask(self._reach.replica, f"DROP TABLE IF EXISTS `{table.name}`")
                mysql.ask(self._reach.replica, mysql_tables.create(table))
        for name in chosen.no_longer():
            mysql.ask(self._reach.replica, f"DROP TABLE IF EXISTS `{name}`")
        state.make_trigger(self._reach.replica)
        self._say(f"made {len(tables) - len(as_wanted)} tables, emptied {len(as_wanted)}")

    def _load(self) -> None:
        loaded = load(self._reach.settings, self._reach.replica, self._tell)
        held = slot.found(self._reach.shop)
        if held is None or held.lost:
            raise NotPossible(
                f"the slot {slot.NAME} is {'gone' if held is None else 'lost'} after a load of {loaded}: "
                "PostgreSQL has not kept its log for so long (max_slot_wal_keep_size)"
            )
        self._say(f"loaded {loaded}")

    def _start_connectors(self, place: int) -> None:
        connect = self._reach.connect
        for name, config in wanted(self._reach.settings).items():
            if connect.connector(name) is None:
                connect.create_stopped(name, config)
            else:
                connect.configure(name, config)
        # A source without a place would begin at the slot's too, but note an end of the log that it has not come to.
        connect.set_offsets(SOURCE, [{"partition": {"server": PREFIX}, "offset": {"lsn": place}}])
        start = {"partition": {"kafka_topic": topic.NAME, "kafka_partition": 0}, "offset": {"kafka_offset": 0}}
        connect.set_offsets(SINK, [start])
        for name in (SOURCE, SINK):
            connect.resume(name)
        for name in (SOURCE, SINK):
            connect.wait_until_it_runs(name)
        self._say(f"started {SOURCE} and {SINK}")
