"""Dead letters once more, after a fix."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from pipeline.consumer import replay as replaying
from pipeline.consumer.__main__ import main
from pipeline.consumer.decoding import decoded
from pipeline.consumer.landing import Landing
from pipeline.consumer.record import Batch, DeadLetter, Landed, Record
from tests.pipeline.consumer.making import SHOP, record, registered

NEXT_VERSION = "urn:bazaar:events:customer.registered:3"


@pytest.fixture
def dead(database_url: str) -> str:
    """Tables with a shop's first event, five of a version that nobody knew, one of another shop, and rubbish."""
    with closing(Landing.at(database_url)) as landing:
        landing.resume({("shop.customers", 0): ("first", 0)})
        records = [record(0, registered(1)), record(1, b"rubbish")]
        records += [record(2 + n, registered(2 + n, dataschema=NEXT_VERSION)) for n in range(5)]
        records += [record(7, registered(9, source=SHOP + "x"))]
        counts = landing.write(Batch.of(map(decoded, records)))
    assert counts == {"landed": 1, "not_json": 1, "unknown_version": 5, "another_shop": 1}
    return database_url


def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_what_nothing_has_changed_for_stays(dead: str, capsys: pytest.CaptureFixture[str]):
    before = rows(dead, "SELECT * FROM landing.dead_letters ORDER BY 1, 2, 3")
    assert main(["replay", "--database-url", dead]) == 0
    assert capsys.readouterr().err == (
        "replay: 0 landed, 7 remain (another_shop 1, not_json 1, unknown_version 5)\n"
    )  # fmt: skip
    after = rows(dead, "SELECT * FROM landing.dead_letters ORDER BY 1, 2, 3")
    assert [tuple(map(bytes_of, row)) for row in after] == [tuple(map(bytes_of, row)) for row in before]


def bytes_of(value: object) -> object:
    return value.tobytes() if isinstance(value, memoryview) else value


@pytest.mark.parametrize("many", [1, 2, 1000])
def test_after_a_fix_they_land(
    dead: str, many: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(replaying, "MANY", many)

    def knowing(came: Record) -> Landed | DeadLetter:
        assert came.value is not None
        return decoded(came._replace(value=came.value.replace(b"registered:3", b"registered:2")))

    monkeypatch.setattr(replaying, "decoded", knowing)
    assert main(["replay", "--database-url", dead]) == 0
    assert capsys.readouterr().err == "replay: 5 landed, 2 remain (another_shop 1, not_json 1)\n"
    assert rows(dead, "SELECT customer_id FROM landing.registrations ORDER BY 1") == [(n,) for n in range(1, 7)]
    assert rows(dead, 'SELECT "offset" FROM landing.dead_letters ORDER BY 1') == [(1,), (7,)]
    assert rows(dead, "SELECT next_offset FROM landing.consumer_offsets") == [(8,)]
