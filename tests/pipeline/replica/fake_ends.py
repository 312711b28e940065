"""MySQL and Kafka as far as looking after a replica asks them: a state, forms of tables and their rows, a topic."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from pipeline.replica import catalogue, held, mysql, mysql_tables, state, topic
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.replica.state import Phase, State
from pipeline.replica.topic import Ends


class FakeEnds:
    """Both, in the place of the modules that ask the real ones."""

    def __init__(self) -> None:
        self.state: State | None = None
        self.trigger = False
        self.tables: dict[str, catalogue.Form] = {}
        self.emptied: list[str] = []
        self.rows: dict[str, bytes] = defaultdict(bytes)  # as they were sent
        self.mode = "AS USUAL"
        self.loading: Callable[[str], object] = lambda _: None  # called with the name of a table that rows come for
        self.topic: str | None = None
        self.ends = Ends(0, 100, 100)
        self.lost_of_connect: list[str] = []
        self.locked = False
        self.held: datetime | None = None  # since when a comparison holds the shop
        self.dies_at: str | None = None  # a table whose making kills whoever makes it
        self._ids = itertools.count(1)
        self._wanted = {mysql_tables.create(t): (t.name, catalogue.wanted(t)) for t in mysql_tables.of_models()}

    def put(self, patch: pytest.MonkeyPatch) -> None:
        """Take their places."""
        patch.setattr(mysql, "alone", self._alone)
        patch.setattr(mysql, "connected", self._asked)
        patch.setattr(held, "note", lambda _, asked_at: setattr(self, "held", asked_at))
        patch.setattr(held, "noted", lambda _: self.held)
        patch.setattr(held, "forget", lambda _: setattr(self, "held", None))
        patch.setattr(mysql, "ask", self._ask)
        patch.setattr(mysql, "send", self._send)
        patch.setattr(catalogue, "found", lambda _: dict(self.tables))
        patch.setattr(state, "read", lambda _: self.state)
        patch.setattr(state, "has_trigger", lambda _: self.trigger)
        patch.setattr(state, "make_trigger", lambda _: setattr(self, "trigger", True))
        patch.setattr(state, "begin_rebuilding", self._begin)
        patch.setattr(state, "follow", self._follow)
        patch.setattr(topic, "asked", self._asked)
        patch.setattr(topic, "identity", lambda _: self.topic)
        patch.setattr(topic, "make", self._make)
        patch.setattr(topic, "delete", self._delete)
        patch.setattr(topic, "ends", lambda _: self.ends)
        patch.setattr(topic, "make_those_of_connect", lambda _: self.lost_of_connect)

    @contextmanager
    def _alone(self, _: object) -> Iterator[None]:
        if self.locked:
            raise Waiting("somebody else is looking after this replica just now")
        yield None

    @contextmanager
    def _asked(self, _: object) -> Iterator[None]:
        yield None

    def _ask(self, _: object, sql: str, values: object = None) -> list[Any]:
        verb, _, rest = sql.partition(" ")
        if verb == "TRUNCATE":
            self.emptied.append(rest.strip("`"))
            self.rows.pop(self.emptied[-1], None)
        elif verb == "DROP":
            self.tables.pop(name := rest.split("`")[1], None)
            self.rows.pop(name, None)
        elif verb == "SELECT":
            return [(2**20 if "max_allowed_packet" in sql else self.mode,)]
        elif verb == "SET":
            assert isinstance(values, tuple)
            self.mode = str(values[0])
        else:
            name, form = self._wanted[sql]
            if name == self.dies_at:
                self.dies_at = None
                raise NotPossible("killed")
            self.tables[name] = form
        return []

    def _send(self, _: object, statement: bytes) -> None:
        found = re.match(rb"INSERT INTO `(\w+)` \((.+?)\) VALUES (.*)", statement, re.DOTALL)
        assert found is not None
        name, columns, rows = found.groups()
        table = name.decode()
        self.loading(table)
        assert "NO_BACKSLASH_ESCAPES" in self.mode
        assert columns.decode() == ", ".join(f"`{column}`" for column, *_ in self.tables[table].columns)
        self.rows[table] += rows

    def _begin(self, _: object, reason: str) -> None:
        self.state = State(Phase.REBUILDING, reason, None, None, None, None, None)

    def _follow(self, _: object, shop: str, topic_id: str) -> None:
        assert self.state is not None
        self.state = self.state._replace(phase=Phase.FOLLOWING, shop=shop, topic=topic_id)

    def _make(self, _: object) -> str:
        self.topic = self.topic or f"topic {next(self._ids)}"
        self.ends = Ends(0, 0, 0)
        return self.topic

    def _delete(self, _: object) -> bool:
        was, self.topic = self.topic, None
        return was is not None
