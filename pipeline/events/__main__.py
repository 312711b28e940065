"""`python -m pipeline.events contract [--check]` and `… seen URL`: what follows from the types of events."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pipeline.events.generated import ROOT, SameVersion, stale, write
from pipeline.events.page import SEEN
from pipeline.events.seen import seen


def main(arguments: list[str] | None = None) -> int:
    """The command; exit code 1 when --check finds a stale file, 2 when a version must be raised."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.events", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    contract = commands.add_parser("contract", help="write schemas, docs/asyncapi.yaml and the catalogue of events.md")
    contract.add_argument("--check", action="store_true", help="write nothing; exit 1 if one of them is stale")
    looking = commands.add_parser("seen", help="count and quote the events of a real shop for docs/events.md")
    looking.add_argument("url", help="of its database; some days of the default shop")
    given = parser.parse_args(arguments)
    if given.command == "seen":
        SEEN.write_text(json.dumps(seen(given.url), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return 0
    return _contract(check=given.check)


def _contract(*, check: bool) -> int:
    try:
        files = stale() if check else write()
    except SameVersion as error:
        print(error, file=sys.stderr)
        return 2
    _say("stale, run `make schema`" if check else "written", files)
    return 1 if check and files else 0


def _say(what: str, files: list[Path]) -> None:
    for path in files:
        print(f"{path.relative_to(ROOT)}: {what}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
