"""Tests that need neither Docker nor a browser, only time: `make test-system` runs them."""

from tests.integration.conftest import long_lived, open_folder, server

__all__ = ["long_lived", "open_folder", "server"]
