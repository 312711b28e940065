"""Torture: kills a simulator again and again, at every kind of moment, and compares the rows with a run in one go.

python -m tools.torture [--kills 200] [--seed 1] [--scale 0.05] [--days 2] [--verbose]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from tools.torture.campaign import Kill, Torturer
from tools.torture.servers import OwnServer, Server
from tools.torture.terms import Terms

_TOGETHER = 0.3  # of the starts: several processes make what history there is


def main() -> int:
    """Torture, and print what it came to; 0 when every shop is row for row the one never interrupted."""
    options = _options()
    began = time.monotonic()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="bazaar-torture-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # as root, PostgreSQL runs under another user
    terms = Terms(
        options.kills,
        seed=options.seed,
        scale=options.scale,
        days=options.days,
        scenario=options.scenario,
        server_kills=options.server_kills,
        outages=options.outages,
        together=_TOGETHER,
        keep=options.keep,
    )
    say = print if options.verbose else (lambda _: None)
    kills: list[Kill] = []
    wrong = 0
    with ExitStack() as stack:
        server = _server(options.database_url, folder, stack)
        for number, shop in enumerate(Torturer(server, terms, folder / "simulators.log", say).shops(), start=1):
            kills += shop.kills
            wrong += bool(shop.wrong)
            verdict = "DIFFERS" if shop.wrong else "the same rows"
            print(f"shop {number}: {len(shop.kills)} kills, {verdict} ({' '.join(shop.settings)})", flush=True)
            for line in shop.wrong:
                print(f"    {line}")
    _print_phases(kills)
    print(f"{len(kills)} kills of {number} shops in {time.monotonic() - began:.0f} s: {wrong or 'none'} differed")
    if options.keep or wrong:
        print(f"what the simulators said, and the server's data: {folder}")
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1, help="of the moments, and of the first shop")
    parser.add_argument("--scale", type=float, default=0.05)
    parser.add_argument("--days", type=float, default=2.0, help="a shop goes on for; every third six times as long")
    parser.add_argument("--scenario", default="baseline")
    parser.add_argument("--server-kills", type=float, default=0.1, help="share of kills that the server suffers too")
    parser.add_argument(
        "--outages", type=float, default=0.1, help="share of starts whose server is killed and comes back"
    )
    parser.add_argument("--database-url", help="a server to use instead of an embedded one of its own; is not killed")
    parser.add_argument("--folder", type=Path, help="for the server and the logs; a temporary one unless given")
    parser.add_argument("--keep", action="store_true", help="keep the databases")
    parser.add_argument("--verbose", action="store_true", help="a line a kill")
    return parser.parse_args()


def _server(url: str | None, folder: Path, stack: ExitStack) -> Server:
    if url is not None:
        return Server(url)
    server = OwnServer(folder)
    stack.callback(server.stop)
    return server


def _print_phases(kills: list[Kill]) -> None:
    for phase, count in sorted(Counter(kill.phase for kill in kills).items()):
        print(f"  {count:4}  {phase}")
    print(f"  {sum(kill.again for kill in kills):4}  of these with nothing committed since the kill before")
    print(f"  {sum(kill.server_too for kill in kills):4}  of these with the server killed too")
    print(
        f"  {sum(kill.after_outage for kill in kills):4}  of these after an outage that the simulator had lived through"
    )


if __name__ == "__main__":
    sys.exit(main())
