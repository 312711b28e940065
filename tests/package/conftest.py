"""A cache of the tests' own for shops that are lent."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bazaar.api import lender


@pytest.fixture(scope="session")
def cache() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bazaar-tests-"))
    folder.chmod(0o755)  # as root, PostgreSQL runs under another user
    before, os.environ["BAZAAR_CACHE"] = os.environ.get("BAZAAR_CACHE"), str(folder)
    yield folder
    for each in lender._lenders:
        each.end()
    lender._lenders.clear()
    assert not list(folder.glob("postgres-*/postgres/postmaster.pid"))  # the server is off
    shutil.rmtree(folder)
    del os.environ["BAZAAR_CACHE"]
    if before is not None:
        os.environ["BAZAAR_CACHE"] = before
