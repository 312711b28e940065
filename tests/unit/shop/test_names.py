"""Names and addresses."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from faker.generator import random as fakers_shared
from hypothesis import given
from hypothesis import strategies as st

from sim.markets import City, Market, load_market
from sim.shop.names import NamePool

SEED = 5
unit = st.floats(0.0, 1.0, exclude_max=True)
CITIES = [(market, city) for market in map(load_market, ("international", "russian")) for city in market.cities]
POOLS = [NamePool.of_city(market, city, SEED) for market, city in CITIES]
GRID = [(i + 0.5) / 40 for i in range(40)]
FINE_GRID = [i / 3001 for i in range(3001)]


def names(pool: NamePool) -> list[str]:
    return [pool.full_name(u1, u2) for u1 in GRID for u2 in GRID]


@pytest.fixture(params=zip(CITIES, POOLS, strict=True), ids=[city.name for _, city in CITIES])
def place(request) -> tuple[Market, City, NamePool]:
    (market, city), pool = request.param
    return market, city, pool


def test_pools_depend_on_the_seed_alone():
    random.seed(1)
    first = names(NamePool("en_US", SEED))
    random.seed(2)
    NamePool("en_GB", 99)
    assert names(NamePool("en_US", SEED)) == first
    assert names(NamePool("en_US", SEED + 1)) != first


def test_making_a_pool_leaves_global_randomness_alone():
    before = random.getstate(), fakers_shared.getstate()
    names(NamePool("ru_RU", SEED))
    assert (random.getstate(), fakers_shared.getstate()) == before


def test_names_are_many(place):
    assert len(set(names(place[2]))) > 800


def test_russian_surnames_agree_with_the_gender_of_the_first_name():
    pool = POOLS[-1]
    women = {pool.full_name(u1, u2) for u1 in GRID if u1 < 0.5 for u2 in GRID}
    men = {pool.full_name(u1, u2) for u1 in GRID if u1 >= 0.5 for u2 in GRID}
    assert all(name.endswith(("а", "я")) for name in women)
    assert not any(name.endswith(("ва", "на", "ая")) for name in men)


def test_given_names_of_the_market_are_used():
    market = load_market("russian")
    allowed = {*market.given_names["ru_RU"].male, *market.given_names["ru_RU"].female}
    assert {name.split()[0] for name in names(POOLS[-1])} <= allowed


def test_streets_have_a_number_and_are_many(place):
    streets = [place[2].street(u1, u2) for u1 in GRID for u2 in GRID]
    assert all(re.search(r"\d", street) for street in streets)
    assert all(len(street) <= 60 and "{" not in street for street in streets)
    assert len(set(streets)) > 1000


@pytest.mark.parametrize(
    ("city", "pattern"),
    [
        ("New York", r"\d+ [^\d]+ (Street|Road|Avenue|Lane|Place|Boulevard)"),
        ("São Paulo", r"(Rua|Avenida|Alameda|Travessa) [^\d]+, \d+"),
        ("Berlin", r"[^\d]+(straße|weg|allee|ring|platz) \d+"),
        ("Москва", r"(ул|пр|пер|бул)\. .+, д\. \d+"),
    ],
)
def test_streets_are_written_as_the_place_does(city, pattern):
    pool = next(pool for (_, its), pool in zip(CITIES, POOLS, strict=True) if its.name == city)
    assert all(re.fullmatch(pattern, pool.street(u1, u2)) for u1 in GRID for u2 in GRID)


@given(u1=unit, u2=unit)
def test_any_uniforms_give_an_entry(u1, u2):
    for pool in POOLS:
        assert pool.full_name(u1, u2)
        assert pool.street(u1, u2)
        assert pool.email("Ann Lee", 101, u1)


@pytest.mark.parametrize(
    ("full_name", "email"),
    [
        ("Mary O'Neill", "mary.o.neill.4201"),
        ("João da Conceição", "joao.da.conceicao.4201"),
        ("Jürgen Weiß", "juergen.weiss.4201"),
        ("Юлия Щукина", "yuliya.shchukina.4201"),
        ("𝗔nn Żak", "ann.zak.4201"),
        ("李 明", "customer.4201"),
    ],
)
def test_email_is_ascii_of_the_name_and_id(full_name, email):
    assert POOLS[0].email(full_name, 4201, 0.0).partition("@")[0] == email


def test_people_write_their_names_in_several_ways():
    local = {POOLS[0].email("Ann Lee", 4201, u).partition("@")[0] for u in FINE_GRID}
    assert local == {"ann.lee.4201", "annlee.4201", "alee.4201", "ann_lee.4201"}


def test_mail_is_where_the_market_says_that_most_have_it():
    domains = Counter(POOLS[-1].email("Ann Lee", 4201, u).partition("@")[2] for u in FINE_GRID)
    weights = load_market("russian").mail_domains
    assert domains.keys() == weights.keys()
    for domain, weight in weights.items():
        assert domains[domain] / len(FINE_GRID) == pytest.approx(weight / sum(weights.values()), abs=2 / len(FINE_GRID))


@given(st.lists(st.integers(101, 10**9), min_size=2, max_size=30, unique=True), st.text(max_size=30), unit)
def test_emails_differ_whenever_ids_do(ids, full_name, u):
    emails = [POOLS[0].email(full_name, customer_id, u) for customer_id in ids]
    assert len(set(emails)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9._]+@([a-z]+\.example|example\.(com|org|net))", email) for email in emails)


@pytest.mark.parametrize("u", FINE_GRID[::50])
def test_a_name_that_ends_in_digits_cannot_take_anothers_email(u):
    assert POOLS[0].email("Ann 1", 2301, u) != POOLS[0].email("Ann", 12301, u)


def test_a_locale_without_a_manner_of_its_own_works():
    pool = NamePool("it_IT", SEED)
    assert pool.street(0.3, 0.3)
    assert pool.email("Ann Lee", 4201, 0.7) == "ann.lee.4201@example.com"
