"""Whose word counts where file and Redash were both edited, or only the other one: all, or the things named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboards.problems import BadInput, short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dashboards.files import Files

VARIABLE = "REDASH_OVERWRITE"
_ALL, _NONE = frozenset({"all", "1", "true", "yes"}), frozenset({"", "0", "false", "no", "none"})


@dataclass(frozen=True, slots=True)
class Overwrite:
    """Keys of queries and dashboards, with what belongs to them; None is all."""

    keys: frozenset[str] | None = frozenset()

    def takes(self, key: str) -> bool:
        """Whether the query or dashboard of this key is meant."""
        return self.keys is None or key in self.keys


def of_option(given: Sequence[str] | None, files: Files) -> Overwrite:
    """From `--overwrite [KEY ...]`."""
    if given is None:
        return Overwrite()
    return _named(given, "--overwrite", files) if given else Overwrite(None)


def of_variable(given: str, files: Files) -> Overwrite:
    """From REDASH_OVERWRITE: `all`, or keys with blanks or commas between them."""
    said = given.strip()
    if said.lower() in _NONE:
        return Overwrite()
    if said.lower() in _ALL:
        return Overwrite(None)
    return _named(said.replace(",", " ").split(), VARIABLE, files)


def _named(keys: Sequence[str], source: str, files: Files) -> Overwrite:
    for key in keys:
        if key not in files.queries and key not in files.dashboards:
            query, dashboard = files.root / "queries" / f"{key}.sql", files.root / "dashboards" / f"{key}.yml"
            raise BadInput(f"{source}: there is neither {short(query)} nor {short(dashboard)} for '{key}'")
    return Overwrite(frozenset(keys))
