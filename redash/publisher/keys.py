"""How things in Redash are known again, and what was published of them last.

Names are not unique there, people rename, and a copy copies every mark.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from dashboards.dashboard_file import KEY_OPTION, PUBLISHED_OPTION

if TYPE_CHECKING:
    from collections.abc import Container

TAG = "bazaar"
_OWN_ID = "bazaarId"
_ID_TAG = f"{TAG}:id:"

Thing = dict[str, Any]


def tags(noun: str, key: str, now: list[str], own_id: int | None = None) -> list[str]:
    """The tags of a query or dashboard: ours, and those that people gave it."""
    ours = own_tags(noun, key, own_id)
    return ours + [tag for tag in now if tag not in ours and not is_own_tag(tag)]


def own_tags(noun: str, key: str, own_id: int | None = None) -> list[str]:
    """The tags that a query or dashboard of ours has."""
    return [TAG, f"{TAG}:{noun}:{key}", *([f"{_ID_TAG}{own_id}"] if own_id is not None else [])]


def is_own_tag(tag: str) -> bool:
    """Whether a tag is one of the publisher's, and not of people."""
    return tag == TAG or tag.startswith(f"{TAG}:")


def stamped(options: Thing, own_id: int, key: str, published: Thing) -> Thing:
    """A query's options with its own id, which a copy of it does not have, its key, and what was published of it."""
    return options | {_OWN_ID: own_id, KEY_OPTION: key, PUBLISHED_OPTION: published}


def query_key(query: Thing) -> str | None:
    """A query's key; None for what people made by hand, their copies of ours included."""
    options = query.get("options") or {}
    if options.get(_OWN_ID) == query["id"] or half_made(query):
        return options.get(KEY_OPTION) or _tagged("query", query)
    return None


def half_made(query: Thing) -> bool:
    """Whether a query of ours was created and not finished: the publisher was killed between the two calls it takes."""
    options = query.get("options") or {}
    return bool(query.get("is_draft")) and KEY_OPTION in options and _OWN_ID not in options


def dashboard_key_tagged(board: Thing) -> str | None:
    """The key that a dashboard's tags say, where they say its own id too: a copy has the tags of its original."""
    return _tagged("dashboard", board) if f"{_ID_TAG}{board['id']}" in board["tags"] else None


def option_key(thing: Thing) -> str | None:
    """A visualization's or widget's key."""
    return (thing.get("options") or {}).get(KEY_OPTION)


def published(thing: Thing) -> Thing | None:
    """What was published last of a query, a visualization or a widget, by parts; None where nothing says so."""
    found = (thing.get("options") or {}).get(PUBLISHED_OPTION)
    return found if isinstance(found, dict) else None


def without_published(options: Thing | None) -> Thing:
    """Options that no longer say what was published."""
    return {name: value for name, value in (options or {}).items() if name != PUBLISHED_OPTION}


def new_key(name: str, taken: Container[str], noun: str) -> str:
    """A key made of a name, unlike those taken; the noun stands in where the name has no letter to begin with."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    slug = slug if slug[:1].isalpha() else f"{noun}_{slug}".rstrip("_")
    key, number = slug, 2
    while key in taken:
        key, number = f"{slug}_{number}", number + 1
    return key


def _tagged(noun: str, thing: Thing) -> str | None:
    prefix = f"{TAG}:{noun}:"
    return next((tag.removeprefix(prefix) for tag in thing["tags"] if tag.startswith(prefix)), None)
