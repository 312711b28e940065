"""The command line: publish, pull, check. Results go to stdout, progress and troubles to stderr."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from common.called import program
from dashboards.files import Files, load
from dashboards.problems import BadInput, short
from redash.publisher.api import Api
from redash.publisher.failures import Failure
from redash.publisher.overwrite import VARIABLE, of_option, of_variable
from redash.publisher.parts import MARTS, PIPELINE, SHOP, Part
from redash.publisher.prune import prune
from redash.publisher.publish import Publication, publish_beside
from redash.publisher.pull import Pull
from redash.publisher.settings import RedashSettings, source_settings
from redash.publisher.settling import settle
from redash.publisher.source import knows
from redash.publisher.warm_cache import warm_cache

if TYPE_CHECKING:
    from collections.abc import Sequence

_FAILED, _BAD_INPUT = 1, 2
_WORD = "the queries and dashboards named, or all: overwrite"


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0, 1 when Redash failed, 2 when files or options are not right."""
    options = _parser().parse_args(arguments)
    try:
        part: Part = options.part
        files = load(options.files or part.folder)
        if options.command == "check":
            _say(f"{len(files.queries)} queries and {len(files.dashboards)} dashboards are sound")
            return 0
        with Api(options.url or RedashSettings().url, _key(options)) as api:
            api.wait(options.wait)
            act = _publish if options.command == "publish" else _pull
            return act(api, files, part, options)
    except BadInput as bad:
        _tell(str(bad))
        return _BAD_INPUT
    except (Failure, OSError) as failure:
        _tell(f"redash: {failure}")
        return _FAILED
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=program("redash"), description="Dashboards as code.")
    commands = parser.add_subparsers(dest="command", required=True)
    publish = commands.add_parser("publish", help="make Redash agree with the files, then run every query once")
    publish.add_argument("--prune", action="store_true", help="archive what was published and has left the files")
    publish.add_argument(
        "--overwrite",
        nargs="*",
        metavar="KEY",
        help=f"{_WORD} what people edited there; else {VARIABLE} (all, or keys)",
    )
    publish.add_argument("--no-prerun", action="store_true", help="do not run the queries")
    publish.add_argument(
        "--settle",
        type=float,
        default=0.0,
        metavar="S",
        help="seconds to wait, before that, for a shop's history or a pipeline's tables (0)",
    )
    pull = commands.add_parser("pull", help="bring edits made in Redash back into the files")
    pull.add_argument("--overwrite", nargs="*", metavar="KEY", help=f"{_WORD} what was edited in the files too")
    check = commands.add_parser("check", help="read the files and say what is wrong, with line numbers")
    for each in (publish, pull, check):
        each.add_argument(
            "--files", type=Path, help="the folder of queries and dashboards (redash, redash/pipeline, redash/marts)"
        )
        parts = each.add_mutually_exclusive_group()
        for option, part in (("--pipeline", PIPELINE), ("--marts", MARTS)):
            parts.add_argument(
                option,
                dest="part",
                action="store_const",
                const=part,
                default=SHOP,
                help=f"of {part.about}, not of the shop",
            )
    for each in (publish, pull):
        each.add_argument("--url", help=f"REDASH_URL, else {RedashSettings.model_fields['url'].default}")
        each.add_argument("--key", help="an API key; else REDASH_API_KEY or REDASH_ADMIN_API_KEY")
        each.add_argument(
            "--wait", type=float, default=0.0, metavar="S", help="seconds to wait for Redash to answer (0)"
        )
    return parser


def _key(options: argparse.Namespace) -> str:
    settings = RedashSettings()
    key = options.key or settings.api_key or settings.admin_api_key
    if not key:
        raise BadInput("an API key of Redash is needed: --key, REDASH_API_KEY or REDASH_ADMIN_API_KEY")
    return str(key)


def _publish(api: Api, files: Files, part: Part, options: argparse.Namespace) -> int:
    if options.prune and not files.queries:
        raise BadInput(f"{short(files.root)} has no queries: --prune would archive everything")
    if (settings := source_settings(part.source)) and not knows(api, settings):
        _tell(f"this Redash has no driver for '{settings.TYPE}': without {part.about}")
        return 0
    overwrite = (
        of_variable(RedashSettings().overwrite, files)
        if options.overwrite is None
        else of_option(options.overwrite, files)
    )
    begun_s = time.monotonic()
    publication = Publication(api, files, part, overwrite, everything=options.prune)
    publication.run()
    publish_beside(api, part, publication.tally, _tell)
    if options.prune:
        prune(publication.room, publication.source.id)
    for line in publication.tally.lines():
        _say(line)
    _say(f"{publication.tally} in {time.monotonic() - begun_s:.1f} s")
    for line in publication.tally.advice():
        _say(line)
    if options.no_prerun:
        return 0
    settle(api, publication.source.id, part.has_settled, options.settle)
    return _warm_cache(api, files, publication)


def _warm_cache(api: Api, files: Files, publication: Publication) -> int:
    begun_s = time.monotonic()
    edited = publication.queries.edited  # what they ask for is not in the files: whoever edited them has run them
    asked = len(files.queries) - len(edited)
    failures = warm_cache(api, files, publication.room.remote.queries, edited, _progress)
    _tell(f"{asked - len(failures)} of {asked} queries run in {time.monotonic() - begun_s:.1f} s")
    for failure in failures:
        _tell(f"query {failure}")
    return _FAILED if failures else 0


def _pull(api: Api, files: Files, part: Part, options: argparse.Namespace) -> int:
    pull = Pull(api, files, part, of_option(options.overwrite, files))
    pull.run()
    for note in pull.notes:
        _tell(note)
    for path in pull.written:
        _say(f"wrote {short(path)}")
    _say(f"{len(pull.written)} files changed")
    load(files.root)  # what people did in Redash may break a rule of the files: say so now
    return 0


def _progress(line: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[2K{line}")
        sys.stderr.flush()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _tell(line: str) -> None:
    sys.stderr.write(("\r\x1b[2K" if sys.stderr.isatty() else "") + line + "\n")
