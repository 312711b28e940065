"""The command line of `make report`. What was written goes to stdout, troubles to stderr in one line."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from sqlalchemy.exc import ArgumentError

from analysis.shop import engine
from common.called import as_called, program
from common.files import write_whole
from dashboards.files import Files, load
from dashboards.problems import BadFiles, BadInput
from report.check import problems
from report.choices import Choices, check_lists, choose, option_of
from report.page import page
from report.pictures import pictures
from report.queries import NoAnswer, reading
from report.sections import section_of
from report.shop import read_shop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dashboards.dashboard_file import DashboardFile

_FAILED, _BAD_INPUT = 1, 2
OUT = Path("out/report")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0; 1 when the shop does not answer or a file cannot be written; 2 when something given is not right."""
    try:
        return _run(arguments)
    except BadInput as bad:
        return _tell(str(bad) if isinstance(bad, BadFiles) else f"report: {bad}", _BAD_INPUT)
    except ArgumentError:
        return _tell("report: DATABASE_URL is not like postgresql://user:password@host:port/database", _BAD_INPUT)
    except (NoAnswer, RuntimeError, OSError) as failure:
        return _tell(f"report: {failure}", _FAILED)
    except KeyboardInterrupt:
        return 130


def _run(arguments: Sequence[str] | None) -> int:
    files = load()
    options = _parser(files).parse_args(arguments)
    chosen = _dashboards(files, options.dashboard)
    if found := list(problems(chosen)):
        raise BadFiles(found)
    given = {name: value for name in files.parameters if (value := getattr(options, name)) is not None}
    _all_used(given, chosen)
    choices = choose(files, given)
    if options.check:
        sys.stdout.write(f"the report can draw {', '.join(file.key for file in chosen)}\n")
        return 0
    begun_s = time.monotonic()
    for path, size in _written(files, chosen, choices, options.out):
        sys.stdout.write(f"{path}  {size / 1e6:.1f} MB\n")
    _tell(f"report: {time.monotonic() - begun_s:.1f} s")
    return 0


def _written(files: Files, chosen: list[DashboardFile], choices: Choices, out: Path) -> Iterator[tuple[Path, int]]:
    """Ask everything in one transaction, then write; each file and its size in bytes."""
    with reading(engine()) as asker:
        shop = read_shop(asker)
        check_lists(files, choices, asker)
        sections = [section_of(file, files, choices, asker) for file in chosen]
    contents = {"index.html": page(shop, sections).encode(), **pictures(shop, sections)}
    for name, content in contents.items():
        write_whole(out / name, content)
        yield out / name, len(content)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadInput(message)


def _parser(files: Files) -> argparse.ArgumentParser:
    parser = _Parser(prog=program("report"), description="The dashboards as a page that works offline, PNG and PDF.")
    parser.add_argument(
        "--dashboard", action="append", metavar="KEY", help=f"one of {', '.join(files.dashboards)}; again for more"
    )
    for name, parameter in files.parameters.items():
        told = f"{parameter.title}: '{parameter.default}' unless said"
        parser.add_argument(option_of(name), dest=name, metavar="VALUE", help=told)
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help=f"where to write; {OUT} unless said")
    parser.add_argument("--check", action="store_true", help="only say whether everything can be drawn; asks nothing")
    return parser


def _dashboards(files: Files, wanted: list[str] | None) -> list[DashboardFile]:
    """Those wanted, or all, in the order of the files."""
    for key in wanted or []:
        if key not in files.dashboards:
            raise BadInput(f"--dashboard: '{key}' is not one of: {', '.join(files.dashboards)}")
    return [file for key, file in files.dashboards.items() if not wanted or key in wanted]


def _all_used(given: dict[str, str], chosen: list[DashboardFile]) -> None:
    for name in given:
        if not any(name in file.dashboard.parameters for file in chosen):
            raise BadInput(f"{option_of(name)}: no chosen dashboard asks for it")


def _tell(line: str, code: int = 0) -> int:
    sys.stderr.write(as_called(line) + "\n")
    return code
