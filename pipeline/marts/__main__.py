"""`python -m pipeline.marts list|build|check|status|page`: marts by hand."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from pipeline.instants import NoInstant, understood
from pipeline.marts import page
from pipeline.marts.catalogue import NoSuchMart, named
from pipeline.marts.head import BadMart
from pipeline.marts.problems import MEMORY, OUT, BadInput, Failed
from pipeline.replica.problems import NotPossible, Waiting
from pipeline.settings import BadSetting

WRONG, BAD_INPUT, COME_AGAIN, INTERRUPTED = 1, 2, 75, 130  # 75 as EX_TEMPFAIL: only time is needed


def main(arguments: list[str] | None = None) -> int:
    """The command; 0 when all is well, 1 for what is wrong, 2 for bad input, 75 when it has to wait."""
    given = _arguments(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a mart is swapped in whole or not at all
    try:
        run: Callable[[argparse.Namespace], int] = given.run
        return run(given)
    except KeyboardInterrupt:
        return _ended(INTERRUPTED, "interrupted; marts that were not told of are as before")
    except (BadInput, BadMart, BadSetting, NoInstant, NoSuchMart) as error:
        return _ended(BAD_INPUT, str(error))
    except (Failed, NotPossible) as error:
        return _ended(WRONG, str(error))
    except Waiting as error:
        return _ended(COME_AGAIN, str(error))


def _list(given: argparse.Namespace) -> int:
    found = named(given.names)
    width = max(len(mart.name) for mart in found)
    for mart in found:
        print(f"{mart.name:{width}}  {mart.question} {mart.grain}")
    return 0


def _build(given: argparse.Namespace) -> int:
    wanted = named(given.names)
    as_of = None if given.as_of is None else understood("as-of", given.as_of)
    if given.engine == "spark":
        from pipeline.marts import by_spark

        _refuse_duckdbs(given)
        return 0 if by_spark.build(wanted, as_of, _tell) else WRONG
    from pipeline.marts import by_duckdb

    return 0 if by_duckdb.build(wanted, as_of, given, _tell) else WRONG


def _check(given: argparse.Namespace) -> int:
    wanted = named(given.names)
    if given.engine == "spark":
        from pipeline.marts import by_spark

        _refuse_duckdbs(given)
        return 0 if by_spark.check(wanted, _tell) else WRONG
    from pipeline.marts import by_duckdb

    return 0 if by_duckdb.check(wanted, given, _tell) else WRONG


def _refuse_duckdbs(given: argparse.Namespace) -> None:
    """Spark reads and writes the replica's server, wherever the environment has it."""
    options = {"database-url": given.database_url, "from": given.folder, "into": given.into, "memory": given.memory}
    for name, value in options.items():
        if value is not None:
            raise BadInput(f"--{name}: {str(value)!r}: allowed with --engine duckdb only")


def _status(_: argparse.Namespace) -> int:
    from pipeline.marts import by_spark

    return 0 if by_spark.status(_tell) else WRONG


def _page(given: argparse.Namespace) -> int:
    if not page.is_stale():
        return 0
    if given.check:
        return _ended(WRONG, f"{page.PAGE.name}: stale, run `make schema`")
    page.write()
    print(f"{page.PAGE.name}: written", file=sys.stderr)
    return 0


def _tell(line: str) -> None:
    print(line, flush=True)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline.marts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    some = argparse.ArgumentParser(add_help=False)
    some.add_argument("names", nargs="*", metavar="NAME", help="of a mart; all without any")
    kept = argparse.ArgumentParser(add_help=False)
    kept.add_argument("--engine", choices=["duckdb", "spark"], default="duckdb", help="what computes them [duckdb]")
    whence = kept.add_mutually_exclusive_group()
    whence.add_argument("--database-url", metavar="URL", help="the shop's PostgreSQL [DATABASE_URL]")
    whence.add_argument("--from", dest="folder", type=Path, metavar="FOLDER", help="an export instead of a database")
    kept.add_argument("--into", type=Path, metavar="FILE", help=f"DuckDB's file [{OUT}]")
    kept.add_argument("--memory", metavar="SIZE", help=f"what DuckDB holds at most, such as 500MB [{MEMORY}]")
    listing = commands.add_parser("list", parents=[some], help="which marts there are")
    listing.set_defaults(run=_list)
    building = commands.add_parser("build", parents=[some, kept], help="build marts, each checked before it is seen")
    building.add_argument("--as-of", metavar="TIME", help="the instant to see the shop at [the newest there is]")
    building.set_defaults(run=_build)
    checking = commands.add_parser("check", parents=[some, kept], help="compare marts that are built with the shop")
    checking.set_defaults(run=_check)
    asking = commands.add_parser("status", help="each mart in MySQL: as of when, what is wrong; 1 if anything is")
    asking.set_defaults(run=_status)
    paging = commands.add_parser("page", help="write the catalogue of docs/marts.md")
    paging.add_argument("--check", action="store_true", help="write nothing; exit 1 if it is stale")
    paging.set_defaults(run=_page)
    return parser.parse_args(arguments)


def _ended(code: int, why: str) -> int:
    print(f"pipeline.marts: {why}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
