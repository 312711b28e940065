"""A browser without a network, and a report to open in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from analysis.shop import engine
from report.command import main
from tests.dashboards.asking import QUICK_SUPPLIERS, new_database, trade

NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """BROWSER, or a Chromium of the system; `make test-browser` says when there is none."""
    program = os.environ.get("BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
    assert program, f"none of {', '.join(NAMES)} is installed"
    rootless = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root, Chromium has no sandbox
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=rootless)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def report(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a report on a small shop that has traded for a day and a half."""
    out = tmp_path_factory.mktemp("report")
    with new_database(postgres_url) as database, pytest.MonkeyPatch.context() as patch:
        trade(database.url, timedelta(hours=36), 0.03, QUICK_SUPPLIERS)
        url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        patch.setenv("DATABASE_URL", url)
        engine.cache_clear()
        assert main(["--out", str(out)]) == 0
        engine().dispose()
        engine.cache_clear()
        yield out


@dataclass
class Opened:
    """A page, with everything that it said and asked for."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Browser, report: Path, request: pytest.FixtureRequest) -> Iterator[Opened]:
    """The report from its file, at the width (px) that the test names, far from UTC; drawn, or drawing failed."""
    size = {"width": request.param, "height": 900}
    context = browser.new_context(viewport=size, timezone_id="America/New_York", locale="de-DE")  # type: ignore[arg-type]
    opened = Opened(context.new_page())

    def refuse(route: Route) -> None:
        opened.asked.append(route.request.url)
        route.abort()

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            opened.troubles.append(message.text)

    context.route(lambda url: not url.startswith("file:"), refuse)
    opened.page.on("console", listen)
    opened.page.on("pageerror", lambda error: opened.troubles.append(str(error)))
    opened.page.goto((report / "index.html").as_uri())
    opened.page.wait_for_selector("html[data-drawn]", timeout=120_000)
    yield opened
    context.close()
