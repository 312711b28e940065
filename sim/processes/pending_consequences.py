"""Pending consequences: what may still follow from orders delivered lately, told from their luck alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.clock.units import DAY_US, HOUR_US
from sim.luck import Luck, Purpose, lognormal
from sim.luck_bulk import first_draws
from sim.shop.quality import Qualities

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.markets import Market
    from sim.scenario import Scenario
    from sim.snapshot import DeliveredLines

_LONGEST_WAIT_US = 49 * HOUR_US  # for the waking hours of the next day, whatever the clocks do on it
_ROUNDING = 1.0 + 1e-9  # a chance worked out in another order of factors may differ in its last digit


def pending_consequences(lines: DeliveredLines, now: int, seed: int, scenario: Scenario, market: Market) -> set[int]:
    """Return the orders of which a review, an answer to the survey or a request to return something may still come.

    They are few among many, and a few too many do no harm: whoever takes them up looks at each of their consequences.
    So persona and category, which move the chances, are taken to be those that make them highest.
    """
    bad = disappointing(lines, seed, scenario)
    coming = _review_may_come(lines, now, seed, scenario, bad) | _request_may_come(
        lines, now, seed, scenario, market, bad
    )
    coming |= _survey_may_come(lines, now, seed, scenario)
    return set(lines.order_id[coming].tolist())


def disappointing(lines: DeliveredLines, seed: int, scenario: Scenario) -> NDArray[np.bool_]:
    """Return which lines disappoint, however they came: exactly those of which `Opinions.disappoints` says so."""
    qualities = Qualities(Luck(seed), scenario)
    products, which = np.unique(lines.product_id, return_inverse=True)
    chance = np.array([qualities.of(product_id).disappoints for product_id in products.tolist()])
    u = first_draws(seed, Purpose.REVIEW, lines.order_id, lines.line_no, 1)[0]
    return u < chance[which] if len(products) else np.zeros(0, np.bool_)


def _review_may_come(
    lines: DeliveredLines, now: int, seed: int, scenario: Scenario, disappoints: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    review = scenario.review
    u = first_draws(seed, Purpose.REVIEW, lines.order_id, lines.line_no)
    likeliest = max(persona.review_factor for persona in scenario.funnel.personas.values())
    bad = disappoints | lines.late
    chance = review.write * likeliest * np.where(bad, review.write_after_bad, 1.0)
    median_us = review.delay_median_h * HOUR_US
    return _later(u[1] < chance * _ROUNDING, u[2], median_us, review.delay_sigma, lines, now - _LONGEST_WAIT_US)


def _survey_may_come(lines: DeliveredLines, now: int, seed: int, scenario: Scenario) -> NDArray[np.bool_]:
    survey = scenario.survey
    u = first_draws(seed, Purpose.SURVEY, lines.order_id, np.zeros(len(lines.order_id), np.int64))
    earliest = now - _LONGEST_WAIT_US - round(survey.asked_after_h * HOUR_US)
    return _later(u[0] < survey.answer, u[1], survey.delay_median_h * HOUR_US, survey.delay_sigma, lines, earliest)


def _request_may_come(
    lines: DeliveredLines, now: int, seed: int, scenario: Scenario, market: Market, bad: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    returns = scenario.returns
    u = first_draws(seed, Purpose.RETURN, lines.order_id, lines.line_no)
    likeliest = max(persona.return_factor for persona in scenario.funnel.personas.values())
    likeliest *= max(category.return_weight for category in market.categories)
    chance = returns.rate * likeliest * np.where(bad, returns.bad_product_factor, 1.0)
    chance = np.minimum(chance * np.where(lines.late, returns.late_factor, 1.0), returns.highest)
    return _later(u[0] < chance * _ROUNDING, u[1], returns.delay_median_days * DAY_US, returns.delay_sigma, lines, now)


def _later(
    likely: NDArray[np.bool_], u: NDArray[np.float64], median_us: float, sigma: float, lines: DeliveredLines, now: int
) -> NDArray[np.bool_]:
    """Return which of the likely ones lie ahead: with a lognormal delay from the delivery on."""
    later = np.zeros(len(likely), np.bool_)
    places = np.flatnonzero(likely)
    ages_us = (now - lines.delivered_at[places]).tolist()
    delays_us = [lognormal(each, median_us, sigma) for each in u[places].tolist()]
    later[places] = [delay_us > age_us - 1.0 for delay_us, age_us in zip(delays_us, ages_us, strict=True)]
    return later
