"""The commands that in a clone are other programs than `python -m sim`; each is loaded when it is called."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Annotated

import typer

from bazaar.place import IS_INSTALLED, ROOMS
from sim.cli.failure import Failure, refusing

_BESIDE = json.dumps('sys.path.append("..")  # analysis/ lies beside this folder')[1:-1]
_WITHIN = r'import bazaar.place\n", "sys.path.insert(0, str(bazaar.place.ROOMS))  # analysis/ lies there'
"""A line of a notebook's source, and the two in its place, as they stand in its file."""


def report(context: typer.Context) -> None:
    """The dashboards as one page that works offline, PNG and PDF."""
    from report.command import main

    raise typer.Exit(main(context.args))


def dashboards(context: typer.Context) -> None:
    """Publish the dashboards to a Redash, or pull edits made there into files: publish, pull, check, copy FOLDER."""
    arguments = context.args
    if arguments[:1] == ["copy"]:
        _copy_dashboards(arguments[1:])
        return
    wants_own = arguments[:1] == ["pull"] and not {"-h", "--help"} & set(arguments)
    if IS_INSTALLED and wants_own and not any(word.split("=")[0] == "--files" for word in arguments):
        raise Failure(
            "dashboards: pull writes into files of yours: give their folder by --files;"
            " `bazaar dashboards copy FOLDER` makes one"
        )
    from redash.publisher.command import main

    raise typer.Exit(main(arguments))


def notebooks(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="that is made, or is there")],
) -> None:
    """Copy the notebooks into a folder of yours; what is there already stays as it is."""
    with refusing(OSError, about="notebooks: "):
        folder.mkdir(parents=True, exist_ok=True)
        for original in sorted((ROOMS / "notebooks").glob("*.ipynb")):
            copy = folder / original.name
            if copy.exists():
                typer.echo(f"bazaar: {copy} is there already, and stays as it is", err=True)
                continue
            copy.write_text(original.read_text(encoding="utf-8").replace(_BESIDE, _WITHIN), encoding="utf-8")
            typer.echo(str(copy))


def schema(
    form: Annotated[str, typer.Option("--format", metavar="sql|dbml|mermaid|dbt|json", help="in which it is written")],
) -> None:
    """Write the schema, with its comments, keys and references, for other tools."""
    from db.formats import FORMATS

    if form not in FORMATS:
        raise Failure(f"schema: format: {form!r} is not one; allowed are {', '.join(FORMATS)}")
    typer.echo(FORMATS[form](), nl=False)


def lend() -> None:
    """Lend shops to the process that has begun this one (bazaar/api/lender.py)."""
    from bazaar.command.lending.serve import serve

    serve()


def _copy_dashboards(arguments: list[str]) -> None:
    if len(arguments) != 1 or arguments[0].startswith("-"):
        raise Failure("dashboards: copy takes one argument, the folder to make")
    folder = Path(arguments[0])
    if folder.exists():
        raise Failure(f"dashboards: {folder} is there already, and stays as it is")
    without_code = shutil.ignore_patterns("publisher", "*.py", "__pycache__")
    with refusing(OSError, about="dashboards: "):
        shutil.copytree(ROOMS / "redash", folder, ignore=without_code)
    typer.echo(str(folder))
