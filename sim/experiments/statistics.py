"""Estimates from independent replications, and paired differences under common random numbers.

Each replication gives one figure, so figures of different replications are independent and, as means and shares of
many events, near enough to normal for Student's t (replication/deletion: Law 2015, ch. 9 and 10). Under common random
numbers the figures of two scenarios in the same replication go together; their differences are again independent, so
the same interval is made of the differences (Law 2015, 10.2.1 and 11.2).
"""

from __future__ import annotations

from math import inf, isfinite, nan, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import stdtrit

if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIDENCE = 0.95
_ROUNDING = 1e-12  # of a variance: less of it is the floats' doing


class Estimate(NamedTuple):
    """A mean of `n` replications and the interval that covers the true one with the stated confidence."""

    mean: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half of the interval."""
        return (self.high - self.low) / 2.0


class Difference(NamedTuple):
    """A paired difference, and what the pairing was worth."""

    estimate: Estimate
    variance_ratio: float  # variance without common random numbers over variance with them

    @property
    def excludes_zero(self) -> bool:
        """Whether the interval says which of the two is larger."""
        return self.estimate.low > 0.0 or self.estimate.high < 0.0


def t_quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t."""
    return float(stdtrit(freedom, probability))


def estimate(values: Sequence[float], confidence: float = CONFIDENCE) -> Estimate:
    """Mean and two-sided interval; NaN are left out, and fewer than two values have no interval (NaN)."""
    known = [value for value in values if isfinite(value)]
    n = len(known)
    if n < 2:
        return Estimate(known[0] if known else nan, nan, nan, n)
    mean = float(np.mean(known))
    half = t_quantile(0.5 + confidence / 2.0, n - 1) * float(np.std(known, ddof=1)) / sqrt(n)
    return Estimate(mean, mean - half, mean + half, n)


def upper_bound(values: Sequence[float], confidence: float = CONFIDENCE) -> float:
    """The one-sided bound that the true mean does not exceed, with that confidence; NaN of fewer than two."""
    return estimate(values, 2.0 * confidence - 1.0).high


def lower_bound(values: Sequence[float], confidence: float = CONFIDENCE) -> float:
    """The one-sided bound that the true mean does not fall below, with that confidence; NaN of fewer than two."""
    return estimate(values, 2.0 * confidence - 1.0).low


def paired_difference(
    values: Sequence[float], reference: Sequence[float], confidence: float = CONFIDENCE
) -> Difference:
    """Difference of two scenarios' figures, the same replications in the same order.

    Its variance ratio compares independent seeds with common ones at the same number of replications: 4 means that
    four times as many replications would have been needed without them. It is infinite where each pair differs by the
    same amount, and NaN where nothing varies at all.
    """
    pairs = [(a, b) for a, b in zip(values, reference, strict=True) if isfinite(a) and isfinite(b)]
    differences = [a - b for a, b in pairs]
    if len(pairs) < 2:
        return Difference(estimate(differences, confidence), nan)
    apart = sum(float(np.var(side, ddof=1)) for side in zip(*pairs, strict=True))
    together = float(np.var(differences, ddof=1))
    if together > _ROUNDING * apart:
        return Difference(estimate(differences, confidence), apart / together)
    return Difference(estimate(differences, confidence), inf if apart else nan)
