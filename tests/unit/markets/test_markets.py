"""The markets that come with the program, and what a market file may not say."""

from __future__ import annotations

import copy
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

import sim.markets
from common.strict_yaml import load_yaml
from sim.markets import Market, MarketError, known_markets, load_market
from sim.markets.grammar import sayings
from sim.markets.reviews import SUBJECTS
from sim.shop.geography import distance_m

NAMES = ["international", "russian"]


@pytest.fixture(scope="module", params=NAMES)
def market(request) -> Market:
    return load_market(request.param)


@pytest.fixture(scope="module")
def original() -> Any:
    path = Path(sim.markets.__file__).parent / "international.yaml"
    return load_yaml(path.read_text(encoding="utf-8"))


@pytest.fixture
def content(original) -> Any:
    """A short market: the reviews of the long one would take each test a second to write."""
    return copy.deepcopy(original) | {
        "reviews": {subject: [f"It is {subject}.", f"{subject}!"] for subject in SUBJECTS}
    }


def refusal(content: object, tmp_path: Path) -> str:
    """What is said about a market file with this content; always one line."""
    path = tmp_path / "market.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    with pytest.raises(MarketError) as caught:
        load_market(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_known_markets():
    assert known_markets() == NAMES


def test_name_is_that_of_the_file(market):
    assert load_market(market.name) == market


def test_five_cities_in_five_time_zones(market):
    summer = datetime(2026, 7, 1, tzinfo=UTC)
    assert len({summer.astimezone(ZoneInfo(city.timezone)).utcoffset() for city in market.cities}) == 5


def test_bigger_shares_are_within_reason(market):
    assert all(0.12 <= city.demand_share <= 0.30 for city in market.cities)
    assert 7 <= sum(len(city.warehouses) for city in market.cities) <= 8


def test_warehouses_stand_in_their_city(market):
    for city in market.cities:
        for warehouse in city.warehouses:
            away = distance_m(city.latitude, city.longitude, warehouse.latitude, warehouse.longitude)
            assert away < 15_000, warehouse.name


def test_twelve_categories_of_which_clothes_come_back_most(market):
    returns = [category.return_weight for category in market.categories]
    assert len(returns) == 12
    assert market.categories[returns.index(max(returns))].name in {"Apparel", "Одежда"}


def test_texts_that_a_market_does_not_have_are_those_of_another_subject(content, tmp_path):
    older = {"good_product", "bad_product", "late", "early", "failed_attempt", "neutral"}
    content["reviews"] = {subject: content["reviews"][subject] for subject in older}
    path = tmp_path / "older.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    market = load_market(path)
    assert market.model_dump(mode="json")["reviews"].keys() == older  # so its digest is what it always was
    assert market.reviews.about("again") == market.reviews.about("late_but_good") == market.reviews.good_product
    assert market.reviews.about("damaged") == market.reviews.about("unhappy") == market.reviews.bad_product
    assert market.reviews.about("very_late") == market.reviews.late
    assert market.reviews.about("wrong_size") == market.reviews.about("small_fault") == market.reviews.neutral


def test_items_that_say_no_more_than_they_used_to_have_the_digest_they_used_to_have(content, tmp_path):
    kitchen = content["categories"][1]
    for item in kitchen["items"]:
        item.pop("called", None), item.pop("form", None)
    path = tmp_path / "older.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    dumped = load_market(path).model_dump(mode="json")["categories"][1]["items"]
    assert [item.keys() for item in dumped] == [{"step", *item} for item in kitchen["items"]]


def test_russian_market_speaks_russian():
    market = load_market("russian")
    words = [*(city.name for city in market.cities), *(category.name for category in market.categories)]
    words += [item.name for category in market.categories for item in category.items]
    texts = [text for _, listed in market.reviews.all_alternatives() for each in sayings(listed) for text in each.say]
    words += [text for text in texts if re.sub(r"\{[^|}]*\}", "", text).strip(" .")]  # more than names of words
    assert [word for word in words if not any("а" <= letter <= "я" for letter in word.lower())] == []


def test_unknown_name_lists_the_known():
    with pytest.raises(MarketError) as caught:
        load_market("atlantis")
    assert str(caught.value) == "unknown market 'atlantis'; known: international, russian, or a path to a .yaml file"


def test_a_name_is_no_way_out_of_the_folder():
    with pytest.raises(MarketError, match="cannot be read"):
        load_market("../markets/atlantis")


def test_own_file_is_read(content, tmp_path):
    content["title"] = "Elsewhere"
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert load_market(str(path)).title == "Elsewhere"


def test_missing_file_is_refused(tmp_path):
    with pytest.raises(MarketError, match="No such file"):
        load_market(tmp_path / "missing.yaml")


@pytest.mark.parametrize("text", ["cities: [", "a: b: c", "\x00"], ids=["open bracket", "nested", "control character"])
def test_what_is_not_yaml_is_refused_in_one_line(text, tmp_path):
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MarketError, match="is not YAML") as caught:
        load_market(path)
    assert "\n" not in str(caught.value)


def test_what_is_said_twice_is_refused(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("title: Here\ncurrency: USD\ntitle: There\n", encoding="utf-8")
    with pytest.raises(MarketError, match="line 3: 'title' is there twice"):
        load_market(path)


@pytest.mark.parametrize("content", [None, [], "text", 3], ids=["empty", "list", "text", "number"])
def test_what_is_no_mapping_is_refused(content, tmp_path):
    assert "market.yaml" in refusal(content, tmp_path)


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [
        (("colour",), "red", "colour: Extra inputs are not permitted (it is 'red')"),
        (("currency",), "dollars", "currency: "),
        (("price_level",), -1, "price_level: Input should be greater than 0 (it is '-1')"),
        (("price_level",), float("nan"), "price_level: "),
        (("cities",), [], "cities: "),
        (("cities", 1, "timezone"), "Mars/Base", "cities.1.timezone: not a known IANA time zone (it is 'Mars/Base')"),
        (("cities", 1, "timezone"), "../etc/passwd", "cities.1.timezone: not a known IANA time zone"),
        (("cities", 1, "timezone"), "America", "cities.1.timezone: not a known IANA time zone"),
        (("cities", 0, "latitude"), 95, "cities.0.latitude: "),
        (("cities", 0, "demand_share"), 0.5, "demand_share of the cities must sum to 1, not 1.24"),
        (("cities", 0, "city_id"), 7, "city_id must count 1, 2, 3"),
        (("cities", 0, "warehouses", 0, "share"), 0.5, "cities.0: shares of the warehouses must sum to 1"),
        (("cities", 1, "name"), "London", "names of cities must be distinct, 'London' is given twice"),
        (("categories", 0, "name"), "Books", "names of categories must be distinct"),
        (("categories", 0, "margin"), 1.0, "categories.0.margin: "),
        (("categories", 0, "share_of_products"), 0.2, "share_of_products of the categories must sum to 1"),
        (("categories", 2, "items", 0, "variants"), [], "categories.2.items.0.variants: "),
        (("categories", 2, "items", 0, "price"), "cheap", "categories.2.items.0.price: "),
        (("categories", 2, "name_pattern"), "{brand} {item}", "must have {brand}, {item} and {variant} once each"),
        (("reviews", "late"), [], "reviews.late: "),
        (("title",), "two\nlines", "title: must be one line without control characters (it is 'two\\nlines')"),
        (("reviews", "late", 0), "so {late", "reviews.late.0: must have braces in pairs, one within no other"),
        (("reviews", "late", 0), {"say": ["late"], "stars": [0]}, "reviews.late.0.stars.0: Input should be greater"),
        (("reviews", "late", 0), {"say": ["late"], "items": ["hat"]}, "reviews.late: no item is called 'hat'"),
        (("reviews", "late", 0), {"say": ["x"], "categories": ["Hats"]}, "reviews.late: no category is called 'Hats'"),
        (("reviews", "late", 0), "{is|are}", "reviews.late: {is|are} must have 3 forms, as many as items ask for"),
        (("reviews", "words"), {"spare": ["x"]}, "reviews: words.spare: no text has {spare}"),
        (("reviews", "late", 0), "nul\0", "reviews.late.0: must be one line without control characters"),
        (("price_level",), 1e9, "price_level: Input should be less than or equal to 1000000 (it is '1000000000.0')"),
        (("edition",), ", {x} {n}", "edition: must have {n} once (it is ', {x} {n}')"),
        (("edition",), ", {n", "edition: must have {n} once"),
        (
            ("categories", 2, "name_pattern"),
            "{brand} {item} {variant}}",
            "must have {brand}, {item} and {variant} once",
        ),
        (
            ("categories", 2, "items", 0, "price"),
            1e12,
            "categories.2.items.0.price: Input should be less than or equal",
        ),
        (("price_endings", 1, "minus"), 5, "price_endings.1: minus must be less than step, 1, not 5"),
        (("price_endings", 1, "below"), 5, "below of the price_endings must grow, and only the last may be without it"),
        (("price_endings", 0, "below"), None, "below of the price_endings must grow"),
        (
            ("cities", 0, "faker_locale"),
            "en_XX",
            "cities.0.faker_locale: Faker has no such locale; allowed are en_AU, en_BD",
        ),
        (("cities", 0, "faker_locale"), "xx_XX", "allowed are those of its manual (it is 'xx_XX')"),
        (
            ("cities", 0, "warehouses", 0, "latitude"),
            -40.69,
            "'Brooklyn Bushwick' must stand within 200 km of New York",
        ),
        (
            ("cities", 0, "warehouses", 0, "longitude"),
            73.92,
            "must stand within 200 km of New York, not at 40.6944, 73.92",
        ),
        (("cities", 0, "warehouses", 0, "name"), "Bronx Mott Haven", "names of a city's warehouses must be distinct"),
    ],
)
def test_wrong_values_are_refused_by_place_and_value(content, tmp_path, place, value, says):
    part = content
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    assert says in refusal(content, tmp_path)


def test_missing_key_is_named(content, tmp_path):
    del content["cities"][3]["timezone"]
    assert "cities.3.timezone: Field required" in refusal(content, tmp_path)


def test_further_errors_are_counted(content, tmp_path):
    content["currency"], content["price_level"] = "dollars", 0
    assert refusal(content, tmp_path).endswith("(and 1 more)")


def test_a_market_cannot_be_changed(market):
    with pytest.raises(ValueError, match="frozen"):
        market.currency = "EUR"
