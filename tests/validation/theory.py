"""Formulas of queueing theory and of inventory theory, and the comparison of a sample with them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from math import exp, factorial, pi, sin

import numpy as np
from scipy import stats

BATCHES = 40


def erlang_b(servers: int, offered: float) -> float:
    """Return the share of lost arrivals in M/G/c/c; `offered` is arrivals a mean service time."""
    lost = 1.0
    for n in range(1, servers + 1):
        lost = offered * lost / (n + offered * lost)
    return lost


def erlang_c(people: int, load: float) -> float:
    """Return the probability of having to wait in M/M/c; `load` is the utilisation."""
    offered = people * load
    all_busy = offered**people / factorial(people) / (1.0 - load)
    return all_busy / (sum(offered**n / factorial(n) for n in range(people)) + all_busy)


def wait_mmc(people: int, load: float) -> float:
    """Return the mean wait in M/M/c, in mean service times."""
    return erlang_c(people, load) / (people * (1.0 - load))


def wait_mg1(load: float, cv: float) -> float:
    """Return the mean wait in M/G/1 after Pollaczek and Khinchine, in mean service times."""
    return load * (1.0 + cv**2) / (2.0 * (1.0 - load))


def lognormal_mean(median: float, sigma: float) -> float:
    """Return the mean of a lognormal."""
    return median * exp(sigma**2 / 2.0)


def loglogistic_moments(median: float, shape: float) -> tuple[float, float]:
    """Return mean and variance of a log-logistic (shape above 2)."""
    first, second = (n * pi / shape / sin(n * pi / shape) for n in (1.0, 2.0))
    return median * first, median**2 * (second - first**2)


def lead_time_demand(mean: float, sigma: float, most: int) -> np.ndarray:
    """Return the chances of 0, 1, … `most` - 1 units in a lognormal lead time.

    Demand is Poisson with `mean` units in the median lead time; `sigma` is the spread of the lead time's logarithm. The
    mixture is integrated by 20,000 slices of equal chance.
    """
    slices = np.asarray(stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000) if sigma else [0.0])
    rates = mean * np.exp(sigma * slices)
    chances = [float(np.mean(stats.poisson.pmf(n, rates))) for n in range(most)]
    assert sum(chances) > 1.0 - 1e-6, "the tail matters: ask for more"
    return np.array(chances)


def batch_error(values: Sequence[float]) -> float:
    """Return the standard error of a mean by batch means: neighbours are alike, far batches hardly."""
    size = len(values) // BATCHES
    means = np.asarray(values[: size * BATCHES], dtype=float).reshape(BATCHES, size).mean(axis=1)
    return float(means.std(ddof=1) / BATCHES**0.5)


def told(line: str) -> None:
    """Say what was measured; `pytest tests/validation -rP` shows it."""
    sys.stdout.write(f"{line}\n")


def agrees(what: str, values: Sequence[float], theory: float, relative_error: float) -> None:
    """Demand that a sample's mean is within 4 standard errors of theory, and that these errors are small."""
    mean, error = float(np.mean(values)), batch_error(values)
    told(f"{what}: {mean:.4g} ± {error:.2g}, theory {theory:.4g}, off by {(mean - theory) / error:+.1f} errors")
    assert error < relative_error * theory, "too few for a test that says something"
    assert abs(mean - theory) < 4.0 * error, f"{what}: {mean:.3f} ± {error:.3f} against {theory:.3f}"
