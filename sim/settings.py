"""The settings of a run as given: by option, else by environment variable, else the default."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import TypeVar

from sim.clock.pacer import Speed

VARIABLES = {
    "database_url": "DATABASE_URL",
    "speed": "SPEED",
    "seed": "SEED",
    "scenario": "SCENARIO",
    "history": "HISTORY",
    "scale": "SCALE",
    "market": "MARKET",
    "keep": "KEEP",
}
"""The environment variable of a setting; the others are options only."""

DEFAULTS = {
    "speed": "1x",
    "seed": "1",
    "scenario": "baseline",
    "history": "7d",
    "scale": "1",
    "market": "international",
    "keep": "all",
}

LARGEST_SEED = 2**63 - 1
LARGEST_SCALE = 1_000.0
MOST_PROCESSES = 64
LONGEST = timedelta(days=3660)
EARLIEST_START, LATEST_START = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

_UNITS_S = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_DURATION = re.compile("".join(rf"(?:(?P<{unit}>\d+(?:\.\d+)?){unit})?" for unit in _UNITS_S), re.ASCII)
_SCALE = re.compile(r"\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)

T = TypeVar("T")


class BadSetting(ValueError):
    """A setting that can't be used: one line naming it, its value and what is allowed."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Validated settings. `given` names those that were stated (by option or environment) rather than defaulted."""

    speed: Speed
    seed: int  # 0 … 2^63 - 1
    scenario: str  # a name or the path of a YAML file
    market: str  # likewise
    scale: float  # finite, above 0
    history: timedelta
    start: datetime | None  # the epoch, with its time zone
    duration: timedelta | None  # `--for`, from the epoch
    catch_up: bool
    given: frozenset[str]
    keep: timedelta | None = None  # how much of the past stays in the database; None for all of it
    processes: int | None = None  # that make history; None for as many as there are processors, if it is worth it


class Given:
    """What was stated, by name: options as they were typed, and the environment's values where there is no option.

    An empty environment variable counts as unset; an empty option is a value like any other.
    """

    def __init__(self, options: Mapping[str, str | None], environment: Mapping[str, str | None]) -> None:
        self._options = {name: value for name, value in options.items() if value is not None}
        self._environment = {name: value for name, value in environment.items() if value is not None and value.strip()}

    def __contains__(self, name: str) -> bool:
        return name in self._options or name in self._environment

    def text(self, name: str) -> str | None:
        """The value as it was stated, or None."""
        value = self._options.get(name, self._environment.get(name))
        return None if value is None else value.strip()

    def is_option(self, name: str) -> bool:
        """Whether it was stated by an option, which goes over the environment."""
        return name in self._options

    def read(self, name: str, parse: Callable[[str], T]) -> T | None:
        """The value understood, or None where it was not stated. Raises BadSetting."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return parse(text)
        except ValueError as error:
            whence = "" if self.is_option(name) else f" (from {VARIABLES[name]} in the environment or .env)"
            raise BadSetting(f"{error}{whence}") from error

    def read_or_default(self, name: str, parse: Callable[[str], T]) -> T:
        """The value understood, or the default's. Raises BadSetting."""
        value = self.read(name, parse)
        return parse(DEFAULTS[name]) if value is None else value


def resolve(given: Given, *, catch_up: bool = True, now: datetime | None = None) -> Settings:
    """Validate what was given; `now` is the wall clock's. Raises BadSetting."""
    if given.is_option("start") and given.is_option("history"):
        raise BadSetting("start: --start and --history both say where the run begins; give one of them")
    speed = given.read_or_default("speed", Speed.parse)
    start = given.read("start", parse_start)
    if start is not None and catch_up and speed.paced and start > (now or datetime.now(UTC)):
        raise BadSetting(
            f"start: {given.text('start')!r} is in the future; allowed with --no-catch-up or --speed max only"
        )
    stated = {"speed", "seed", "scenario", "history", "scale", "market", "start", "duration"}
    return Settings(
        speed=speed,
        seed=given.read_or_default("seed", parse_seed),
        scenario=given.read_or_default("scenario", _name_of("scenario")),
        market=given.read_or_default("market", _name_of("market")),
        scale=given.read_or_default("scale", parse_scale),
        history=given.read_or_default("history", parse_history),
        start=start,
        duration=given.read("duration", parse_for),
        catch_up=catch_up,
        given=frozenset(name for name in stated if name in given) - ({"history"} if start else set()),
        keep=given.read_or_default("keep", parse_keep),
        processes=given.read("processes", parse_processes),
    )


def parse_seed(text: str) -> int:
    """Read a whole number from 0 to 2^63 - 1."""
    if not re.fullmatch(r"\d{1,19}", text, re.ASCII) or int(text) > LARGEST_SEED:
        raise ValueError(f"seed: {text!r} is not a seed; allowed are whole numbers from 0 to {LARGEST_SEED}")
    return int(text)


def parse_scale(text: str) -> float:
    """Read a number above 0; as many cities' people as anybody's memory could hold are enough."""
    scale = float(text) if _SCALE.fullmatch(text) else 0.0
    if not 0 < scale <= LARGEST_SCALE:
        allowed = f"finite numbers above 0 and up to {LARGEST_SCALE:,.0f} such as 0.5 or 2"
        raise ValueError(f"scale: {text!r} is not a scale; allowed are {allowed}")
    return scale


def parse_processes(text: str) -> int:
    """Read a whole number from 1 to 64."""
    if not re.fullmatch(r"\d{1,2}", text, re.ASCII) or not 1 <= int(text) <= MOST_PROCESSES:
        raise ValueError(f"processes: {text!r} is not allowed; allowed are whole numbers from 1 to {MOST_PROCESSES}")
    return int(text)


def parse_history(text: str) -> timedelta:
    """Read how long ago the run begins: 7d, 1d12h, 0."""
    return _parse_duration("history", text, "durations such as 7d, 36h, 1d12h, 90m, and 0")


def parse_for(text: str) -> timedelta:
    """Read how long the run goes on, counted from its epoch; above 0."""
    allowed = "durations above 0 such as 2d, 36h, 1d12h, 90m"
    duration = _parse_duration("for", text, allowed)
    if not duration:
        raise ValueError(f"for: {text!r} is no time at all; allowed are {allowed}")
    return duration


def parse_keep(text: str) -> timedelta | None:
    """Read how much of the past stays: 90d, 26w; None for `all`."""
    if text == "all":
        return None
    allowed = "durations above 0 such as 90d, 26w, and all"
    keep = _parse_duration("keep", text, allowed)
    if not keep:
        raise ValueError(f"keep: {text!r} is no time at all; allowed are {allowed}")
    return keep


def _parse_duration(name: str, text: str, allowed: str) -> timedelta:
    match = _DURATION.fullmatch("0s" if text == "0" else text)
    if match is None or not text:
        raise ValueError(
            f"{name}: {text!r} is not a duration; allowed are {allowed} (units, largest first: {', '.join(_UNITS_S)})"
        )
    seconds = sum(Fraction(number) * _UNITS_S[unit] for unit, number in match.groupdict().items() if number)
    if seconds > LONGEST.total_seconds():
        raise ValueError(f"{name}: {text!r} is too long; allowed is at most {LONGEST.days}d")
    return timedelta(microseconds=round(seconds * 1_000_000))


def parse_start(text: str) -> datetime:
    """Read an instant in ISO 8601 with its zone; in UTC."""
    example = "2026-01-05T00:00Z or 2026-01-05T03:00+03:00"
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"start: {text!r} is not an instant; allowed is ISO 8601 such as {example}") from None
    if start.tzinfo is None:
        raise ValueError(f"start: {text!r} has no time zone; add Z or an offset, such as {example}")
    if not EARLIEST_START <= start < LATEST_START:
        raise ValueError(
            f"start: {text!r} is out of range; allowed are {EARLIEST_START.year} to {LATEST_START.year - 1}"
        )
    return start.astimezone(UTC)


def _name_of(setting: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if not text or not text.isprintable():
            raise ValueError(f"{setting}: {text!r} is not a name; allowed are a known name or the path of a YAML file")
        return text

    return parse
