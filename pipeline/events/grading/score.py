"""The score: how much of the truth is there, how much else, how much of it twice, and how much of it right."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from pipeline.events.grading.cleaned import in_kind
from pipeline.events.grading.tables import Graded
from pipeline.events.grading.truth import DAMAGE, DELAY_S

DELAYS_S = (60.0, 3600.0, 6 * 3600.0, np.inf)
DELAY_NAMES = ("within a minute", "within an hour", "within six hours", "later")
TOLERANCE = 1e-9  # what a float may lose on its way through a file


class BadWindow(ValueError):
    """A window that can't be: one line naming it and what is allowed."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    good: int
    of: int

    @property
    def share(self) -> float:
        """1.0 where there is nothing that could be wrong."""
        return self.good / self.of if self.of else 1.0


@dataclass(frozen=True, slots=True)
class Score:
    """Everything that is told of a grading; kinds of damage and delays only where the noise is known."""

    recall: Share
    precision: Share
    duplicates: int
    fields: Share
    columns: dict[str, Share]
    windows: dict[str, Share] = field(default_factory=dict)
    damages: dict[str, tuple[Share, Share]] = field(default_factory=dict)  # events found, and found with all right
    delays: dict[str, Share] = field(default_factory=dict)


def score(truth: pd.DataFrame, cleaned: pd.DataFrame, table: Graded, window: str, *, noisy: bool) -> Score:
    """Compare by key: of rows with the same key the first counts, the others are duplicates that are left."""
    typed = pd.DataFrame({name: in_kind(cleaned[name], truth[name]) for name in cleaned.columns})
    true = truth.assign(**{name: in_kind(truth[name], truth[name]) for name in cleaned.columns})
    key = list(table.key)
    once = typed.drop_duplicates(key)
    both = true.merge(once, on=key, how="left", suffixes=("", " cleaned"), indicator=True, validate="one_to_one")
    found = (both["_merge"] == "both").to_numpy()
    right = {
        name: _equal(both.loc[found, name], both.loc[found, f"{name} cleaned"])
        for name in typed.columns
        if name not in key
    }
    all_right = np.zeros(len(both), dtype=bool)
    all_right[found] = np.logical_and.reduce(list(right.values())) if right else True
    return Score(
        recall=Share(int(found.sum()), len(both)),
        precision=Share(int(found.sum()), len(once)),
        duplicates=len(typed) - len(once),
        fields=Share(sum(int(each.sum()) for each in right.values()), sum(len(each) for each in right.values())),
        columns={name: Share(int(each.sum()), len(each)) for name, each in right.items()},
        windows=_by(_windows(both[table.time], window), found),
        damages=_by_damage(both[DAMAGE], found, all_right) if noisy else {},
        delays=_by_delay(both[DELAY_S], found) if noisy else {},
    )


def _equal(true: pd.Series, given: pd.Series) -> np.ndarray:
    empty = (true.isna() & given.isna()).to_numpy()
    if pd.api.types.is_numeric_dtype(true) and not pd.api.types.is_bool_dtype(true):
        near = (true - given).abs() <= TOLERANCE * true.abs().clip(lower=1)
        return empty | near.fillna(False).to_numpy(dtype=bool)
    return empty | (true == given).fillna(False).to_numpy(dtype=bool)


def _windows(times: pd.Series, window: str) -> pd.Series:
    try:
        named: pd.Series = times.dt.floor(window).dt.strftime("%Y-%m-%d %H:%M")
    except ValueError:
        raise BadWindow(f"window: {window!r} is no length of windows; allowed are such as 15min, 1h, 1D") from None
    return named


def _by(groups: pd.Series, found: np.ndarray) -> dict[str, Share]:
    counted = pd.Series(found).groupby(groups.to_numpy(), sort=True, observed=True).agg(["sum", "size"])
    return {str(name): Share(int(row["sum"]), int(row["size"])) for name, row in counted.iterrows()}


def _by_damage(damage: pd.Series, found: np.ndarray, all_right: np.ndarray) -> dict[str, tuple[Share, Share]]:
    there, right = _by(damage, found), _by(damage, all_right)
    return {name: (there[name], right[name]) for name in there}


def _by_delay(delay_s: pd.Series, found: np.ndarray) -> dict[str, Share]:
    classes = pd.cut(delay_s, [-1.0, *DELAYS_S], labels=list(DELAY_NAMES))
    return {name: share for name, share in _by(classes, found).items() if share.of}
