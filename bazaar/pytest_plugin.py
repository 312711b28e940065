"""Fixtures for tests of what reads a shop: `bazaar_shop` for a session, `bazaar_db` fresh for each test.

Their settings are those of `bazaar.shop()`: in pytest's own section as `bazaar_seed`, `bazaar_days` …, and for one test
by `@pytest.mark.bazaar(days=1, scenario=…)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from bazaar.api.lender import ShopError
from bazaar.api.shop import shop

if TYPE_CHECKING:
    from bazaar.api.shop import Shop

_SETTINGS: dict[str, type] = {"seed": int, "days": float, "scale": float, "scenario": str, "market": str, "start": str}
_FILES = ("scenario", "market")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The settings, for the section of pytest in pyproject.toml."""
    for name in _SETTINGS:
        parser.addini(f"bazaar_{name}", f"of the shops of bazaar_shop and bazaar_db: {name} of bazaar.shop()")


def pytest_configure(config: pytest.Config) -> None:
    """The marker."""
    config.addinivalue_line("markers", "bazaar(**settings): settings of bazaar.shop() for this test's bazaar_db")


@pytest.fixture(scope="session")
def bazaar_shop(pytestconfig: pytest.Config) -> Iterator[Shop]:
    """One shop for all tests, which therefore only read it."""
    with _lent(_settings(pytestconfig)) as lent:
        yield lent


@pytest.fixture
def bazaar_db(request: pytest.FixtureRequest) -> Iterator[Shop]:
    """A shop of the test's own: always with the same rows, whatever other tests have done."""
    marker = request.node.get_closest_marker("bazaar")
    with _lent(_settings(request.config) | (marker.kwargs if marker else {})) as lent:
        yield lent


def _lent(settings: dict[str, Any]) -> Shop:
    try:
        return shop(**settings)
    except (ShopError, TypeError) as error:
        pytest.fail(f"bazaar: {error}", pytrace=False)


def _settings(config: pytest.Config) -> dict[str, Any]:
    """Those that are given; a file's path is from where pytest's settings are."""
    found: dict[str, Any] = {}
    for name, kind in _SETTINGS.items():
        text = config.getini(f"bazaar_{name}")
        if not text:
            continue
        try:
            found[name] = kind(text)
        except ValueError:
            raise pytest.UsageError(f"bazaar_{name}: {text!r} is not {kind.__name__}") from None
        if name in _FILES and text.endswith((".yaml", ".yml")):
            found[name] = config.rootpath / text
    return found
