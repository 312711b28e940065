"""What is remembered with a dashboard: its key, what was published of it, and the widgets it has been given.

It is kept in `layout`, a list that Redash stores and no longer uses: a dashboard's options are overwritten when
someone reorders its parameters. A copy has its original's layout, hence the dashboard's own id in it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from redash.publisher.keys import dashboard_key_tagged

if TYPE_CHECKING:
    from redash.publisher.api import Json

_OWN_ID = "bazaarId"


@dataclass(frozen=True, slots=True)
class DashboardState:
    """Nothing is published of a dashboard that is just being made, nor of one that was archived by `--prune`."""

    key: str
    published: Json | None = None
    widgets: list[str] = field(default_factory=list)

    def layout(self, own_id: int) -> list[Json]:
        """The form in which Redash keeps it."""
        said: Json = {_OWN_ID: own_id, "key": self.key, "widgets": sorted(self.widgets)}
        return [said if self.published is None else said | {"published": self.published}]


def state_of(board: Json) -> DashboardState | None:
    """What a dashboard remembers; None for one that is not ours, or was published before this was remembered."""
    for said in board.get("layout") or []:
        if isinstance(said, dict) and said.get(_OWN_ID) == board["id"] and "key" in said:
            return DashboardState(said["key"], said.get("published"), list(said.get("widgets") or []))
    return None


def dashboard_key(board: Json) -> str | None:
    """A dashboard's key; None for what people made by hand, their copies of ours included."""
    state = state_of(board)
    return state.key if state else dashboard_key_tagged(board)


def first_name(key: str) -> str:
    """The name a dashboard is created with. Redash makes a slug of it that stays, whatever happens to name and tags."""
    return f"bazaar {key}"


def slugs(key: str, title: str) -> list[str]:
    """The slugs under which a dashboard can be found that no list shows: archived, or without its tags."""
    return [re.sub(r"[^a-z0-9_-]+", "-", name.lower()) for name in (first_name(key), title)]
