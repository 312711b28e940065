"""The views of the past say what they said in the first schema, whose text is kept, on the rows of a shop at work."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, make_url

from benchmarks.past import BEFORE, VIEWS, first_views
from db.deferred_indexes import defer
from tests.integration.test_running import Shop

DIFFERENT = """
SELECT (SELECT count(*) FROM (SELECT * FROM public.{view} EXCEPT ALL SELECT * FROM {before}.{view}) more)
     + (SELECT count(*) FROM (SELECT * FROM {before}.{view} EXCEPT ALL SELECT * FROM public.{view}) fewer),
       (SELECT count(*) FROM public.{view})
"""


@pytest.mark.parametrize("loading", [False, True], ids=["at work", "while history is loaded"])
def test_they_are_what_they_were(loading: bool, database_url: str):
    shop = Shop(database_url)
    shop.run(start="2026-01-05T09:00Z", duration="30h", scale="0.1")
    assert shop.rows("SELECT count(*) FILTER (WHERE ended_at IS NULL) > 0 FROM sessions") == [(True,)]
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg2"))
    with engine.connect() as connection:
        connection.exec_driver_sql(first_views())
        if loading:
            defer(connection)
            connection.exec_driver_sql("UPDATE sim.session_quarters SET browsed = 0")  # nobody keeps them meanwhile
        for view in VIEWS:
            different, rows = connection.exec_driver_sql(DIFFERENT.format(view=view, before=BEFORE)).one()
            assert rows > 50, view
            assert different == 0, view
        connection.rollback()
    engine.dispose()
