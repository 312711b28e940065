"""What the stream says of the small world, to the event; and that it says it whatever the slices."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg2
import pytest

from pipeline.events.contract import CATALOGUE, RANKS
from pipeline.events.envelope import place
from pipeline.events.stream import Forgotten
from pipeline.shop import NoShop
from tests.integration.test_running import Shop
from tests.pipeline.events.reading import lines_of, streamed

EPOCH = datetime(2026, 1, 5, tzinfo=UTC)


def ids(lines: list[str]) -> list[str]:
    return [json.loads(line)["id"] for line in lines]


def test_a_shopper_who_fails_to_pay_from_the_visit_to_the_end(small_world: str):
    begin = datetime(2026, 1, 5, 8, 50, tzinfo=UTC)
    assert ids(lines_of(small_world, begin, begin + timedelta(minutes=20))) == [
        "session.started/201",
        "session.product_viewed/201.0002",
        "session.item_added/201.0003",
        "session.checkout_started/201.0004",
        "customer.registered/201",
        "customer.address_added/201",
        "order.placed/201",
        "payment.attempted/201",
        "session.ended/201",
        "order.cancelled/201",
    ]


def test_at_one_instant_causes_come_first(small_world: str):
    noon, afternoon = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 6, 15, tzinfo=UTC)
    moment = timedelta(microseconds=1)
    assert ids(lines_of(small_world, noon, noon + moment)) == [
        "parcel.delivery_attempted/101.1",
        "order.delivered/101",
        "points.moved/101.000002",
    ]
    assert ids(lines_of(small_world, afternoon, afternoon + moment)) == [
        "payment.attempted/501",
        "shift.started/102",
        "return.refunded/101",
        "stock.moved/801",
    ]


def test_who_came_is_not_known_before_they_registered(small_world: str):
    events = [json.loads(line) for line in lines_of(small_world, types=["session.started", "session.ended"])]
    customers = {event["id"]: event["data"]["customer_id"] for event in events}
    assert customers["session.started/201"] is None, "201 registered at 08:58, in the visit that began at 08:50"
    assert customers["session.ended/201"] == 201
    assert customers["session.started/101"] == 101
    assert customers["session.started/202"] is None
    assert "session.ended/202" not in customers, "she is still looking around"


def test_an_order_has_its_lines_and_money_in_full(small_world: str):
    [line] = [line for line in lines_of(small_world, types=["order.placed"]) if '"order.placed/101"' in line]
    event = json.loads(line)
    assert event["data"] == {
        "order_id": 101,
        "customer_id": 101,
        "cart_id": 101,
        "warehouse_id": 11,
        "address_id": 101,
        "slot_starts_at": "2026-01-05T10:30:00+00:00",
        "promised_at": "2026-01-05T12:30:00+00:00",
        "subtotal": 40.00,
        "discount": 2.00,
        "delivery_fee": 3.00,
        "total": 41.00,
        "lines": [
            {"line_no": 1, "product_id": 1, "quantity": 1, "unit_price": 20.00},
            {"line_no": 2, "product_id": 3, "quantity": 4, "unit_price": 5.00},
        ],
    }
    assert '"discount":2.00' in line, "money has its decimals in the text too"
    assert event["time"] == "2026-01-05T08:08:00+00:00"
    assert (event["specversion"], event["source"]) == ("1.0", "bazaar://international/1/2026-01-05T00:00:00Z")
    assert (event["type"], event["partitionkey"]) == ("order.placed", "101")


def test_the_time_before_the_opening_comes_first_and_what_is_now_comes_later(small_world: str):
    lines = lines_of(small_world)
    before = [place(line)[2].time for line in lines if place(line)[2].time < EPOCH]
    assert len(before) == 10, "four customers, three addresses and three prices are older than the shop"
    assert [place(line)[2].time for line in lines][: len(before)] == before
    assert "trip.ended/301" not in ids(lines)
    assert max(place(line)[2].time for line in lines) < datetime(2026, 1, 6, 20, tzinfo=UTC)


def test_every_type_but_those_that_the_small_world_lacks(small_world: str):
    kinds = Counter(json.loads(line)["type"] for line in lines_of(small_world))
    assert kinds.keys() == CATALOGUE.keys() - {"session.signed_up"}
    assert kinds["session.product_viewed"] == 9
    assert kinds["payment.attempted"] == 7
    assert kinds["stock.moved"] == 9
    assert kinds["product.priced"] == 4


@pytest.mark.parametrize("minutes", [5, 60, 1440, 5000])
def test_the_slices_change_nothing(small_world: str, minutes: int):
    whole = lines_of(small_world)
    with streamed(small_world) as stream:
        end, pieces = EPOCH - timedelta(days=1), []
        while end < EPOCH + timedelta(days=3):
            end += timedelta(minutes=minutes)
            pieces += [event.line for block in stream.read(end) for event in block]
    assert pieces == whole


def test_a_stream_that_breaks_off_anywhere_goes_on_right_there(week: Shop):
    whole = lines_of(week.url, until=EPOCH + timedelta(days=1))
    for broken in range(1, len(whole), len(whole) // 7):
        with streamed(week.url) as stream:
            stream.position = stream.position.behind(place(whole[broken - 1])[2])
            rest = [event.line for block in stream.read(EPOCH + timedelta(days=1)) for event in block]
        assert rest == whole[broken:]


def test_a_week_is_in_order_and_nothing_is_there_twice(week: Shop):
    places = [place(line)[2] for line in lines_of(week.url)]
    assert all(earlier < later for earlier, later in pairwise(places))
    assert len({each.id for each in places}) == len(places)
    assert {each.rank for each in places} == set(RANKS.values()), "a week has every type"


def test_what_was_said_of_a_day_is_said_for_good(database_url: str):
    shop = Shop(database_url)
    shop.run(duration="20h")
    before = lines_of(database_url)
    shop.run(duration="44h")
    assert lines_of(database_url, until=EPOCH + timedelta(hours=20)) == before
    assert len(lines_of(database_url)) > len(before)


def test_the_reader_reads_whatever_its_time_outs_are(small_world: str):
    connection = psycopg2.connect(small_world)
    connection.autocommit = True
    database = connection.info.dbname
    with connection.cursor() as cursor:
        for setting in ("statement_timeout = 1", "timezone = 'Asia/Tokyo'", "extra_float_digits = -3"):
            cursor.execute(f"ALTER DATABASE {database} SET {setting}")
        try:
            assert '"time":"2026-01-05T08:08:00+00:00"' in "".join(lines_of(small_world))
        finally:
            cursor.execute(f"SET statement_timeout = 0; ALTER DATABASE {database} RESET ALL")
    connection.close()


def test_a_shop_that_has_forgotten_is_refused(small_world: str):
    connection = psycopg2.connect(small_world, options="-c statement_timeout=0")  # its database has one of 1 ms by now
    with connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO sim.retention VALUES (true, '2026-01-06T00:00Z')")
    try:
        with pytest.raises(Forgotten, match=r"stands at 2026-01-05T00:00:00\.000000Z.* since 2026-01-06T00:00"):
            lines_of(small_world)
        assert lines_of(small_world, datetime(2026, 1, 6, tzinfo=UTC)), "from there on everything is kept"
    finally:
        with connection, connection.cursor() as cursor:
            cursor.execute("DELETE FROM sim.retention")
        connection.close()


def test_another_shop_in_the_same_database_is_noticed(database_url: str):
    shop = Shop(database_url)
    shop.run(duration="1h")
    with streamed(database_url) as stream:
        assert sum(1 for _ in stream.read())
        with shop.connected() as connection, connection.cursor() as cursor:
            cursor.execute("UPDATE sim.runs SET seed = 2")
        with pytest.raises(NoShop, match="another shop was opened in this database: bazaar://international/2/"):
            list(stream.read())


def test_a_shop_of_an_older_program_is_told(database_url: str):
    with closing(psycopg2.connect(database_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA sim CREATE TABLE runs (run_id bigint)")
    told = pytest.raises(NoShop, match="is an older program's; `python -m sim upgrade`")
    with told, streamed(database_url):
        pass


def test_an_empty_database_has_no_shop(database_url: str):
    with pytest.raises(NoShop, match="no shop has been opened"), streamed(database_url):
        pass
