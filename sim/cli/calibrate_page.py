"""A calibration as a table and as a page: published figure, band, simulated, verdict."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sim.calibration.figures import share_held
from sim.cli.calibrate_rows import bold, by_figure, headings, markdown
from sim.experiments.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sim.calibration.figures import Measured

    BySeed = Mapping[int, Sequence[Measured]]

SOURCES = Path(__file__).resolve().parents[2] / "docs" / "published-figures.md"
_PUBLISHED = re.compile(
    r'^\| <a id="(?P<anchor>[\w-]+)"></a>(?P<what>.+?) \| (?P<value>.+) \| (?P<source>.+) \|$', re.MULTILINE
)

NO_BAND = {
    "courier-stop-time": "an input (`delivery.stop_min`, `stop_shape`): no row says when a courier reached a door",
    "courier-speed": "an input (`speed_km_per_h` of a vehicle): rows have the time of a leg with its stop only",
    "habits": "compared among the figures of realism, whose bands are about these values",
    "cookies-lost": "an input (`identity.cookie_life_days`, `cookie_life_sigma`): no row says whose computer it is",
    "survey-answers": "an input (`survey.answer`): rows have the answers, and nobody who was asked in vain",
    "visits-of-a-visitor": "an input (`identity.stranger_returns`); the figures of realism have visits of a cookie",
    "campaign-week": "an input (`campaigns`), and the baseline has no campaign; the scenario `peak_season` has one",
}
"""Published figures that no band is drawn around, and why."""

IN_PART = {
    "card-declines": "declines; that most try again is an input (`payment.retry`)",
    "order-value": "its spread; the level is an input, the prices of the market",
    "product-popularity": "the top fifth; the slope is an input (`stock.popularity_exponent`)",
    "repeat-purchase": "how orders are spread over customers; buying again within 18 months, and gaps of 34 or 72 days,"
    " do not fit into eight weeks",
    "review-score": "stars; the share with a text is an input (`review.with_text`)",
    "rating-against-lateness": "on time against late; a week late is not a thing of hours",
    "parcel-stages": "the shape of the whole time; days of a parcel service are not hours of a courier",
    "late-cancelled": "the whole; there is no worst of twelve months in eight weeks",
    "first-attempt-succeeds": "one band around the three countries together",
}
"""Published figures of which only a part is compared, and why."""


def published_figures() -> dict[str, re.Match[str]]:
    """The published figures by their anchor (`what`, `value`, `source`); none where the page is not at hand."""
    if not SOURCES.exists():
        return {}
    return {found["anchor"]: found for found in _PUBLISHED.finditer(SOURCES.read_text(encoding="utf-8"))}


def table(by_seed: BySeed) -> Table:
    """The comparison as a table for the terminal."""
    rows = [
        [seeds[0].what, seeds[0].band, *(one.value for one in seeds), _verdict(seeds)] for seeds in by_figure(by_seed)
    ]
    return Table("The shop against published figures", headings(by_seed, "figure", "band"), rows, words=1)


def page(by_seed: BySeed, conditions: str) -> str:
    """The comparison as a page in Markdown."""
    return f"""# How true is it? The baseline against published figures

Made by `make calibration`: {conditions}.

{_counts(by_seed)}

The queries are in `db/figures.sql`; where the bands come from is told in [published-figures.md](published-figures.md).
A scenario sets rates, capacities, service times and policies; what is in this table is a result of the simulation.
"Our choice": nobody publishes it, so the band says what people who run such shops would call plausible. What averages
do not show is looked for in [Is it real?](notebooks/05_is_it_real.md).

{_markdown(by_seed)}

## What is published and not compared

| published | compared | why |
|---|---|---|
{_limits(by_seed)}
"""


def _verdict(seeds: Sequence[Measured]) -> str:
    held = sum(one.holds for one in seeds)
    return "in" if held == len(seeds) else "out" if held == 0 else f"in: {held} of {len(seeds)}"


def _counts(by_seed: BySeed) -> str:
    return "\n".join(
        f"- seed {seed}: {sum(one.holds for one in measured)} of {len(measured)} figures lie in their band"
        f" ({100 * share_held(measured):.0f} %)"
        for seed, measured in by_seed.items()
    )


def _markdown(by_seed: BySeed) -> str:
    return markdown(headings(by_seed, "figure", "published", "band"), _cells(by_seed))


def _cells(by_seed: BySeed) -> Iterator[list[str]]:
    known, shown = published_figures(), set[str]()
    for seeds in by_figure(by_seed):
        verdict = _verdict(seeds)
        yield [
            seeds[0].what,
            "; ".join(_told(anchor, known, shown) for anchor in seeds[0].published) or "our choice",
            seeds[0].band,
            *(bold(one.value, unless=one.holds) for one in seeds),
            bold(verdict, unless=verdict == "in"),
        ]


def _told(anchor: str, known: Mapping[str, re.Match[str]], shown: set[str]) -> str:
    """A published figure with its value, which is said once."""
    if anchor in shown or anchor not in known:
        return _linked(anchor, known)
    shown.add(anchor)
    return f"{_linked(anchor, known)}: {known[anchor]['value']}"


def _linked(anchor: str, known: Mapping[str, re.Match[str]]) -> str:
    what = known[anchor]["what"] if anchor in known else anchor
    return f"[{what}](published-figures.md#{anchor})"


def _limits(by_seed: BySeed) -> str:
    return "\n".join(_limit_lines({anchor for one in next(iter(by_seed.values())) for anchor in one.published}))


def _limit_lines(compared: set[str]) -> Iterator[str]:
    known = published_figures()
    for anchor in known:
        if anchor not in compared:
            yield f"| {_linked(anchor, known)} | no | {NO_BAND.get(anchor, '–')} |"
        elif anchor in IN_PART:
            yield f"| {_linked(anchor, known)} | in part | {IN_PART[anchor]} |"
