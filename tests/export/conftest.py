"""A shop to export, and what its database says is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sim.cli.main import main
from sim.export import snapshot
from sim.settings import VARIABLES
from tests.integration.test_running import Shop

# Some texts that files have trouble with, where people write: in names, streets and comments.
ODD = (
    "UPDATE customers SET full_name = E'Ann \"Q\"\\nO''Brien,\\r\\nJr.\\t\\\\.' WHERE customer_id % 7 = 0",
    "UPDATE customers SET full_name = E'\\u0416\\u2028\\U0001F6D2 \\uFEFFna\\u0308me' WHERE customer_id % 7 = 1",
    "UPDATE addresses SET street = '' WHERE address_id % 5 = 0",
    "UPDATE addresses SET street = 'NULL' WHERE address_id % 5 = 1",
    "UPDATE addresses SET street = E'\\\\N' WHERE address_id % 5 = 2",
    """UPDATE reviews SET comment = CASE mod(place, 3) WHEN 0 THEN '' WHEN 1 THEN '  ' END
    FROM (SELECT review_id, row_number() OVER (ORDER BY review_id) AS place FROM reviews) o
    WHERE o.review_id = reviews.review_id""",
)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """An empty working directory, and no settings around; tables are divided by days from 100 rows on."""
    for variable in VARIABLES.values():
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(snapshot, "LARGE", 100)


@pytest.fixture(scope="session")
def shop(postgres_url: str) -> Iterator[Shop]:
    """Thirty hours of a small shop, with odd texts in it; nobody changes it."""
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="30h", start="2026-01-05T09:00Z", scale="0.08")
        with shop.connected() as connection, connection.cursor() as cursor:
            for statement in ODD:
                cursor.execute(statement)
        [(reviews,)] = shop.rows("SELECT count(*) FROM reviews")
        assert reviews >= 3, "of each kind of comment there is one"
        yield shop


@pytest.fixture
def export(shop: Shop, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Export that shop, or another; returns what was said on stderr."""

    def carry_out(*arguments: str, exit_code: int = 0, url: str = shop.url) -> str:
        code = main(["export", *arguments, "--database-url", url])
        said = capsys.readouterr()
        assert (code, said.out) == (exit_code, ""), said.err
        return said.err

    return carry_out
