"""Writing, end to end, against its limit: a replay of the same COPY streams and updates on the same server.

Every figure is of the window from a run's first byte sent to its last commit, so the time that its processes take to
begin, and to think up the opening, is in none. (a) goes on with an open shop: every key and index is there and checked
as rows arrive. (b) is history in a fresh database: loaded without them, then built and validated, all within the
window; its limit is the same streams without any of that.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import shop
from benchmarks.apart import apart
from benchmarks.databases import checkpoint, new_database
from benchmarks.figures import medians
from benchmarks.lines import Line, compared
from benchmarks.recording import Figures
from benchmarks.replay import make_bare_schema, replay
from benchmarks.shop import DEFAULT

FIRST_HOUR = {**DEFAULT, "duration": "1h", "processes": "1"}
DURATION = "2d"
GOALS = {"checked_of_replay": 0.85, "history_of_replay": 0.6, "history_of_checked": 1.5}


def measure(server_url: str, repeat: int, duration: str = DURATION, scale: str = "1") -> dict[str, Any]:
    """Return medians of alternating runs, so that a busy moment of the machine meets all of them."""
    asked = {**DEFAULT, "duration": duration, "scale": scale, "processes": "2"}
    with tempfile.TemporaryDirectory(prefix="bazaar-recording-") as folder, new_database(server_url) as opened:
        apart(shop.run, opened, {**FIRST_HOUR, "scale": scale})
        checked, history = Path(folder) / "checked", Path(folder) / "history"
        runs: dict[str, list[Figures]] = {
            name: [] for name in ("checked", "checked_replay", "history", "history_replay")
        }
        _run(server_url, asked, opened, checked)
        _run(server_url, asked, None, history)
        for _ in range(repeat):
            runs["checked"].append(_run(server_url, asked, opened))
            runs["checked_replay"].append(_replay(server_url, checked, opened))
            runs["history"].append(_run(server_url, asked, None))
            runs["history_replay"].append(_replay(server_url, history, None))
    found = {name: medians(figures) for name, figures in runs.items()}
    rate = {name: figures["rows_per_s"] for name, figures in found.items()}
    return {
        **found,
        "checked_of_replay": rate["checked"] / rate["checked_replay"],
        "history_of_replay": rate["history"] / rate["history_replay"],
        "history_of_checked": rate["history"] / rate["checked"],
    }


def _run(server_url: str, asked: dict[str, str], opened: str | None, record: Path | None = None) -> Figures:
    checkpoint(server_url)
    with new_database(server_url, template=opened) as url:
        return apart(shop.run, url, asked, record)


def _replay(server_url: str, path: Path, opened: str | None) -> Figures:
    checkpoint(server_url)
    with new_database(server_url, template=opened) as url:
        if opened is None:
            make_bare_schema(url, path)
        return apart(replay, url, path)


def lines(found: dict[str, Any]) -> Iterator[Line]:
    """The figures as lines of the table."""
    for name, what in (("checked", "Writing (a), keys checked as rows arrive"), ("history", "Writing (b), history")):
        figures, limit = found[name], found[f"{name}_replay"]
        ratio, goal = found[f"{name}_of_replay"], GOALS[f"{name}_of_replay"]
        text = f"{ratio:.2f}: {_rate(figures)} of {limit['rows_per_s']:,.0f}"
        yield compared(
            what, ratio, goal, text, f"a bare replay of the same streams, {_cpu(limit)}", sense="≥", unit=" of it"
        )
    ratio = found["history_of_checked"]
    text = f"{ratio:.2f} × its rows/s"
    yield compared(
        "Writing (b) of (a)", ratio, GOALS["history_of_checked"], text, _cpu(found["history"]), sense="≥", unit=" ×"
    )


def _rate(figures: Figures) -> str:
    return f"{figures['rows_per_s']:,.0f} rows/s"


def _cpu(figures: Figures) -> str:
    parts = {"client": figures.get("cpu_s"), "server": figures.get("server_cpu_s")}
    return ", ".join(f"{name} {1e6 * s / figures['rows']:.1f} µs a row" for name, s in parts.items() if s is not None)
