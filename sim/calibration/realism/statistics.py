"""How much belongs to whom: the measures that the figures are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def intraclass_correlation(values: ArrayLike, groups: ArrayLike) -> float:
    """Share of the variance that lies between groups, 0 to 1: ICC(1), by moments of a one-way analysis of variance.

    (MSB - MSW) / (MSB + (n0 - 1) MSW) with n0 = (N - sum n_g^2 / N) / (k - 1) for k groups of unequal size. It is
    about 0 where groups are alike, and may fall a little below. Several columns of `values` are one vector each row.
    """
    x = np.asarray(values, dtype=float)
    x = x.reshape(len(x), -1)
    group = np.unique(np.asarray(groups), return_inverse=True)[1]
    sizes = np.bincount(group)
    n, k = len(x), len(sizes)
    if k < 2 or n <= k:
        return float("nan")
    means = np.column_stack([np.bincount(group, column) / sizes for column in x.T])
    between = float((sizes[:, None] * (means - x.mean(axis=0)) ** 2).sum()) / (k - 1)
    within = float(((x - means[group]) ** 2).sum()) / (n - k)
    size = (n - float((sizes**2).sum()) / n) / (k - 1)
    whole = between + (size - 1.0) * within
    return (between - within) / whole if whole else float("nan")


def circular_intraclass_correlation(hours: ArrayLike, groups: ArrayLike) -> float:
    """The same of hours of a day, where 23:30 is near 0:30: of the points on the clock's face."""
    angle = 2.0 * np.pi * np.asarray(hours, dtype=float) / 24.0
    return intraclass_correlation(np.column_stack([np.cos(angle), np.sin(angle)]), groups)


def persistence(values: ArrayLike, owners: ArrayLike) -> float:
    """Share of an owner's consecutive rows that have the same value, of rows in each owner's order.

    Were values drawn anew each time, it would be the sum of their squared shares.
    """
    value, owner = np.asarray(values), np.asarray(owners)
    pairs = owner[1:] == owner[:-1]
    return float((value[1:] == value[:-1])[pairs].mean()) if pairs.any() else float("nan")


def shared_over_chance(first: np.ndarray, second: np.ndarray) -> float:
    """How often row i of two tables of memberships (0 or 1) have a column in common, over what strangers would.

    Chance is exact: every row of the one against every row of the other.
    """
    first, second = np.asarray(first, dtype=np.int64), np.asarray(second, dtype=np.int64)
    if not len(first):
        return float("nan")
    seen = float((first * second).any(axis=1).mean())
    kinds, times = np.unique(first, axis=0, return_counts=True)
    others, other_times = np.unique(second, axis=0, return_counts=True)
    chance = float(times @ (kinds @ others.T > 0) @ other_times) / (len(first) * len(second))
    return seen / chance if chance else float("nan")
