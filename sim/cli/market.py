"""`market make`: a market file of so many real cities."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import typer

from common.files import write_whole
from sim.cli.failure import FAILED, Failure, refusing

if TYPE_CHECKING:
    from pathlib import Path


def make_market(cities: str, out: Path) -> None:
    """Write the file, which is not there yet."""
    from sim.markets import MarketError
    from sim.markets.making import MOST_CITIES, made_market

    if not re.fullmatch(r"\d{1,2}", cities, re.ASCII) or not 1 <= int(cities) <= MOST_CITIES:
        raise Failure(f"cities: {cities!r} is not allowed; allowed are whole numbers from 1 to {MOST_CITIES}")
    if out.suffix not in {".yaml", ".yml"}:
        raise Failure(f"out: {str(out)!r} is no market file; allowed are names that end in .yaml")
    if out.exists():
        raise Failure(f"out: {str(out)!r} is there already; name a new file")
    if not out.parent.is_dir():
        raise Failure(f"out: {str(out)!r} can't be written; allowed is a file in a folder that is there")
    with refusing(MarketError):
        text = made_market(int(cities), out.stem)
    try:
        write_whole(out, text)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise Failure(f"market: {str(out)!r} can't be written ({why})", FAILED) from error
    typer.echo(f"market: {cities} cities in {out}; `--market {out}` opens shops there", err=True)
