"""Kill after kill: a shop is killed at many moments, goes on each time, and is compared with one never interrupted."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import NullPool, create_engine, make_url

from db.checks import run_checks
from tools.torture.aims import OUTAGE, Aim, dealt
from tools.torture.looking import Look, Watch, watching
from tools.torture.oracle import differences, digests
from tools.torture.pauses import Pauses, dawdling
from tools.torture.servers import Server
from tools.torture.simulator import Simulator, Start
from tools.torture.terms import Terms, days_of, drawn_start, settings_of

_LOOK_EVERY_S = 0.001
_PATIENCE_S = 120.0  # for what an aim waits for: after that the kill comes anyway
_DAY_S = 86_400.0
_LONGEST_OUTAGE_S = 2.0


class Kill(NamedTuple):
    """A kill that hit a living simulator."""

    aim: str
    reached: bool  # whether what was aimed at had been seen
    phase: str  # as the server was last seen before it
    batches: int | None  # committed until then; None: no shop yet
    sim_now_s: float | None
    again: bool  # nothing had been committed since the kill before
    server_too: bool
    after_outage: bool  # the server alone had been killed before, and had come back

    def __str__(self) -> str:
        """One line for people."""
        remarks = {
            "not seen": not self.reached,
            "nothing new since the last": self.again,
            "server too": self.server_too,
            "after an outage": self.after_outage,
        }
        return ", ".join([f"{self.phase} (aimed at {self.aim})", *(what for what, is_so in remarks.items() if is_so)])


class Shop(NamedTuple):
    """A shop that came to its end after its kills."""

    settings: tuple[str, ...]
    kills: tuple[Kill, ...]
    wrong: tuple[str, ...]  # lines about rows that differ, invariants broken, starts that failed


class Torturer:
    """Tortures one shop after another on a server, as `terms` say; `log` takes what the simulators say."""

    def __init__(
        self,
        server: Server,
        terms: Terms,
        log: Path,
        say: Callable[[str], None] = lambda _: None,
        aims: Callable[[random.Random], Iterator[Aim]] = dealt,
    ) -> None:
        self._server = server
        self._aims = aims
        self._terms = terms
        self._luck = random.Random(terms.seed)
        self._log = log
        self._say = say
        self._fair_s = 0.0  # simulated time from kill to kill, so that they are spread over a shop's whole life

    def shops(self, first: int = 0) -> Iterator[Shop]:
        """Torture one shop after another until there have been as many kills as wanted, or none can be had."""
        left = self._terms.kills
        for number in count(first):
            shop = self._shop(number, min(left, self._terms.kills_a_shop))
            yield shop
            left -= len(shop.kills)
            if left <= 0 or not shop.kills:
                return

    def _shop(self, number: int, kills: int) -> Shop:
        settings = settings_of(self._terms, number)
        self._say(f"shop {number + 1}: {' '.join(settings)}")
        with ExitStack() as stack:
            keep = self._terms.keep
            reference = stack.enter_context(self._server.new_database(keep=keep))
            database = stack.enter_context(self._server.new_database(keep=keep))
            failure = self._run(reference, Start(settings))
            if failure:
                return Shop(settings, (), (f"the uninterrupted run failed: {failure}",))
            uninterrupted = digests(self._server.url_of(reference))
            self._fair_s = days_of(self._terms, number) * _DAY_S / self._terms.kills_a_shop
            suffered, wrong = self._suffer(database, settings, kills)
            if not wrong:
                wrong = self._compare(database, reference, uninterrupted)
            return Shop(settings, tuple(suffered), tuple(wrong))

    def _suffer(self, database: str, settings: tuple[str, ...], kills: int) -> tuple[list[Kill], list[str]]:
        """Kill the shop again and again until it has come to its end or suffered enough."""
        suffered: list[Kill] = []
        aims = self._aims(self._luck)
        while len(suffered) < kills:
            kill, failure = self._kill_once(database, settings, aims, suffered[-1] if suffered else None)
            if failure:
                return suffered, [failure]
            if kill is None:
                break
            suffered.append(kill)
            self._say(f"  {len(suffered):3} {kill}")
            if len(suffered) % self._terms.check_every == 0 and (broken := self._broken(database)):
                return suffered, broken
        failure = self._run(database, Start(settings))
        return suffered, [f"the last run failed: {failure}"] if failure else []

    def _kill_once(
        self, database: str, settings: tuple[str, ...], aims: Iterator[Aim], last: Kill | None
    ) -> tuple[Kill | None, str | None]:
        """Start, wait for the next aim, kill; no kill when the shop came to its end before, or there is no aim left."""
        url = self._server.url_of(database)
        with watching(url) as watch:
            before = watch.look()
        aim = next((aim for aim in aims if aim.is_possible(before)), None)
        if aim is None:
            return None, None
        server_too, outage = self._happens(self._terms.server_kills), aim.later and self._happens(self._terms.outages)
        with dawdling(url, aim.pauses):
            simulator = Simulator(url, drawn_start(self._luck, self._terms, settings, aim), self._log)
            outage = outage and self._suffer_an_outage(url, simulator, before)
            with watching(url) as watch:
                look, reached = self._wait_for(aim, simulator, watch, before)
                killed = self._strike(simulator, server_too=server_too)
        if server_too:
            self._server.revive()
        if not killed:
            failure = simulator.wait()
            return None, f"aiming at {aim.name}: {failure}" if failure else None
        again = last is not None and look.batches == last.batches
        phase = look.phase(before)
        return Kill(aim.name, reached, phase, look.batches, look.sim_now_s, again, server_too, outage), None

    def _happens(self, share: float) -> bool:
        """Whether something happens to the server, which is one that can be killed."""
        return self._luck.random() < share and self._server.can_be_killed

    def _suffer_an_outage(self, url: str, simulator: Simulator, before: Look) -> bool:
        """Kill the server under a simulator at work, and let it come back after a while; False when it is not at work.

        (One that is still about to begin would be right to give up.)
        """
        with watching(url) as watch:
            _, at_work = self._wait_for(OUTAGE, simulator, watch, before)
        if at_work and not simulator.has_ended:
            self._server.kill()
            time.sleep(self._luck.random() * _LONGEST_OUTAGE_S)
            self._server.revive()
        return at_work

    def _wait_for(self, aim: Aim, simulator: Simulator, watch: Watch, before: Look) -> tuple[Look, bool]:
        """Look until the milestone is there or patience is at its end, and then for a random time; the last look."""
        deadline = time.monotonic() + _PATIENCE_S
        later_s, at_most_s = aim.later * self._luck.random() * 2.0 * self._fair_s, 4.0 * self._fair_s
        look, reached = before, False
        while not simulator.has_ended and time.monotonic() < deadline:
            gone_on_s = (look.sim_now_s or 0.0) - (before.sim_now_s or look.sim_now_s or 0.0)
            reached = gone_on_s >= later_s and aim.reached(look, before)
            if reached or gone_on_s > at_most_s:
                break
            time.sleep(_LOOK_EVERY_S)
            look = watch.look()
        if aim.within_s:
            time.sleep(self._luck.random() * aim.within_s)
            look = watch.look()
        return look, reached

    def _strike(self, simulator: Simulator, *, server_too: bool) -> bool:
        """Kill the simulator and, if wanted, the server, in either order."""
        server_first = server_too and self._luck.random() < 0.5
        if server_first:
            self._server.kill()
        killed = simulator.kill()
        if server_too and not server_first:
            self._server.kill()
        return killed

    def _run(self, database: str, start: Start) -> str | None:
        url = self._server.url_of(database)
        with dawdling(url, Pauses()):
            return Simulator(url, start, self._log).wait()

    def _broken(self, database: str) -> list[str]:
        """The invariants that do not hold, by name."""
        url = make_url(self._server.url_of(database)).set(drivername="postgresql+psycopg2")
        engine = create_engine(url, poolclass=NullPool, connect_args={"application_name": "torture"})
        with engine.connect() as connection:
            if connection.exec_driver_sql("SELECT to_regclass('sim.runs')").scalar_one() is None:
                return []
            return [f"broken: {result.check.name}" for result in run_checks(connection) if not result.holds]

    def _compare(self, database: str, reference: str, uninterrupted: dict[str, str]) -> list[str]:
        url = self._server.url_of(database)
        return [*differences(url, uninterrupted, self._server.url_of(reference)), *self._broken(database)]
