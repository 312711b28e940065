"""From an event to what is published of it: never, once or several times, sooner or later, whole or broken."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pipeline.events.contract import CATALOGUE
from pipeline.events.envelope import Event, id_of, time_of
from pipeline.events.noise.chance import draws
from pipeline.events.noise.damage import KINDS, in_camel_case
from pipeline.events.noise.phantoms import phantoms
from pipeline.events.noise.profile import LONGEST_DELAY_H, Profile
from pipeline.events.shop import Shop

Json = dict[str, Any]
VISITS = "shop.visits"
LONGEST_VERY_LATE_H = LONGEST_DELAY_H - 1  # a burst of copies comes within the hour


class Published(NamedTuple):
    """A line of the feed; in its order, which is that of these fields."""

    at: datetime
    time: datetime
    id: str
    copy: int
    event: Event


class Fate(NamedTuple):
    """What the noise does to an event."""

    damage: str | None = None  # a kind of damage, truncated or dropped
    delay: timedelta = timedelta()
    copies: int = 1
    skew: timedelta = timedelta()
    new_schema: bool = False

    @property
    def kinds(self) -> tuple[str, ...]:
        """Everything that is wrong with it; delays and copies are not."""
        found = (self.damage, "clock_skew" if self.skew else None, "new_schema" if self.new_schema else None)
        return tuple(each for each in found if each)


class Noise:
    """The noise of a profile over one shop. It remembers nothing: the same event has the same fate for ever."""

    def __init__(self, profile: Profile, shop: Shop) -> None:
        self.profile = profile
        self._shop = shop
        self._seed = shop.seed
        self._damages = [(name, getattr(profile.damage, name)) for name in type(profile.damage).model_fields]

    def published(self, event: Event) -> Iterator[Published]:
        """The lines that tell of an event, and those of phantoms beside it."""
        identity, time = id_of(event.line), time_of(event.line)
        yield from self._lines(event, identity, time, self.fate(event.type, event.entity, identity, time))
        for phantom in self._phantoms(event, identity):
            line = json.dumps(phantom, ensure_ascii=False, separators=(",", ":"))
            beside = Event(phantom["type"], phantom["partitionkey"], line)
            identity, time = phantom["id"], datetime.fromisoformat(phantom["time"])
            yield from self._lines(beside, identity, time, self.fate(beside.type, beside.entity, identity, time))

    def fate(self, name: str, entity: str, identity: str, time: datetime) -> Fate:
        """What happens to an event on its way, by its id alone."""
        u = draws(self._seed, "fate", identity)
        damage = "dropped" if u[0] < self.profile.dropped else self._damage(u[4])
        return Fate(damage, self._delay(u[1], u[2]), self._copies(u[3], u[7]), *self._sender(name, entity, time))

    def fate_of(self, event: Event) -> Fate:
        """The fate of a clean event, without damage that could do nothing to it."""
        fate = self.fate(event.type, event.entity, id_of(event.line), time_of(event.line))
        if (kind := KINDS.get(fate.damage or "")) is None:
            return fate
        whole = json.loads(event.line)
        return fate if kind(whole, *self._details(whole["id"])) else fate._replace(damage=None)

    def _details(self, identity: str) -> tuple[float, float]:
        u, v = draws(self._seed, "damage", identity)[:2]
        return u, v

    def _sender(self, name: str, entity: str, time: datetime) -> tuple[timedelta, bool]:
        """What is wrong with the sender: its clock is off, or it has a new schema."""
        clocks, schema, skew = self.profile.clocks, self.profile.new_schema, timedelta()
        if clocks.skewed and CATALOGUE[name].topic == VISITS:
            u, v = draws(self._seed, "clock", entity)[:2]
            if u < clocks.skewed:
                skew = timedelta(hours=clocks.hours if v < 0.5 else -clocks.hours)
        if schema.after_h is None or time < self._shop.epoch + timedelta(hours=schema.after_h):
            return skew, False
        return skew, draws(self._seed, "schema", entity)[0] < schema.senders

    def _damage(self, u: float) -> str | None:
        for name, share in self._damages:
            if u < share:
                return name
            u -= share
        return None

    def _delay(self, u: float, v: float) -> timedelta:
        delays = self.profile.delays
        if u < delays.very_late:
            hours = delays.very_late_from_h + v * max(0.0, LONGEST_VERY_LATE_H - delays.very_late_from_h)
            return timedelta(hours=hours)
        mean_s = delays.late_mean_min * 60 if u < delays.very_late + delays.late else delays.usual_s
        return timedelta(seconds=min(-math.log1p(-v) * mean_s, LONGEST_VERY_LATE_H * 3600))

    def _copies(self, u: float, v: float) -> int:
        copies = self.profile.copies
        if u < copies.burst:
            return 3 + int(v * (copies.burst_most - 2))
        return 2 if u < copies.burst + copies.twice else 1

    def _phantoms(self, event: Event, identity: str) -> Iterator[Json]:
        kinds = self.profile.phantoms
        if (kinds.bots and event.type == "session.started") or (kinds.test_orders and event.type == "order.placed"):
            u = draws(self._seed, "phantom", identity)[0]
            yield from phantoms(json.loads(event.line), kinds, self._seed, u)

    def _lines(self, event: Event, identity: str, time: datetime, fate: Fate) -> Iterator[Published]:
        if fate.damage == "dropped":
            return
        line = self._broken(event.line, identity, fate)
        at = time + fate.delay
        for copy in range(fate.copies):
            text = f'{{"publishtime":"{at.isoformat()}",{line[1:]}'
            if copy == 0 and fate.damage == "truncated":
                text = self._cut(text, identity)
            yield Published(at, time, identity, copy, event._replace(line=text))
            at += timedelta(seconds=0.05 + 1.5 * draws(self._seed, "copy", f"{identity}/{copy}")[0])

    def _broken(self, line: str, identity: str, fate: Fate) -> str:
        kind = KINDS.get(fate.damage or "")
        if kind is None and not fate.skew and not fate.new_schema:
            return line
        event = json.loads(line)
        if fate.skew:
            event["time"] = (datetime.fromisoformat(event["time"]) + fate.skew).isoformat()
        if kind is not None:
            event = kind(event, *self._details(identity)) or event
        if fate.new_schema:
            event = in_camel_case(event)
        return json.dumps(event, ensure_ascii=False, separators=(",", ":"))

    def _cut(self, text: str, identity: str) -> str:
        """The beginning of a line, at least up to behind when it was published."""
        kept = text.index(",")
        return text[: kept + int(draws(self._seed, "cut", identity)[0] * (len(text) - kept))]
