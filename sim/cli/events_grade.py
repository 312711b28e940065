"""`events grade`: a table that somebody made from the dirty feed, against the shop's rows at the same cut."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

from sim.cli.database import for_a_command
from sim.cli.failure import FAILED, Failure, refusing
from sim.cli.status import NO_RUN


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be graded, as it was typed."""

    cleaned: str
    table: str
    until: str | None
    noise: str | None
    window: str
    answers: Path | None


def grade_command(named: str | None, asked: Asked) -> None:
    """Print the score; write what noise did to each event only where that is asked for."""
    from pipeline.events.grading.tables import TABLES

    if asked.table not in TABLES:
        raise Failure(f"table: {asked.table!r} can't be graded; allowed are {', '.join(TABLES)}")
    if asked.answers is not None and asked.noise is None:
        raise Failure("answers: what noise did is known with --noise only; give the profile that the feed had")
    with for_a_command(named) as url:
        if url is None:
            raise Failure(f"events grade: {NO_RUN}")
        for line in _graded(url, asked):
            typer.echo(line)


def _graded(url: str, asked: Asked) -> list[str]:
    import psycopg2

    from pipeline.events.grading.cleaned import BadCleaned, cleaned
    from pipeline.events.grading.report import report
    from pipeline.events.grading.score import BadWindow, score
    from pipeline.events.grading.tables import TABLES
    from pipeline.events.grading.truth import truth, write_answers
    from pipeline.events.noise.profile import BadProfile, load_profile
    from pipeline.events.selection import BadSelection, selection
    from pipeline.events.stream import Forgotten
    from pipeline.shop import NoShop

    table = TABLES[asked.table]
    with refusing(BadProfile, BadSelection, BadCleaned, BadWindow, NoShop, Forgotten, about="events grade: "):
        profile = None if asked.noise is None else load_profile(asked.noise)
        until = selection(None, None, asked.until).until
        given = cleaned(asked.cleaned, table, url)
        try:
            rows, cut = truth(url, table, until, profile)
        except psycopg2.Error as error:
            raise Failure(f"database: {error}", FAILED) from error
        lines = list(report(score(rows, given, table, asked.window, noisy=profile is not None), table, cut))
    if asked.answers is not None:
        try:
            write_answers(rows, asked.answers)
        except OSError as error:
            raise Failure(f"answers: {asked.answers} can't be written: {error.strerror}", FAILED) from error
    return lines
