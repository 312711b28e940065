"""The figures of realism as a table and as a section of the calibration's page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.cli.calibrate_rows import bold, by_figure, headings, markdown
from sim.experiments.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.calibration.realism.figure import Found

    BySeed = Mapping[int, Sequence[Found]]


def table(by_seed: BySeed) -> Table:
    """The figures of realism as a table for the terminal."""
    rows = [
        [seeds[0].figure.sentence, seeds[0].figure.band, *(one.shown for one in seeds), verdict(seeds)]
        for seeds in by_figure(by_seed)
    ]
    return Table("Whether anybody and anything is an individual", headings(by_seed, "figure", "band"), rows, words=1)


def section(by_seed: BySeed) -> str:
    """The figures of realism as a section in Markdown."""
    return f"""## Is anybody an individual?

Averages can be right in a shop in which nobody and nothing differs. These figures are about what differs and stays
itself: how much of what a customer, a product, a courier or a day does is that one's own. They are made of the rows
alone, as any analyst could make them (`sim/calibration/realism/`, each with its formula), for 56 simulated days at
scale 0.5. A figure marked *held* must lie in its band; the others are aims, and *not yet* says that the shop has not
reached one. "Real shops" are the public data sets of [published-figures.md](published-figures.md), and *Online Retail*
(the invoices of a British wholesaler of gifts, 2009–2011); "our choice" is what people who know such rows would expect.

{_counts(by_seed)}

{_markdown(by_seed)}
"""


def verdict(seeds: Sequence[Found]) -> str:
    """One figure with every seed, in a word or two."""
    if not any(one.ripe for one in seeds):
        return f"wants {seeds[0].figure.days} days"
    inside = sum(one.holds for one in seeds)
    if inside == len(seeds):
        return "in, held" if seeds[0].figure.held else "in"
    if seeds[0].figure.held:
        return f"OUT, held: in {inside} of {len(seeds)}"
    return f"not yet: in {inside} of {len(seeds)}" if inside else "not yet"


def _counts(by_seed: BySeed) -> str:
    return "\n".join(
        f"- seed {seed}: {sum(one.holds for one in found)} of {len(found)} in their band,"
        f" {sum(one.figure.held for one in found)} held"
        for seed, found in by_seed.items()
    )


def _markdown(by_seed: BySeed) -> str:
    return markdown(headings(by_seed, "figure", "real shops", "band"), map(_cells, by_figure(by_seed)))


def _cells(seeds: Sequence[Found]) -> list[str]:
    figure, word = seeds[0].figure, verdict(seeds)
    values = (bold(one.shown, unless=one.holds) for one in seeds)
    return [figure.sentence, figure.source, figure.band, *values, bold(word, unless=word.startswith("in"))]
