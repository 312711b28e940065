"""Runs the notebooks on the shop and renders them, pictures and all, as Markdown: `make notebooks ARGS='01 02'`.

The notebooks themselves are only read, except by --clean.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from analysis.shop import engine, in_one_line
from common.messages import one_line
from tools.notebook_pages import NOTEBOOKS, PAGES, index, read, write

CELL_S = 300  # a cell that takes longer is stuck
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class Unreadable(Exception):
    """There is no shop, or no such notebook; the message is one line for the person who asked."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Render the notebooks asked for (all of them by default); 0, 1 when one failed, 2 when there is nothing to do."""
    parser = argparse.ArgumentParser(prog="make notebooks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which, by how their names begin: 01 02")
    parser.add_argument("--into", type=Path, default=PAGES, help="the folder to write to")
    parser.add_argument("--clean", action="store_true", help="only take outputs out of them, as they are committed")
    options = parser.parse_args(arguments)
    try:
        paths = chosen(options.names)
        if not options.clean:
            return _render(paths, options.into, _url(), provenance())
    except Unreadable as error:
        print(f"notebooks: {error}", file=sys.stderr)
        return 2
    for path in paths:
        path.write_text(clean(read(path)), encoding="utf-8")
    return 0


def _render(paths: Sequence[Path], folder: Path, url: str, origin: str) -> int:
    for path in paths:
        began = time.monotonic()
        try:
            write(path, executed(read(path), url), origin, folder)
        except (CellExecutionError, CellTimeoutError) as error:
            print(f"notebooks: {path.name} failed\n{error}", file=sys.stderr)
            return 1
        print(f"{path.stem}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    (folder / "README.md").write_text(index(chosen([]), folder), encoding="utf-8")
    return 0


def chosen(names: Sequence[str]) -> list[Path]:
    """The notebooks whose names begin so, all of them without names."""
    there = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    for name in names:
        if not any(path.stem.startswith(name) for path in there):
            raise Unreadable(f"no notebook begins with {name!r}: there are {', '.join(path.stem for path in there)}")
    return [path for path in there if not names or path.stem.startswith(tuple(names))]


def _url() -> str:
    try:
        return engine().url.set(drivername="postgresql").render_as_string(hide_password=False)
    except (RuntimeError, SQLAlchemyError) as error:
        raise Unreadable(_one_line(error)) from error


def provenance() -> str:
    """Which shop it is, in a sentence."""
    try:
        with engine().connect() as connection:
            run = connection.execute(text("SELECT * FROM sim.current_run")).mappings().first()
    except SQLAlchemyError as error:
        raise Unreadable(_one_line(error)) from error
    if run is None:
        raise Unreadable("no shop to read: the database has its tables and nothing in them; `make sim` opens one")
    return (
        f"market {run['market']}, scenario {run['scenario']}, seed {run['seed']}, scale {run['scale']:g}, "
        f"from {run['epoch']:%Y-%m-%d %H:%M} to {run['sim_now']:%Y-%m-%d %H:%M} UTC"
    )


def _one_line(error: RuntimeError | SQLAlchemyError) -> str:
    if isinstance(error, RuntimeError):
        return one_line(error)
    return f"no shop to read: the database that DATABASE_URL names says: {in_one_line(error)}"


def executed(notebook: nbformat.NotebookNode, url: str, cell_s: int = CELL_S) -> nbformat.NotebookNode:
    """The notebook with its outputs, run from top to bottom in a kernel of its own on the shop at `url`."""
    client = NotebookClient(
        notebook,
        timeout=cell_s,
        kernel_name="python3",
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        extra_arguments=["--log-level=ERROR"],  # it warns that its own machine could listen
    )
    client.execute(env={**os.environ, "DATABASE_URL": url})
    return notebook


def clean(notebook: nbformat.NotebookNode) -> str:
    """The file's text as it is committed: no outputs, no counts, nothing that JupyterLab remembers."""
    notebook.metadata = nbformat.from_dict(METADATA)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        cell.metadata = {}
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    sys.exit(main())
