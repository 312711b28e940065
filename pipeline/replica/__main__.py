"""`python -m pipeline.replica ensure|status|check|rebuild`: the replica by hand."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence

from pipeline.replica.checking import check
from pipeline.replica.comparing import Comparison
from pipeline.replica.ensuring import ensure
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.replica.settings import ReplicaSettings
from pipeline.replica.status import status
from pipeline.settings import BadSetting

WRONG, BAD_SETTING, COME_AGAIN = 1, 2, 75  # the last as EX_TEMPFAIL: only time is needed


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 when all is well, 1 for what is wrong, 2 for a setting that can't be, 75 when it has to wait."""
    given = _arguments(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a shop that was paused goes on
    try:
        return int(given.run(ReplicaSettings(), given))
    except KeyboardInterrupt:
        return _ended(130, "interrupted")
    except BadSetting as error:
        return _ended(BAD_SETTING, str(error))
    except Waiting as error:
        return _ended(COME_AGAIN, str(error))
    except NotPossible as error:
        return _ended(WRONG, str(error))


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline.replica", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    ensuring = commands.add_parser("ensure", help="bring the replica from any state to the right one")
    ensuring.set_defaults(run=_ensure)
    rebuilding = commands.add_parser("rebuild", help="make it anew from the shop as it is now")
    rebuilding.set_defaults(run=_rebuild)
    asking = commands.add_parser("status", help="each stage: its lag, what is wrong, what to do; 1 if anything is")
    asking.set_defaults(run=_status)
    checking = commands.add_parser("check", help="wait until caught up and compare every table; 1 on any difference")
    checking.add_argument("--pause", action="store_true", help="hold the shop meanwhile, so that all can be compared")
    checking.add_argument("--within", type=float, default=600.0, metavar="S", help="seconds to catch up in [600]")
    checking.set_defaults(run=_check)
    return parser.parse_args(arguments)


def _ensure(settings: ReplicaSettings, _: argparse.Namespace) -> int:
    if not ensure(settings, tell=_tell_line):
        print("all is right")
    return 0


def _rebuild(settings: ReplicaSettings, _: argparse.Namespace) -> int:
    ensure(settings, rebuild="asked for", tell=_tell_line)
    return 0


def _status(settings: ReplicaSettings, _: argparse.Namespace) -> int:
    stages = status(settings)
    rows = [(s.name, s.lag, f"{s.last:%Y-%m-%d %H:%M:%S}" if s.last else "", s.wrong, s.to_do) for s in stages]
    _table([("stage", "lag", "last", "what is wrong", "what to do"), *rows])
    return WRONG if any(stage.wrong for stage in stages) else 0


def _check(settings: ReplicaSettings, given: argparse.Namespace) -> int:
    found = check(settings, pause=given.pause, within_s=given.within, tell=_tell)
    wrong = [each.table for each in found if not each.equal]
    scope = "whole" if found[0].as_of is None else f"as of {found[0].as_of:%Y-%m-%d %H:%M:%S}, as the shop goes on"
    print(f"{len(found)} tables, {sum(each.rows_shop for each in found):,} rows, {scope}: ", end="")
    print(f"{len(wrong)} differ" if wrong else "equal")
    return WRONG if wrong else 0


def _tell_line(line: str) -> None:
    print(line, flush=True)


def _tell(each: Comparison) -> None:
    print(f"{each.table:22} {each.rows_shop:>12,}  {each.difference or 'equal'}", flush=True)


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _ended(code: int, why: str) -> int:
    print(f"pipeline.replica: {why}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
