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


def per_degree_of_freedom(table: np.ndarray) -> float:
    """Chi-square of a table of counts against independence of its rows and columns, over its degrees of freedom.

    About 1 where nothing but chance is at work; it grows with the counts where there is more.
    """
    counts = _without_empty(table)
    freedom = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    return _chi_square(counts) / freedom if freedom else float("nan")


def cross_table(rows: ArrayLike, columns: ArrayLike, counts: ArrayLike) -> np.ndarray:
    """Counts summed into a table with a row and a column for each value, in their order."""
    row, column = (np.unique(np.asarray(values), return_inverse=True)[1] for values in (rows, columns))
    table = np.zeros((int(row.max(initial=-1)) + 1, int(column.max(initial=-1)) + 1))
    np.add.at(table, (row, column), np.asarray(counts, dtype=float))
    return table


def per_cent(marked: ArrayLike, counts: ArrayLike) -> float:
    """The share of what is marked (1) among all that is counted, in per cent."""
    count = np.asarray(counts, dtype=float)
    return 100.0 * float(np.asarray(marked, dtype=float) @ count / count.sum())


def cramers_v(table: np.ndarray) -> float:
    """How strongly the rows of a table of counts hang together with its columns, 0 (independent) to 1 (Cramér's V).

    The root of chi-square over n (min(rows, columns) - 1), less the chi-square that chance alone brings (Bergsma).
    """
    counts = _without_empty(table)
    n, rows, columns = float(counts.sum()), *counts.shape
    if n < 2 or min(rows, columns) < 2:
        return float("nan")
    phi2 = max(0.0, _chi_square(counts) / n - (rows - 1) * (columns - 1) / (n - 1))
    least = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi2 / least))


def binomial_dispersion(hits: ArrayLike, tries: ArrayLike) -> tuple[float, int]:
    """Chi-square of hits against one common rate for all, and its degrees of freedom: (n_i - 1 of which is lost)."""
    hit, tried = np.asarray(hits, dtype=float), np.asarray(tries, dtype=float)
    rate = float(hit.sum() / tried.sum()) if len(tried) else 0.0
    if not 0.0 < rate < 1.0:
        return 0.0, 0
    return float(((hit - tried * rate) ** 2 / (tried * rate * (1.0 - rate))).sum()), len(tried) - 1


def extra_poisson_cv(counts: ArrayLike, kinds: ArrayLike) -> float:
    """Coefficient of variation of counts about the mean of their kind, beyond that of independent arrivals (0: none).

    Its square is the mean of (s^2 - m) / m^2 over the kinds, with the mean m and the variance s^2 of each one's counts.
    """
    count, kind = np.asarray(counts, dtype=float), np.unique(np.asarray(kinds), return_inverse=True)[1]
    found = [count[kind == number] for number in range(int(kind.max()) + 1)]
    squares = [(float(some.var(ddof=1)) - float(some.mean())) / float(some.mean()) ** 2 for some in found]
    return float(np.sqrt(max(0.0, float(np.mean(squares)))))


def effects_over_chance(values: ArrayLike, members: ArrayLike, teams: ArrayLike) -> float:
    """Standard deviation of members' mean values about their team's, over what chance alone would make of it.

    Chance: the variance within members over each one's number of values. About 1 where all are alike.
    """
    x, member = np.asarray(values, dtype=float), np.unique(np.asarray(members), return_inverse=True)[1]
    sizes = np.bincount(member)
    means = np.bincount(member, x) / sizes
    team = np.zeros(len(sizes), dtype=np.int64)
    team[member] = np.unique(np.asarray(teams), return_inverse=True)[1]
    of_team = np.bincount(team, means) / np.bincount(team)
    freedom, within_freedom = len(sizes) - len(of_team), len(x) - len(sizes)
    if freedom < 1 or within_freedom < 1:
        return float("nan")
    within = float(((x - means[member]) ** 2).sum()) / within_freedom
    chance = within * float((1.0 / sizes).mean())
    between = float(((means - of_team[team]) ** 2).sum()) / freedom
    return float(np.sqrt(between / chance)) if chance else float("nan")


def _without_empty(table: np.ndarray) -> np.ndarray:
    counts: np.ndarray = np.asarray(table, dtype=float)
    kept: np.ndarray = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    return kept


def _chi_square(counts: np.ndarray) -> float:
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    return float(((counts - expected) ** 2 / expected).sum())
