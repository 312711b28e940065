"""The table: what was measured, how much, what was wanted, and what it was compared with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table

HEADER = ("What", "Measured", "Wanted", "Compared with")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure. `met` is whether it is what was wanted; None where nothing was."""

    what: str
    measured: str
    wanted: str = ""
    met: bool | None = None
    against: str = ""

    @property
    def verdict(self) -> str:
        """What was wanted, and whether it is so."""
        return self.wanted if self.met is None else f"{'✓' if self.met else '✗'} {self.wanted}"

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The line under `HEADER`."""
        return self.what, self.measured, self.verdict, self.against


def compared(
    what: str, value: float, wanted: float, text: str, against: str = "", *, sense: Literal["≥", "≤"], unit: str = ""
) -> Line:
    """Return the line of a figure that should be at least, or at most, so much."""
    met = value >= wanted if sense == "≥" else value <= wanted
    return Line(what, text, f"{sense} {wanted:g}{unit}", met, against)


def show(lines: Iterable[Line], console: Console | None = None) -> None:
    """Print the lines as one table."""
    table = Table(*HEADER, title="Bazaar on this machine")
    for line in lines:
        table.add_row(*line.cells)
    (console or Console()).print(table)


def markdown(lines: Iterable[Line]) -> str:
    """Return the lines as a Markdown table."""
    rows = [HEADER, ("---",) * len(HEADER), *(line.cells for line in lines)]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows) + "\n"
