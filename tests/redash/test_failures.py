"""What fails is told in one line, with exit code 1, or 2 when the command was given something wrong."""

from __future__ import annotations

import socket
from typing import Any

import httpx
import pytest

from tests.redash.conftest import Command, Folder
from tests.redash.fake_redash import FakeRedash
from tests.redash.fake_state import Json, broken


def test_nobody_answers(command: Command) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    said = command("publish", "--url", url)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"redash: Redash does not answer at {url}: ")
    assert said.err.count("\n") == 1


def test_no_proxy_is_asked(command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    said = command("publish")
    assert said.code == 0, said.err


def test_a_wrong_key(command: Command, fake: FakeRedash) -> None:
    said = command("publish", "--key", "wrong")
    assert said.code == 1
    assert f"the API key is not one of {fake.url} (Redash answers a wrong key with 404)\n" in said.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--url", "127.0.0.1:5000"], "'127.0.0.1:5000' is not the URL of a Redash"),
        (["--url", "http://["], "'http://[' is not the URL of a Redash"),
        (["--key", ""], "an API key of Redash is needed: --key, REDASH_API_KEY or REDASH_ADMIN_API_KEY"),
        (["--key", "schlüssel"], "the API key has characters that no key has"),
    ],
)
def test_options_that_can_not_be(command: Command, options: list[str], told: str) -> None:
    said = command("pull", *options)
    assert said.code == 2
    assert told in said.err


def test_an_error_of_redash_is_passed_on(command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fake, "new_dashboard", lambda _: fake.new_query({}))
    said = command("publish")
    assert said.code == 1
    assert "redash: POST /api/dashboards: 500 Internal Server Error\n" in said.err


def test_something_else_answers(command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.redash.fake_redash.json.dumps", lambda _: "<html>")
    said = command("publish")
    assert said.code == 1
    assert f"is {fake.url} a Redash?" in said.err


def test_no_password_and_no_source(command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BAZAAR_READER_PASSWORD")
    said = command("publish")
    assert said.code == 2
    assert "BAZAAR_READER_PASSWORD" in said.err
    assert fake.writes == []


def test_without_the_password_the_source_stays(
    command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("publish")
    monkeypatch.delenv("BAZAAR_READER_PASSWORD")
    monkeypatch.setenv("BAZAAR_SOURCE_HOST", "elsewhere")
    assert "0 created, 0 changed in" in command("publish").out
    assert fake.sources[1]["options"]["host"] == "postgres"


def test_a_source_that_differs_is_mended(command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch) -> None:
    command("publish")
    fake.sources[1]["options"]["sslrootcertFile"] = "by hand"
    monkeypatch.setenv("BAZAAR_SOURCE_PORT", "5433")
    assert "changed source Bazaar (port)\n" in command("publish").out
    assert fake.sources[1]["options"] == {
        "host": "postgres", "port": 5433, "dbname": "bazaar", "user": "bazaar_reader", "password": "secret",
        "sslmode": "prefer", "sslrootcertFile": "by hand",
    }  # fmt: skip


def test_a_new_password_is_noticed(command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch) -> None:
    command("publish")
    fake.working_password = "new"
    assert command("publish").code == 1, "the old one no longer works"
    monkeypatch.setenv("BAZAAR_READER_PASSWORD", "new")
    assert "changed source Bazaar (password)\n" in command("publish").out
    assert "0 created, 0 changed in" in command("publish").out


def test_a_source_that_does_not_work(command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAZAAR_READER_PASSWORD", "wrong")
    said = command("publish")
    assert said.code == 1
    assert "Redash can't read the shop's database" in said.err
    assert "password authentication failed for user\n" in said.err


def test_a_port_that_is_none(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAZAAR_SOURCE_PORT", "postgres")
    assert command("publish").code == 2


def test_every_query_has_run_with_its_defaults(command: Command, fake: FakeRedash) -> None:
    command("publish")
    assert len(fake.results) == 3
    assert any("orders_by_hour('All cities')" in text and "period_start('Today')" in text for text in fake.results)


def test_results_that_are_there_are_not_run_again(command: Command, fake: FakeRedash) -> None:
    command("publish")
    fake.jobs.clear()
    command("publish")
    assert [job["query"] for job in fake.jobs.values()] == [1], "only the list"


def test_a_list_is_run_although_its_result_is_known(command: Command, folder: Folder, fake: FakeRedash) -> None:
    """Values are looked up in the last result of the list's own query, not in one of the same SQL."""
    command("publish")
    folder.path("queries/cities.sql").rename(folder.path("queries/towns.sql"))
    folder.change("parameters.yml", "query: cities", "query: towns")
    said = command("publish", "--prune")
    assert (said.code, "created 1 × query" in said.out) == (0, True)


def test_no_prerun(command: Command, fake: FakeRedash) -> None:
    """But of the list, without which Redash can't save those who have its parameter as they are asked."""
    said = command("publish", "--no-prerun")
    assert (said.code, [job["query"] for job in fake.jobs.values()]) == (0, [1])
    assert fake.calls.index(("POST", "/api/queries/1/results")) < fake.calls.index(("POST", "/api/queries/2"))


def test_a_list_that_fails_is_named(command: Command, fake: FakeRedash) -> None:
    fake.failing["FROM cities"] = "there are no cities"
    said = command("publish")
    assert (said.code, said.err) == (1, "redash: query cities: there are no cities\n")


def test_redash_may_still_be_starting(command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([httpx.ConnectError("nobody there"), httpx.ReadError("gone again"), None])
    get = httpx.Client.get

    def starting(client: httpx.Client, *given: Any, **named: Any) -> httpx.Response:
        if trouble := next(looks):
            raise trouble
        return get(client, *given, **named)

    monkeypatch.setattr(httpx.Client, "get", starting)
    monkeypatch.setattr("redash.publisher.api._PAUSE_S", 0.0)
    assert command("publish", "--wait", "60").code == 0
    assert list(looks) == []


def test_waiting_has_an_end(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redash.publisher.api._PAUSE_S", 0.0)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        said = command("publish", "--wait", "0.1", "--url", f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert said.code == 1
    assert said.err.startswith("redash: Redash does not answer at ")


def test_queries_are_run_when_the_shop_has_its_history(
    command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redash.publisher.settling._FIRST_PAUSE_S", 0.0)
    fake.shop_status = ["catching_up", "catching_up", "pacing"]
    assert command("publish", "--settle", "60").code == 0
    assert len(fake.asked) == 3
    assert "sim.current_run" in fake.asked[0]
    ran = [number for number, call in enumerate(fake.calls) if call[1].endswith("/results")]
    assert ran[0] < fake.calls.index(("GET", "/api/query_results/1")), "a list is run at once"
    assert fake.calls.index(("GET", "/api/query_results/3")) < ran[1]


def test_a_history_that_takes_long_is_not_waited_for(
    command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redash.publisher.settling._FIRST_PAUSE_S", 0.01)
    fake.shop_status = ["catching_up"]
    said = command("publish", "--settle", "0.1")
    assert (said.code, fake.asked != []) == (0, True)
    assert "3 of 3 queries run" in said.err


def test_a_shop_that_can_not_be_asked_is_not_waited_for(
    command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "execute_text", lambda _: {"job": {"id": "x", "status": 4, "error": "no table sim.runs"}})
    assert command("publish", "--settle", "1e9").code == 0


@pytest.mark.parametrize(("given_up", "code"), [(2, 0), (3, 1)])
def test_a_source_is_tried_again_while_no_worker_has_started(
    command: Command, fake: FakeRedash, monkeypatch: pytest.MonkeyPatch, given_up: int, code: int
) -> None:
    """Redash gives up after a minute and answers 500."""
    tested, answers = fake.test_source, iter([True] * given_up)

    def test_source(source_id: int) -> Json:
        if next(answers, False):
            raise broken()
        return tested(source_id)

    monkeypatch.setattr(fake, "test_source", test_source)
    assert command("publish").code == code


def test_a_query_that_fails_is_named(command: Command, folder: Folder, fake: FakeRedash) -> None:
    fake.failing["revenue("] = "function revenue(unknown)\ndoes not exist"
    said = command("publish")
    assert said.code == 1
    assert "15 created, 0 changed in" in said.out, "everything is published all the same"
    assert "2 of 3 queries run in" in said.err
    assert "query revenue: function revenue(unknown) does not exist\n" in said.err
