"""The step `ensure` of the DAG `replicate` while a shop is being made: a real ledger, and a shop as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from pipeline.database import VARIABLE as DATABASE
from pipeline.ops.ledger import Run
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.upkeep import replicate
from tests.pipeline.ops.test_ledger import rows

RUN = Run("replicate", "manual__1")
DONE = ["loaded 7 rows in 1 s"]


@pytest.fixture
def looks(database_url: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was done, in order: `ensure` waits until a look has found a shop whose history is there, the third."""
    told: list[str] = []

    def ensure(_: object, *, tell: object) -> list[str]:
        told.append("ensure")
        if told.count("look") < 3:
            raise Waiting("history is under way")
        return DONE

    def moment(_: object) -> SimpleNamespace:
        told.append("look")
        if told.count("look") == 1:
            raise Waiting("no shop has been opened in this database")
        return SimpleNamespace(building=told.count("look") < 3)

    @contextmanager
    def connected(_: object) -> Iterator[None]:
        yield

    monkeypatch.setenv(DATABASE, database_url)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("MYSQL_URL", "mysql://nobody:nothing@127.0.0.1:9/bazaar")
    monkeypatch.setattr(replicate, "ensure", ensure)
    monkeypatch.setattr(replicate, "shop", SimpleNamespace(connected=connected, moment=moment))
    monkeypatch.setattr(replicate, "_LOOK_EVERY_S", 0.0)
    return told


def outcome(database_url: str) -> list[tuple[str, ...]]:
    return rows(database_url, "SELECT outcome FROM ops.runs")


def test_the_first_run_goes_on_as_soon_as_history_is_there(looks: list[str], database_url: str):
    assert replicate.ensured(RUN) == DONE
    assert looks == ["ensure", "look", "look", "look", "ensure"]
    assert outcome(database_url) == [("running",)]


def test_a_history_that_takes_longer_is_left_to_the_next_run(
    looks: list[str], database_url: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(replicate, "HISTORY_S", -1.0)  # one look, and its time is over
    with pytest.raises(Waiting, match="history is under way"):
        replicate.ensured(RUN)
    assert looks == ["ensure", "look"]
    assert outcome(database_url) == [("waiting",)]


def test_a_database_that_is_away_meanwhile_is_told_at_once(looks: list[str], monkeypatch: pytest.MonkeyPatch):
    def away(_: object) -> None:
        raise NotPossible("the shop's PostgreSQL does not answer")

    monkeypatch.setattr(replicate, "shop", SimpleNamespace(connected=away))
    with pytest.raises(NotPossible):
        replicate.ensured(RUN)
    assert looks == ["ensure"]
