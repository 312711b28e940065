"""Asking: as the reader, at one moment, in UTC; and what was chosen is checked."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import Engine, create_engine

from dashboards.files import load
from dashboards.problems import BadInput
from report.choices import check_lists, choose
from report.queries import NoAnswer, reading
from report.shop import read_shop
from tests.dashboards.asking import new_database

FILES = load()


def test_it_reads_as_the_role_that_only_reads(traded: Engine):
    with reading(traded) as asker:
        assert asker.answer("SELECT current_user AS name")["name"].tolist() == ["bazaar_reader"]
        with pytest.raises(NoAnswer, match=r"^cannot execute DELETE in a read-only transaction$"):
            asker.answer("DELETE FROM reviews")


def test_all_answers_are_of_one_moment(traded: Engine):
    asked = "SELECT count(*) AS n FROM sim.marks"
    with traded.connect() as owner:
        owner.exec_driver_sql("CREATE TABLE sim.marks (n int); GRANT SELECT ON sim.marks TO bazaar_reader")
        owner.commit()
        with reading(traded) as asker:
            before = asker.answer(asked)["n"].tolist()
            owner.exec_driver_sql("INSERT INTO sim.marks VALUES (1)")
            owner.commit()
            after = asker.answer(asked + " -- again")["n"].tolist()
        owner.exec_driver_sql("DROP TABLE sim.marks")
        owner.commit()
    assert before == after == [0]


def test_answers_are_numbers_instants_and_dates(traded: Engine):
    asked = """
        SELECT 1.50::numeric AS n, '2026-01-05 01:00+01'::timestamptz AS at, '2026-01-05'::date AS day, '100 %' AS text
        UNION ALL SELECT NULL, NULL, NULL, NULL
    """
    with reading(traded) as asker:
        frame = asker.answer(asked)
    assert frame["n"].iloc[0] == 1.5
    assert pd.isna(frame["n"].iloc[1])
    assert frame["at"].iloc[0] == pd.Timestamp("2026-01-05T00:00Z")
    assert str(frame["at"].dt.tz) == "UTC"
    assert frame["day"].iloc[0] == pd.Timestamp("2026-01-05")
    assert frame["text"].iloc[0] == "100 %"


def test_the_sql_that_is_shown_is_the_sql_that_is_run():
    sql = FILES.queries["funnel"].filled({"city": "L'Aquila", "period": "Today"})
    assert "cities_named('L''Aquila')" in sql
    assert "visits_in('Today')" in sql


def test_the_shop_is_told_by_its_newest_chapter(traded: Engine):
    with reading(traded) as asker:
        shop = read_shop(asker)
    assert (shop.seed, shop.scenario, shop.market, shop.scale) == (1, "quick_suppliers", "international", 0.03)
    assert shop.opened == pd.Timestamp("2026-01-05T00:00Z")
    assert pd.Timedelta(0) <= shop.now - pd.Timestamp("2026-01-06T12:00Z") < pd.Timedelta(minutes=10)


def test_a_database_without_a_shop_is_told(postgres_url: str):
    told = pytest.raises(NoAnswer, match="there is no shop in this database yet")
    with new_database(postgres_url) as engine, reading(engine) as asker, told:
        read_shop(asker)


def test_a_database_that_does_not_answer_is_told_without_its_password():
    engine = create_engine("postgresql+psycopg2://me:secret@127.0.0.1:1/none")
    with pytest.raises(NoAnswer, match=r"127.0.0.1:1/none does not answer") as told, reading(engine):
        pass
    assert "secret" not in str(told.value)
    assert "\n" not in str(told.value)


def test_what_is_not_said_is_the_default():
    assert choose(FILES, {}) == {"city": "All cities", "period": "Last 7 days"}


def test_a_choice_outside_the_list_is_refused(traded: Engine):
    with pytest.raises(BadInput, match="--period: 'Never' is not one of: Today, Last 24 hours"):
        choose(FILES, {"period": "Never"})
    with reading(traded) as asker:
        check_lists(FILES, choose(FILES, {"city": "São Paulo"}), asker)
        with pytest.raises(BadInput, match="--city: 'Paris' is not one of: All cities, New York, São Paulo"):
            check_lists(FILES, choose(FILES, {"city": "Paris"}), asker)
