"""A shop that is lent, and what its borrower may ask of it."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import text

from bazaar.command.lending.runs import Run, live
from bazaar.command.lending.wish import in_seconds
from sim.cli.database import opened
from sim.settings import parse_for

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from bazaar.command.lending.wish import Wish

_STANDS = "SELECT sim_now() AS now, extract(epoch FROM sim_now() - epoch) AS lived_s FROM sim.current_run"


class Lent:
    """One database, and the run that keeps it alive if there is one.

    What only some ask is loaded when it is asked: a shop that is only lent shall be there at once.
    """

    def __init__(self, name: str, url: str, wish: Wish, folder: Path, gone: threading.Event) -> None:
        self.name = name
        self._url = url
        self._market = {"market": wish.options["market"]}  # a file's name alone would not be found again
        self._folder = folder
        self._gone = gone
        self._run: Run | None = None

    def now(self) -> str:
        """Where its clock stands."""
        with opened(self._url) as connection:
            now = connection.execute(text(_STANDS)).one().now
            return str(now.astimezone(UTC).isoformat())

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self._refuse_live("advance")
        if seconds <= 0:
            raise ValueError(f"advance: {seconds:g} s is no time at all; allowed is what is above 0")
        with opened(self._url) as connection:
            lived_s = float(connection.execute(text(_STANDS)).one().lived_s)
        duration = in_seconds(lived_s + seconds)
        parse_for(duration)
        Run(self._url, {"speed": "max", "duration": duration} | self._market, self._folder).wait(self._gone)

    def go_live(self, speed: float) -> None:
        """Let it go on by itself."""
        self._refuse_live("go_live")
        options = {"speed": f"{speed:g}x"} | self._market
        self._run = live(self._url, options, self._folder, self._paces, self._gone)

    def stop(self) -> None:
        """Let its clock stand; nothing when it does."""
        run, self._run = self._run, None
        if run is not None:
            run.stop()
            run.refuse_failure()

    def incident(
        self, kind: str, hours: float, city: str | None, warehouse: str | None, strength: float | None
    ) -> None:
        """Ask for an incident; a run that lives takes it up at once, and another with the next time that passes."""
        from sim.postgres.control.incidents import ask_for, places_there
        from sim.scenario.incidents import KINDS, misjudged, misplaced, usual_strength
        from sim.shop.places import Place, ids_of

        if kind not in KINDS:
            raise ValueError(f"incident: {kind!r} is not a kind; allowed are {', '.join(KINDS)}")
        complaint = misplaced(kind, city, warehouse) or misjudged(kind, strength)
        if complaint:
            raise ValueError(f"incident: {complaint}")
        lasts_h = parse_for(in_seconds(hours * 3600)) / timedelta(hours=1)
        with opened(self._url) as connection:
            places = [Place(*row) for row in places_there(connection)]
            city_id, warehouse_id = ids_of(places, city, warehouse)
            id_ = ask_for(connection, kind, city_id, warehouse_id, usual_strength(kind, strength), lasts_h)
            if self._run is not None:
                self._run.wait_until(lambda: self._begun(id_), self._gone)
                self._run.refuse_failure()

    def _begun(self, id_: int) -> bool:
        from sim.postgres.control.incidents import shown

        with opened(self._url) as connection:
            return shown(connection, id_)[0].began_at is not None or self._run is None or self._run.is_over()

    def _paces(self) -> bool:
        from sim.postgres.control.status import run_status

        with opened(self._url) as connection:
            status = run_status(connection)
            return status is not None and status.running and status.run["status"] == "pacing"

    def _refuse_live(self, what: str) -> None:
        if self._run is not None and self._run.is_over():
            self.stop()
        if self._run is not None:
            raise ValueError(f"{what}: the shop lives already; `stop` lets its clock stand")
