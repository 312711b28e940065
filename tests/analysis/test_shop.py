"""The way to the shop's database: which one it is, and what it says in one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from analysis import shop
from analysis.shop import engine, in_one_line

ROOT = Path(__file__).parents[2]


def test_a_database_named_in_env_is_the_one_that_is_read(tmp_path: Path, monkeypatch):
    (tmp_path / ".env").write_text("export DATABASE_URL='postgres://me@db.example:5433/shop'\n")
    monkeypatch.setattr(shop, "REPOSITORY", tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    engine.cache_clear()
    assert engine().url.render_as_string() == "postgresql+psycopg2://me@db.example:5433/shop"
    engine.cache_clear()


def test_what_the_database_said_comes_without_the_statement(database_url: str):
    made = create_engine(make_url(database_url).set(drivername="postgresql+psycopg2"))
    with made.connect() as connection, pytest.raises(DBAPIError) as refused:
        connection.exec_driver_sql("SELECT gone\nFROM nowhere")
    made.dispose()
    assert in_one_line(refused.value) == 'relation "nowhere" does not exist'


def test_an_error_without_words_has_a_name():
    assert in_one_line(DBAPIError("SELECT 1", None, ValueError())) == "ValueError"
