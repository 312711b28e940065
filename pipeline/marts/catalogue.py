"""The marts that there are: a file in this folder each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline.marts.head import Mart, read

FOLDER = Path(__file__).parent


class NoSuchMart(ValueError):
    """A name that no mart has: one line saying which there are."""


def marts(folder: Path = FOLDER) -> list[Mart]:
    """All of them in the order of their names. Raises BadMart."""
    return [read(path) for path in sorted(folder.glob("*.sql"))]


def named(names: Sequence[str], folder: Path = FOLDER) -> list[Mart]:
    """Those of these names, all without any. Raises BadMart, NoSuchMart."""
    found = {mart.name: mart for mart in marts(folder)}
    for name in names:
        if name not in found:
            raise NoSuchMart(f"NAME: {name!r}: allowed are {', '.join(found)}")
    return [found[name] for name in dict.fromkeys(names or found)]
