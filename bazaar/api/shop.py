"""A shop of one's own: lent as a copy of one made before, changed as one likes, and gone when it is closed."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bazaar.api.lender import ShopError, lender

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType
    from typing import Self

    import pandas as pd
    from sqlalchemy import Engine


def shop(
    seed: int = 1,
    days: float = 2,
    scale: float = 0.2,
    *,
    scenario: str | Path | Mapping[str, Any] = "baseline",
    market: str | Path = "international",
    start: str | datetime = "2026-01-05T00:00Z",
) -> Shop:
    """Lend a shop that has lived for some days: a database of one's own, always with the same rows.

    The first time it is made, which takes seconds; after that it is copied. `scenario` is a name, a file, or the
    differences from the baseline themselves. Raises ShopError.
    """
    return Shop(
        seed=str(seed),
        days=float(days),
        scale=repr(float(scale)),
        scenario=_findable(scenario) if isinstance(scenario, str | Path) else dict(scenario),
        market=_findable(market),
        start=start.isoformat() if isinstance(start, datetime) else start,
    )


class Shop:
    """A database with a shop in it, until `close` or the end of the `with` block. `bazaar.shop()` makes one."""

    def __init__(self, **wish: Any) -> None:
        self._lender = lender()
        lent = self._lender.ask("lend", **wish)
        self._engine: Engine | None = None
        self.name: str = lent["name"]
        """The database's name."""
        self.dsn: str = lent["dsn"]
        """The owner's URL, for libpq, psycopg and all that take one."""
        self.reader_dsn: str = lent["reader_dsn"]
        """The URL of the role that only reads."""
        self.analyst_dsn: str = lent["analyst_dsn"]
        """The URL of the role that reads, and makes schemas of its own."""

    def engine(self) -> Engine:
        """SQLAlchemy's engine on the shop, as its owner; the same at each call."""
        if self._engine is None:
            from sqlalchemy import create_engine

            self._engine = create_engine(self.dsn.replace("postgresql://", "postgresql+psycopg2://", 1))
        return self._engine

    def frame(self, table: str) -> pd.DataFrame:
        """A table or a view as pandas has it, or the answer to a query."""
        try:
            import pandas as pd
        except ModuleNotFoundError as error:
            raise ShopError(f"frame: {error.name} is not installed here: bazaar-shop[analysis] brings it") from error
        query = table if len(table.split()) > 1 else f"SELECT * FROM {table}"
        with self.engine().connect() as connection:
            return pd.read_sql(query, connection)

    @property
    def now(self) -> datetime:
        """Where the shop's clock stands."""
        return datetime.fromisoformat(self._ask("now")["now"])

    def advance(self, **time: float) -> None:
        """Let so much time pass at once: `hours=3`, or `days`, `minutes` … as `timedelta` takes them."""
        self._ask("advance", seconds=timedelta(**time).total_seconds())

    def go_live(self, speed: float = 1) -> None:
        """Let the shop go on by itself from where it stands, so many simulated seconds a real one; see `stop`."""
        self._ask("go_live", speed=float(speed))

    def stop(self) -> None:
        """Let a living shop's clock stand again, with everything committed."""
        self._ask("stop")

    def incident(
        self,
        kind: str,
        *,
        hours: float,
        city: str | None = None,
        warehouse: str | None = None,
        strength: float | None = None,
    ) -> None:
        """Let something go wrong from now on: `courier_strike`, `traffic_jam` … It happens as time passes."""
        self._ask("incident", kind=kind, hours=float(hours), city=city, warehouse=warehouse, strength=strength)

    def close(self) -> None:
        """Give the shop back; its database is dropped."""
        if self._engine is not None:
            self._engine.dispose()
        if self._lender.is_there():
            self._ask("give_back")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, what: str, **details: Any) -> dict[str, Any]:
        return self._lender.ask(what, name=self.name, **details)


def _findable(name: str | Path) -> str:
    """A name as it is, and a file's path as the lender, which works elsewhere, finds it."""
    return str(Path(name).resolve()) if Path(name).suffix in {".yaml", ".yml"} else str(name)
