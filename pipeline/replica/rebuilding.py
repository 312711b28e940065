"""A rebuild: everything of the replica anew, from the shop as it is now. Killed anywhere, it is done once more.

1. MySQL says that it is being rebuilt.
2. Both connectors stop, and forget where they were.
3. The slot goes, and with it what PostgreSQL keeps for it.
4. The topic goes.
5. The tables are emptied, and made as the models have them.
6. Unless history is under way: publication, topic and connectors anew. Debezium makes a slot, and a snapshot at it.
7. MySQL says of which shop it is, and that it follows.
"""

from __future__ import annotations

from pipeline.replica import catalogue, mysql, mysql_tables, publication, shop, slot, state, topic
from pipeline.replica.connectors import SINK, SOURCE, wanted
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.replica.reach import Reach

SLOT_S = 90.0  # Debezium is loaded, and waits for older transactions


class Rebuild:
    """One rebuild; `said` is what it did, a line each. Every step raises NotPossible."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self.said: list[str] = []

    def tear_down(self, reason: str) -> None:
        """Steps 1 to 4: nothing of the old replica works any more, nor costs the shop anything."""
        state.begin_rebuilding(self._reach.replica, reason)
        self.said.append(f"rebuild: {reason}")
        connect = self._reach.connect
        there = {name: found for name in (SINK, SOURCE) if (found := connect.connector(name)) is not None}
        if not all(each.stopped for each in there.values()):
            topic.make(self._reach.kafka)  # without it a sink that stops tries for a minute to say where it was
        for name in there:
            connect.stop(name)
            connect.forget_offsets(name)
            self.said.append(f"stopped {name} and took its offsets away")
        if slot.drop(self._reach.shop, self._reach.settings):
            self.said.append(f"dropped the slot {slot.NAME}")
        if topic.delete(self._reach.kafka):
            self.said.append(f"deleted the topic {topic.NAME}")

    def set_up(self) -> None:
        """Steps 5 to 7. Raises Waiting while history is under way, or before there is a shop."""
        self._empty_tables()
        found = shop.moment(self._reach.shop)
        if found.building:
            raise Waiting("history is under way: the snapshot is made when it is there")
        publication.make(self._reach.shop)
        topic_id = topic.make(self._reach.kafka)
        self._start_connectors()
        state.follow(self._reach.replica, found.identity, topic_id)
        self.said.append("the snapshot is under way")

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
        state.make_trigger(self._reach.replica)
        self.said.append(f"made {len(tables) - len(as_wanted)} tables, emptied {len(as_wanted)}")

    def _start_connectors(self) -> None:
        connect = self._reach.connect
        for name, config in wanted(self._reach.settings).items():
            if connect.connector(name) is None:
                connect.create_stopped(name, config)
            else:
                connect.configure(name, config)
        start = {"partition": {"kafka_topic": topic.NAME, "kafka_partition": 0}, "offset": {"kafka_offset": 0}}
        connect.set_offsets(SINK, [start])
        connect.resume(SOURCE)
        if not slot.wait_for(self._reach.shop, SLOT_S):
            connect.wait_until_it_runs(SOURCE)
            raise NotPossible(f"{SOURCE} runs, but has made no slot within {SLOT_S:.0f} s; see Connect's log")
        connect.resume(SINK)
        for name in (SOURCE, SINK):
            connect.wait_until_it_runs(name)
        self.said.append(f"started {SOURCE} and {SINK}")
