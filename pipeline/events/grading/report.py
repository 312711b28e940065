"""A score in lines for people: how much, and of which kind; never which rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from pipeline.events.grading.score import Score, Share
from pipeline.events.grading.tables import Graded

_WORST = 5


def report(score: Score, table: Graded, cut: datetime) -> Iterator[str]:
    """The lines."""
    yield f"{table.name} up to {cut:%Y-%m-%d %H:%M:%S} UTC"
    yield f"recall      {_told(score.recall)} of the shop's rows are there"
    yield f"precision   {_told(score.precision)} of the rows are the shop's"
    yield f"duplicates  {score.duplicates:,} left"
    yield f"fields      {_told(score.fields)} right, of the rows that are there"
    for name, share in score.columns.items():
        if share.good < share.of:
            yield f"            {name}: {_told(share)}"
    if score.damages:
        yield "by what was wrong with the event: found, and found with everything right"
        for name, (found, right) in score.damages.items():
            yield f"            {name}: {_told(found)}, {_told(right)}"
    if score.delays:
        yield "by how long after it happened it came"
        yield from (f"            {name}: {_told(share)}" for name, share in score.delays.items())
    yield from _windows(score.windows)


def _windows(windows: Mapping[str, Share]) -> Iterator[str]:
    short = sorted((each for each in windows.items() if each[1].good < each[1].of), key=lambda each: each[1].share)
    yield f"windows     {len(windows) - len(short):,} of {len(windows):,} are complete"
    for name, share in short[:_WORST]:
        yield f"            {name}: {_told(share)}"
    if len(short) > _WORST:
        yield f"            … and {len(short) - _WORST:,} more"


def _told(share: Share) -> str:
    return f"{share.share:.4f} ({share.good:,} of {share.of:,})"
