"""How an experiment shows itself: tables on the standard output, a bar on a terminal while it goes on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from sim.cli.terminal import console

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sim.experiments.experiment import Progress
    from sim.experiments.tables import Table


def print_table(table: Table, stream: TextIO) -> None:
    """A drawn table on a terminal; aligned text elsewhere, for files and other programs."""
    if stream.isatty():
        _draw(table, stream)
    else:
        stream.write("\n".join(plain(table)) + "\n\n")


def plain(table: Table) -> list[str]:
    """The table as lines: words to the left, numbers to the right, two spaces between."""
    cells = [table.headings, *table.rows]
    widths = [max(len(row[column]) for row in cells) for column in range(len(table.headings))]
    lines = [
        "  ".join(
            cell.ljust(width) if column < table.words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return [table.title, lines[0], "-" * max(map(len, lines)), *lines[1:]]


def _draw(table: Table, stream: TextIO) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(title=table.title, title_justify="left", title_style="bold", box=SIMPLE_HEAD)
    for number, heading in enumerate(table.headings):
        drawn.add_column(Text(heading), justify="left" if number < table.words else "right")
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    console(stream).print(drawn)


@contextmanager
def progress_on(stream: TextIO | None) -> Iterator[Callable[[Progress], None]]:
    """A bar while somebody looks at a terminal, and nothing in a pipe."""
    if stream is None or not stream.isatty():
        yield lambda _: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Bar(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console(stream), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda seen: bar.update(task, description=seen.what, completed=seen.done, total=seen.of)
