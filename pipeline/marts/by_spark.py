"""The commands on Spark and MySQL: what `--engine spark` does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from pipeline.marts.engines.spark_session import SparkSettings, session
from pipeline.marts.head import Mart
from pipeline.marts.serving import served
from pipeline.marts.serving import status as served_status
from pipeline.marts.serving.looking import Looked, look
from pipeline.marts.serving.making import make
from pipeline.marts.serving.server import MartsSettings, connected
from pipeline.marts.serving.standing import Standing, standing

Tell = Callable[[str], None]


def build(wanted: Sequence[Mart], as_of: datetime | None, tell: Tell) -> bool:
    """Build and serve these; whether all of them are well. Raises BadSetting, Waiting, NotPossible."""
    settings, well = MartsSettings(), True
    with connected(settings) as connection, session(SparkSettings()) as spark:
        instant = as_of or standing(connection).as_of
        for mart in wanted:
            made = make(connection, settings, spark, mart, instant)
            well = well and not made.wrong
            tell(f"{mart.name}: {made.rows:,} rows as of {instant:%Y-%m-%d %H:%M:%S.%f} in {made.seconds:.1f} s")
            _tell_of(made.wrong, tell)
    return well


def check(wanted: Sequence[Mart], tell: Tell) -> bool:
    """Look at these as readers have them; whether all of them are well. Raises BadSetting, Waiting, NotPossible."""
    settings, well = MartsSettings(), True
    with connected(settings) as connection:
        now, there = standing(connection), served.read(connection, settings.marts)
        for mart in wanted:
            if why := _odd(mart, found := there.get(mart.name), now):
                tell(f"{mart.name}: {why}")
                well = False
            elif found is None or found.since != now.since:
                tell(f"{mart.name}: the past was cut off since it was built: there is nothing to compare it with")
            else:
                table = f"`{settings.marts}`.`{mart.name}`"
                wrong = [each for each in look(connection, mart, table, found.as_of, found.since) if each.wrong]
                well = well and not wrong
                tell(f"{mart.name}: {found.rows:,} rows as of {found.as_of:%Y-%m-%d %H:%M:%S.%f}: {_said(wrong)}")
                _tell_of(wrong, tell)
    return well


def _odd(mart: Mart, found: served.Served | None, now: Standing) -> str:
    """Why a mart can't be looked at, though that is nobody's good reason."""
    if found is None:
        return "has not been built yet"
    if found.definition != served.definition(mart):
        return "its file is another one since it was built; build it again"
    if found.as_of > now.as_of:
        return f"it is as of {found.as_of.isoformat()}, and the replica of {now.as_of.isoformat()}: of another shop"
    return ""


def status(tell: Tell) -> bool:
    """How each mart is that readers have; whether all of them are well. Raises BadSetting, Waiting, NotPossible."""
    found = served_status.status(MartsSettings())
    rows = [served_status.Row("mart", "as of", "behind", "rows", "what is wrong", "what to do"), *found]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        tell("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return not any(row.wrong for row in found)


def _said(wrong: Sequence[Looked]) -> str:
    return "well" if not wrong else f"{len(wrong)} checks do not pass"


def _tell_of(wrong: Sequence[Looked], tell: Tell) -> None:
    for each in wrong:
        tell(f"    {each.name}: {each.wrong}")
