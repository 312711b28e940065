"""The dirty feed: the same every time and from wherever it is gone on with; and each kind of dirt is what it says."""

from __future__ import annotations

import json
import math
import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.events.contract import CATALOGUE
from pipeline.events.noise.chance import draws
from pipeline.events.noise.damage import (
    in_camel_case,
    missing_field,
    mojibake,
    number_as_text,
    personal_data,
    renamed_field,
    units_x100,
    wrong_zone,
)
from pipeline.events.noise.feed import OtherNoise, published_at
from pipeline.events.noise.noise import Noise
from pipeline.events.noise.profile import BadProfile, Profile, load_profile, profile_names
from pipeline.events.selection import Selection
from pipeline.events.shop import Shop as Identity
from pipeline.events.shop import connect, moment
from pipeline.events.source import noisy
from tests.integration.test_running import Shop
from tests.pipeline.events.reading import lines_of

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)
EVENT: dict[str, Any] = {
    "id": "review.written/7",
    "time": "2026-01-05T12:00:00+00:00",
    "dataschema": "urn:bazaar:events:review.written:1",
    "data": {"review_id": 7, "product_id": 9, "rating": 4, "comment": "Größe passt", "price": 2.5},
}
WILD = load_profile("wild") or Profile()
# Everything that a feed can have, often enough for the small world's hundred events.
CHAOS = Profile.model_validate(
    {
        "delays": {"usual_s": 30, "late": 0.3, "late_mean_min": 300, "very_late": 0.1},
        "copies": {"twice": 0.2, "burst": 0.1},
        "dropped": 0.05,
        "damage": {"truncated": 0.2, "missing_field": 0.1, "wrong_zone": 0.1, "mojibake": 0.1, "units_x100": 0.1},
        "clocks": {"skewed": 0.3},
        "new_schema": {"after_h": 24},
        "phantoms": {"bots": 0.5, "bot_views": 5, "test_orders": 0.5},
    }
)


def feed(
    url: str, profile: Profile = CHAOS, last: str | None = None, until: datetime | None = None, **selected: Any
) -> list[str]:
    """The lines of a feed, from behind a line of it."""
    with closing(connect(url)) as connection:
        with connection:
            now = moment(connection)
        begin = noisy(Selection(until=until, **selected), profile)
        source = begin(connection, now, None if last is None else last.encode())
        return [event.line for block in source.read(until) for event in block]


def test_the_feed_is_the_same_again_and_goes_on_behind_any_line(small_world: str):
    whole = feed(small_world)
    assert len(whole) > 120
    assert feed(small_world) == whole
    for number in range(0, len(whole), 17):
        assert feed(small_world, last=whole[number]) == whole[number + 1 :]


def test_a_feed_in_pieces_is_the_feed_in_one_go(small_world: str):
    pieces: list[str] = []
    for hours in range(-24 * 70, 48, 29):
        until = EPOCH + timedelta(hours=hours)
        pieces += feed(small_world, last=pieces[-1] if pieces else None, until=until)
    pieces += feed(small_world, last=pieces[-1])
    assert pieces == feed(small_world)


def test_it_is_in_the_order_of_publication_and_nothing_is_published_before_it_happens(day: Shop):
    times = [published_at(line) for line in feed(day.url, WILD)]
    assert all(earlier <= later for earlier, later in pairwise(times))
    for line in feed(day.url, Profile(delays=CHAOS.delays, copies=CHAOS.copies)):
        event = json.loads(line)
        delay = datetime.fromisoformat(event["publishtime"]) - datetime.fromisoformat(event["time"])
        assert timedelta() <= delay <= timedelta(hours=72)


def test_without_any_noise_it_is_the_clean_stream_with_the_time_of_publication(small_world: str):
    quiet = feed(small_world, Profile.model_validate({"delays": {"usual_s": 0}}))
    assert sorted("{" + line.partition(",")[2] for line in quiet) == sorted(lines_of(small_world))


def test_copies_are_copies(small_world: str):
    lines = feed(small_world, Profile.model_validate({"copies": {"twice": 1}}))
    texts = ["{" + line.partition(",")[2] for line in lines]
    missing = set(lines_of(small_world)) - set(texts)
    assert len(texts) == len(set(texts)) * 2 - sum(texts.count(text) == 1 for text in texts)
    assert all("2026-01-06T19:5" in line for line in missing), "not yet published"


def test_only_some_types_have_no_phantoms_of_others(small_world: str):
    kinds = {
        json.loads(line)["type"]
        for line in feed(small_world, Profile(phantoms=CHAOS.phantoms), types=("session.started",))
    }
    assert kinds == {"session.started"}


def test_the_feed_of_another_profile_is_not_gone_on_with(small_world: str):
    last = feed(small_world)[50]
    with pytest.raises(OtherNoise, match="it ends with a line that this feed has not"):
        feed(small_world, Profile(), last=last)
    with pytest.raises(OtherNoise, match="this is no line of a feed with noise"):
        feed(small_world, last=lines_of(small_world)[-1])


def test_rates_are_those_of_the_profile():
    noise = Noise(WILD, Identity(1, "international", EPOCH))
    count = 40_000
    fates = [noise.fate("order.paid", str(n), f"order.paid/{n}", EPOCH) for n in range(count)]

    def near(seen: int, share: float) -> bool:
        return abs(seen - count * share) < 4 * math.sqrt(count * share * (1 - share))

    for name in type(WILD.damage).model_fields:
        assert near(sum(fate.damage == name for fate in fates), getattr(WILD.damage, name) * (1 - WILD.dropped)), name
    assert near(sum(fate.damage == "dropped" for fate in fates), WILD.dropped)
    assert near(sum(fate.copies == 2 for fate in fates), WILD.copies.twice)
    assert near(sum(fate.copies > 2 for fate in fates), WILD.copies.burst)
    assert near(sum(fate.delay > timedelta(hours=6) for fate in fates), WILD.delays.very_late + 0.08 * math.exp(-9))
    assert all(fate.copies <= WILD.copies.burst_most for fate in fates)


def test_a_devices_clock_is_wrong_for_all_of_a_visit_and_nowhere_else():
    noise = Noise(WILD, Identity(1, "international", EPOCH))
    steps = [name for name, each in CATALOGUE.items() if each.topic == "shop.visits"]
    skewed = 0
    for session in range(2000):
        skews = {noise.fate(name, str(session), f"{name}/{session}", EPOCH).skew for name in steps}
        assert len(skews) == 1
        skewed += skews != {timedelta()}
    assert abs(skewed - 2000 * 0.035) < 4 * math.sqrt(2000 * 0.035)
    assert not any(noise.fate("order.paid", str(n), f"order.paid/{n}", EPOCH).skew for n in range(2000))


def test_draws_are_those_of_blake2b_and_independent_of_each_other():
    # RFC 7693's function by Python's hashlib, keyed by the seed as eight bytes, little end first; 53 bits a uniform
    assert draws(1, "fate", "order.paid/1") == draws(1, "fate", "order.paid/1")
    seen = {draws(seed, purpose, name) for seed in (1, 2) for purpose in ("fate", "clock") for name in ("a", "b")}
    assert len(seen) == 8
    many = [draws(3, "fate", str(n)) for n in range(4000)]
    for column in range(8):
        mean = sum(each[column] for each in many) / len(many)
        assert abs(mean - 0.5) < 4 / math.sqrt(12 * len(many))
        other = (column + 1) % 8
        covariance = sum((each[column] - 0.5) * (each[other] - 0.5) for each in many) / len(many)
        assert abs(covariance) < 4 / 12 / math.sqrt(len(many))


def test_each_kind_of_damage_does_what_it_says():
    data = EVENT["data"]
    assert missing_field(EVENT, 0.0, 0)["data"] == {k: v for k, v in data.items() if k != "review_id"}
    assert renamed_field(EVENT, 0.0, 0) == {
        **EVENT,
        "data": {**{k: v for k, v in data.items() if k != "product_id"}, "sku": 9},
    }
    assert renamed_field({**EVENT, "data": {"seq": 1}}, 0.0, 0) is None
    assert number_as_text(EVENT, 0.99, 0.9) == {**EVENT, "data": {**data, "price": "2.5"}}
    assert number_as_text(EVENT, 0.99, 0.1) == {**EVENT, "data": {**data, "price": "2,5"}}
    assert units_x100(EVENT, 0.5, 0) == {**EVENT, "data": {**data, "price": 250.0}}
    assert units_x100({**EVENT, "data": {"seq": 1}}, 0.5, 0) is None
    assert wrong_zone(EVENT, 0.99, 0.1)["time"] == "2026-01-05T22:00:00+00:00"
    assert wrong_zone(EVENT, 0.0, 0.9)["time"] == "2026-01-05 07:00:00"
    assert mojibake(EVENT, 0, 0) == {**EVENT, "data": {**data, "comment": "GrÃ¶Ã\x9fe passt"}}
    assert mojibake({**EVENT, "data": {"comment": "plain"}}, 0, 0) is None
    assert personal_data(EVENT, 0.0, 0.5)["data"] == {**data, "phone": "+44 20 7946 0125"}
    assert in_camel_case(EVENT)["dataschema"] == "urn:bazaar:events:review.written:2"
    assert list(in_camel_case(EVENT)["data"]) == ["reviewId", "productId", "rating", "comment", "price"]


def test_broken_lines_say_when_they_were_published(small_world: str):
    cut = Profile.model_validate({"damage": {"truncated": 1}})
    lines, broken = feed(small_world, cut), 0
    for line in lines:
        assert published_at(line) > EPOCH - timedelta(days=90)
        try:
            json.loads(line)
        except ValueError:
            broken += 1
    assert broken == len(lines)


@pytest.mark.parametrize("name", profile_names())
def test_our_profiles_are_understood_and_say_what_they_are(name: str):
    profile = load_profile(name)
    assert profile is not None
    assert profile.description


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("dropped: 2", r"noise: .*mine\.yaml: dropped: 2: Input should be less than or equal to 1"),
        ("damage: {truncted: 0.1}", r"damage\.truncted: 0\.1: Extra inputs are not permitted"),
        ("delays: {late: .nan}", r"delays\.late: nan: "),
        ("damage: {truncated: 0.7, mojibake: 0.7}", r"damage: its shares add up to 1\.4; allowed is 1 at most"),
        ("- a\n- b", r"the file: \['a', 'b'\]: Input should be a valid dictionary"),
        ("a: [", r"mine\.yaml' is not YAML"),
    ],
)
def test_a_profile_that_cannot_be_is_one_line(text: str, said: str, tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadProfile, match=said) as refused:
        load_profile(str(path))
    assert "\n" not in str(refused.value)


def test_an_unknown_profile_is_one_line(tmp_path: Path):
    with pytest.raises(BadProfile, match=r"noise: 'wildest' is no profile; allowed are none, mild, wild and the path"):
        load_profile("wildest")
    with pytest.raises(BadProfile, match=r"can't be read: No such file"):
        load_profile(str(tmp_path / "gone.yaml"))
    assert load_profile("none") is None


def test_the_page_has_every_kind_with_the_rates_of_our_profiles():
    page = (Path(__file__).parents[3] / "docs" / "messy-data.md").read_text(encoding="utf-8")
    mild = load_profile("mild") or Profile()
    told = {}
    for names, low, high in re.findall(r"^\| (`[^|]+`) \| [^|]+ \| ([^|]+) \| ([^|]+) \|", page, re.MULTILINE):
        for name in re.findall(r"`([\w.]+)`", names):
            told[name] = [0.0 if each.strip() == "–" else each.strip() for each in (low, high)]
    assert told.pop("new_schema") == [0.0, "yes"]
    assert (mild.new_schema.after_h, WILD.new_schema.after_h, WILD.new_schema.senders) == (None, 48, 0.5)
    shares = {"delays.late", "delays.very_late", "copies.twice", "copies.burst", "dropped", "clocks.skewed"}
    shares |= {"phantoms.bots", "phantoms.test_orders"} | set(type(WILD.damage).model_fields)
    assert told.keys() == shares
    for name, rates in told.items():
        if name == "copies.burst":
            continue  # the row says how often there are copies at all, which is nearly `twice`
        for profile, rate in zip((mild, WILD), rates, strict=True):
            part, _, field = (name if "." in name or name == "dropped" else f"damage.{name}").rpartition(".")
            share = getattr(getattr(profile, part) if part else profile, field)
            assert float(str(rate).rstrip(" %")) == pytest.approx(share * 100), name
