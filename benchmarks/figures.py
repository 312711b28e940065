"""Percentiles, medians and ratios: how measured values become figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil
from statistics import median

Percentiles = dict[str, float]

_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}


def percentiles(values: Iterable[float]) -> Percentiles:
    """Return p50, p95, p99 and the largest of some values, each a value that occurred; nothing of nothing."""
    ordered = sorted(values)
    if not ordered:
        return {}
    return {**{name: percentile(ordered, share) for name, share in _SHARES.items()}, "max": ordered[-1]}


def percentile(ordered: list[float], share: float) -> float:
    """Return the smallest of ascending values that at least this share of them does not exceed."""
    return ordered[max(0, ceil(share * len(ordered)) - 1)]


def milliseconds(seconds: Percentiles) -> Percentiles:
    """Return seconds as milliseconds, to the hundredth."""
    return {name: round(value * 1000.0, 2) for name, value in seconds.items()}


def medians(runs: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each figure that every run has."""
    shared = set.intersection(*(set(run) for run in runs))
    return {name: median(run[name] for run in runs) for name in runs[0] if name in shared}
