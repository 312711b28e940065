"""One shop for all tests of this folder, which none of them changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pipeline.marts.cuts import cuts
from tests.integration.test_running import Shop
from tests.pipeline.marts.shops import AS_OF, Seen, built, digest


@pytest.fixture(scope="session")
def seen(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    folder = tmp_path_factory.mktemp("marts")
    with Shop.in_new_database(postgres_url) as shop:
        shop.run(duration="86h", seed="4")
        then = {name: digest(shop, name) for name in cuts()}
        marts_then = built(shop, folder / "then.duckdb")
        shop.run(duration="110h", seed="4")
        yield Seen(then, marts_then, built(shop, folder / "later.duckdb", AS_OF), shop)
