"""What can be wrong with files, each with its file and line."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong at a line (from 1) of a file."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{short(self.path)}:{self.line}: {self.message}"


class BadInput(Exception):
    """What the command was given is not right: nothing was done. Exit code 2."""


class BadFiles(BadInput):
    """Files with problems, one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(set(problems))
        super().__init__("\n".join(map(str, self.problems)))


def short(path: Path) -> Path:
    """A path as whoever runs the command would write it: the container lies as the repository does."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
