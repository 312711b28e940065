"""Draws the README's picture of the live view, docs/images/live.svg, from the statuses of a real run.

python -m tools.live_picture                draws what docs/images/live.jsonl holds
python -m tools.live_picture --record 60    first runs a shop for so many seconds, on a server of its own
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from dataclasses import asdict
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.terminal_theme import SVG_EXPORT_THEME

from sim.cli.live import WIDEST, live_view
from sim.cli.view_model import Seen, Title, ViewModel
from sim.embedded import EmbeddedServer
from sim.run.start import run_shop
from sim.run.status import Status
from sim.settings import Given, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
SPEED, HISTORY = "10x", "2d"
HINT = "make psql connects · Ctrl-C stops"
KEPT_S = 20.0  # as much as the sparkline shows
OBSERVED_A_SECOND = 4


def record(seconds: float) -> list[Seen]:
    """Run a shop with the default settings for so long; its statuses of the last seconds of pacing."""
    seen: list[Seen] = []
    stop = threading.Event()
    settings = resolve(Given({"speed": SPEED, "history": HISTORY}, {}))
    with tempfile.TemporaryDirectory(prefix="bazaar-picture-") as folder:
        Path(folder).chmod(0o755)  # as root, PostgreSQL runs under another user
        server = EmbeddedServer(Path(folder) / "data")
        url = server.start()
        timer = threading.Timer(seconds, stop.set)
        timer.start()
        try:
            run_shop(settings, url, lambda status: seen.append(Seen(time.monotonic(), status)), stop)
        finally:
            timer.cancel()
            server.stop(only_if_idle=False)
    pacing = [one for one in seen if one.status.phase == "pacing"]
    if not pacing:
        raise SystemExit(f"live_picture: the run was still catching up after {seconds:g} s; record for longer")
    kept = [one for one in seen if pacing[-1].at_s - KEPT_S <= one.at_s <= pacing[-1].at_s]
    return kept[::-OBSERVED_A_SECOND][::-1]


def written(seen: Iterable[Seen]) -> str:
    """Statuses as JSON lines, with the seconds at which they came."""
    return "".join(
        json.dumps({"at_s": one.at_s, **asdict(one.status)}, default=datetime.isoformat) + "\n" for one in seen
    )


def read(text: str) -> list[Seen]:
    """The same, read back."""
    return [_seen(json.loads(line)) for line in text.splitlines()]


def _seen(values: dict[str, Any]) -> Seen:
    instants = {name: datetime.fromisoformat(values[name]) for name in ("sim_now", "epoch", "target") if values[name]}
    return Seen(float(values.pop("at_s")), Status(**(values | instants)))


def picture(seen: Sequence[Seen]) -> str:
    """The newest frame as SVG."""
    title = Title(scenario="baseline", market="international", seed=1, scale=1.0)
    console = Console(record=True, width=WIDEST, file=StringIO(), force_terminal=True, color_system="truecolor")
    console.print(live_view(ViewModel(seen, seen[-1].at_s, title, hint=HINT), WIDEST))
    return console.export_svg(title=f"make sim SPEED={SPEED}", theme=SVG_EXPORT_THEME, unique_id="live")


def main() -> int:
    """Record if asked to, and draw."""
    parser = argparse.ArgumentParser(description="Draw docs/images/live.svg.")
    parser.add_argument("--record", type=float, metavar="SECONDS", help="run a shop and record its statuses first")
    asked = parser.parse_args()
    statuses = IMAGES / "live.jsonl"
    IMAGES.mkdir(parents=True, exist_ok=True)
    if asked.record is not None:
        statuses.write_text(written(record(asked.record)), encoding="utf-8")
    (IMAGES / "live.svg").write_text(picture(read(statuses.read_text(encoding="utf-8"))), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
