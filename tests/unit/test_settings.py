"""What settings are understood, which of them wins, and what is said about the others."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cli.environment import environment
from sim.cli.failure import printable
from sim.cli.urls import libpq_url, place, sqlalchemy_url
from sim.clock.pacer import Speed
from sim.settings import (
    LARGEST_SCALE,
    LARGEST_SEED,
    VARIABLES,
    BadSetting,
    Given,
    parse_for,
    parse_history,
    parse_keep,
    parse_scale,
    parse_seed,
    parse_start,
    resolve,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def settings(environment=None, *, catch_up=True, **options):
    return resolve(Given(options, environment or {}), catch_up=catch_up, now=NOW)


def refusal(environment=None, *, catch_up=True, **options) -> str:
    with pytest.raises(BadSetting) as caught:
        settings(environment, catch_up=catch_up, **options)
    assert str(caught.value) == printable(str(caught.value))
    return str(caught.value)


def test_defaults():
    found = settings()
    assert (found.speed, found.seed, found.scenario, found.market) == (Speed(1.0), 1, "baseline", "international")
    assert (found.scale, found.history, found.start, found.duration) == (1.0, timedelta(days=7), None, None)
    assert found.catch_up
    assert found.given == frozenset()


def test_an_option_goes_over_the_environment_and_that_over_the_default():
    found = settings({"speed": "10x", "seed": "5"}, speed="20x")
    assert (found.speed.factor, found.seed, found.scale) == (20.0, 5, 1.0)
    assert found.given == {"speed", "seed"}


@pytest.mark.parametrize("empty", ["", "  ", None])
def test_an_empty_environment_variable_counts_as_unset(empty):
    found = settings({"speed": empty, "scale": empty})
    assert (found.speed.factor, found.scale, found.given) == (1.0, 1.0, frozenset())


def test_an_empty_option_is_refused():
    assert refusal(speed="").startswith("speed: ''")


def test_the_whereabouts_of_a_bad_value_are_told():
    assert refusal({"speed": "fast"}).endswith("(from SPEED in the environment or .env)")
    assert "environment" not in refusal({"speed": "10x"}, speed="fast")


def test_a_bad_environment_variable_behind_an_option_does_not_matter():
    assert settings({"seed": "many"}, seed="3").seed == 3


@pytest.mark.parametrize("text", ["0x", "-1x", "fast", "1e400x", "nan", "10 x", "max x", "x", "∞"])
def test_bad_speeds(text):
    assert refusal(speed=text).startswith(f"speed: {text!r} is not a speed; allowed are ")


@pytest.mark.parametrize(
    ("text", "factor"), [("10x", 10), ("0.5x", 0.5), (".5", 0.5), ("1000", 1000), (" 2x ", 2), ("max", inf)]
)
def test_good_speeds(text, factor):
    assert settings(speed=text).speed.factor == factor


@given(st.integers(0, LARGEST_SEED))
def test_every_seed_in_range_is_read(seed):
    assert parse_seed(str(seed)) == seed


@pytest.mark.parametrize(
    "text", ["-1", "1.5", "1e3", "1_000", "0x10", "", "seven", "٣", str(LARGEST_SEED + 1), "9" * 99]
)
def test_bad_seeds(text):
    assert refusal(seed=text) == f"seed: {text!r} is not a seed; allowed are whole numbers from 0 to {LARGEST_SEED}"


@given(st.floats(min_value=1e-300, max_value=LARGEST_SCALE))
def test_every_scale_in_range_is_read(scale):
    assert parse_scale(repr(scale)) == scale


@pytest.mark.parametrize(
    "text", ["0", "0.0", "-1", "nan", "inf", "1e999", "1e-999", "half", "", "1_0", "1,5", "1000.1", "1e300"]
)
def test_bad_scales(text):
    assert refusal(scale=text).startswith(f"scale: {text!r} is not a scale; allowed are finite numbers above 0")


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("7d", 168),
        ("1d12h", 36),
        ("90m", 1.5),
        ("1w", 168),
        ("1w1d1h", 193),
        ("1.5d", 36),
        ("3600s", 1),
        ("0", 0),
        ("0s", 0),
    ],
)
def test_durations(text, hours):
    assert parse_history(text) == timedelta(hours=hours)


@given(st.integers(0, 300), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_a_duration_is_the_sum_of_its_parts(days, hours, minutes, seconds):
    expected = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    assert parse_history(f"{days}d{hours}h{minutes}m{seconds}s") == expected


@pytest.mark.parametrize("text", ["7", "7 d", "d", "", "-1d", "12h1d", "1d1d", "1y", "1D", "1d,12h", "٧d"])
def test_bad_durations(text):
    assert refusal(history=text).startswith(f"history: {text!r} is not a duration; allowed are ")
    assert refusal(duration=text).startswith(f"for: {text!r} is not a duration; allowed are ")


def test_a_duration_has_a_limit():
    assert refusal(history="3661d") == "history: '3661d' is too long; allowed is at most 3660d"
    assert refusal(history="9" * 400 + "w").endswith("is too long; allowed is at most 3660d")


def test_for_is_above_nothing():
    assert parse_for("1s") == timedelta(seconds=1)
    assert "no time at all" in refusal(duration="0")


def test_how_much_of_the_past_stays():
    assert settings().keep is None
    assert parse_keep("13w") == timedelta(days=91)
    assert settings({"keep": "90d"}).keep == timedelta(days=90)
    assert settings({"keep": "90d"}, keep="all").keep is None
    assert refusal(keep="0") == "keep: '0' is no time at all; allowed are durations above 0 such as 90d, 26w, and all"
    assert refusal(keep="forever").startswith("keep: 'forever' is not a duration; allowed are ")
    assert refusal({"keep": "-1d"}).endswith("(from KEEP in the environment or .env)")


@given(st.text())
def test_no_text_at_all_breaks_a_parser_in_another_way(text):
    for parse in (parse_seed, parse_scale, parse_history, parse_for, parse_keep, parse_start, Speed.parse, libpq_url):
        with suppress(ValueError):
            parse(text)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-01-05T00:00Z", datetime(2026, 1, 5, tzinfo=UTC)),
        ("2026-01-05T03:00+03:00", datetime(2026, 1, 5, tzinfo=UTC)),
        ("2026-01-04T19:30:15.5-05:00", datetime(2026, 1, 5, 0, 30, 15, 500_000, tzinfo=UTC)),
    ],
)
def test_a_start_is_an_instant(text, utc):
    found = settings(start=text)
    assert (found.start, found.start.tzinfo) == (utc, UTC)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-01-05T00:00", "has no time zone; add Z or an offset"),
        ("2026-01-05", "has no time zone"),
        ("yesterday", "is not an instant; allowed is ISO 8601"),
        ("2026-02-30T00:00Z", "is not an instant"),
        ("", "is not an instant"),
        ("0001-01-01T00:00+14:00", "is out of range; allowed are 1970 to 2199"),
        ("9999-12-31T23:59-14:00", "is out of range"),
    ],
)
def test_bad_starts(text, says):
    message = refusal(start=text)
    assert message.startswith(f"start: {text!r} ")
    assert says in message


def test_a_start_in_the_future_is_for_those_who_do_not_wait_for_it():
    future = "2026-03-01T12:00:01Z"
    assert "is in the future; allowed with --no-catch-up or --speed max only" in refusal(start=future)
    assert settings(start=future, catch_up=False).start > NOW
    assert settings(start=future, speed="max").start > NOW
    assert settings(start="2026-03-01T12:00:00Z").start == NOW


def test_start_and_history_are_one_too_many():
    assert "--start and --history" in refusal(start="2026-01-05T00:00Z", history="7d")


def test_a_start_goes_over_a_history_from_the_environment():
    found = settings({"history": "7d"}, start="2026-01-05T00:00Z")
    assert found.given == {"start"}


def test_surroundings_are_the_environment_and_behind_it_a_file(tmp_path, monkeypatch):
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    assert set(environment().values()) == {None}
    (tmp_path / ".env").write_text("# ours\nSPEED=10x\nSEED='7'\nSCALE=\nMARKET=russian\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("SPEED", "20x")
    monkeypatch.setenv("MARKET", "")
    found = environment()
    assert (found["speed"], found["seed"], found["market"]) == ("20x", "7", "russian")
    assert not found["scale"]


def test_an_env_file_that_is_no_text_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"SPEED=\xff\xfe")
    with pytest.raises(BadSetting, match=r"^\.env: "):
        environment()


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_database_urls_come_out_as_libpq_takes_them(scheme):
    url = libpq_url(f"{scheme}://me:p%40ss@db.example:5433/shop?sslmode=require")
    assert url == "postgresql://me:p%40ss@db.example:5433/shop?sslmode=require"
    assert sqlalchemy_url(url) == "postgresql+psycopg2://me:p%40ss@db.example:5433/shop?sslmode=require"
    assert place(url) == "db.example:5433/shop"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql:///shop",
        "postgresql://h",
        "postgresql://[::1]:5432/x",
        "postgresql://a:1,b:2/x",
        "postgres://%2Ftmp/x",
        "postgresql://me:a:b#c@h/d",
    ],
)
def test_unusual_urls_of_libpq_are_taken(url):
    assert libpq_url(url).startswith("postgresql://")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ('"postgresql://h/d"', "begins with a quotation mark"),
        ("'postgresql://h/d'", "begins with a quotation mark"),
        ("“postgresql://h/d”", "begins with a quotation mark"),
        ("postgresql+psycopg://h/d", "names a driver, psycopg: write postgresql:// without one"),
        ("postgres+asyncpg://h/d", "names a driver, asyncpg: write postgresql:// without one"),
    ],
)
def test_usual_slips_get_a_line_of_their_own(url: str, said: str):
    with pytest.raises(BadSetting, match=f"^database-url: .*{said}"):
        libpq_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:SECRET@h/d",
        "me:SECRET@h/d",
        "postgresql://me:SECRET@RIGHT@h/d",
        "postgresql://me:SE/CRET@h/d",
        "postgresql://me:SE?CRET@h/d",
        "postgresql://me:SE CRET@h/d",
        "postgresql://me:SECRET%@h/d",
        "postgresql://me:SECRET@h:port/d",
        "",
        '"postgresql://me:SECRET@h/d"',
        "postgresql+psycopg://me:SECRET@h/d",
    ],
)
def test_other_urls_are_refused_without_saying_the_password(url):
    with pytest.raises(BadSetting) as caught:
        libpq_url(url)
    message = str(caught.value)
    assert message.startswith("database-url: ")
    assert not any(word in message for word in ("SECRET", "CRET", "RIGHT"))
    assert message == printable(message)
