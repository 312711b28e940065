"""How things in Redash are known again: names are not unique there, people rename, and a copy copies every mark."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from redash.publisher.dashboard_file import KEY_OPTION

if TYPE_CHECKING:
    from collections.abc import Container

TAG = "bazaar"
_OWN_ID = "bazaarId"
_ID_TAG = f"{TAG}:id:"


def tags(noun: str, key: str, now: list[str], own_id: int | None = None) -> list[str]:
    """The tags of a query or dashboard: ours, and those that people gave it."""
    ours = [TAG, f"{TAG}:{noun}:{key}", *([f"{_ID_TAG}{own_id}"] if own_id is not None else [])]
    return ours + [tag for tag in now if tag not in ours and not tag.startswith(f"{TAG}:")]


def stamped(options: dict[str, Any], own_id: int) -> dict[str, Any]:
    """A query's options with its own id, which a copy of it does not have."""
    return options | {_OWN_ID: own_id}


def key_of(noun: str, thing: dict[str, Any]) -> str | None:
    """A query's or dashboard's key; None for what people made by hand, their copies of ours included.

    A dashboard says its id in a tag, as its options are overwritten when someone reorders its parameters.
    """
    if (thing.get("options") or {}).get(_OWN_ID) != thing["id"] and f"{_ID_TAG}{thing['id']}" not in thing["tags"]:
        return None
    prefix = f"{TAG}:{noun}:"
    return next((tag.removeprefix(prefix) for tag in thing["tags"] if tag.startswith(prefix)), None)


def option_key(thing: dict[str, Any]) -> str | None:
    """A visualization's or widget's key."""
    return (thing.get("options") or {}).get(KEY_OPTION)


def new_key(name: str, taken: Container[str], noun: str) -> str:
    """A key made of a name, unlike those taken; the noun stands in where the name has no letter to begin with."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    slug = slug if slug[:1].isalpha() else f"{noun}_{slug}".rstrip("_")
    key, number = slug, 2
    while key in taken:
        key, number = f"{slug}_{number}", number + 1
    return key
