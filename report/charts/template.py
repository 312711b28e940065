"""Redash's templates: `{{ column }}` in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_MENTION = re.compile(r"\{\{\s*([^\s{}]+)\s*\}\}")


def filled(template: str, values: Mapping[str, object]) -> str:
    """The text with what it mentions; a name that is not known stays, as in Redash."""
    return _MENTION.sub(lambda found: str(values.get(found[1], found[0])), template)


def mentioned(template: str) -> list[str]:
    """The names in a template, in order."""
    return _MENTION.findall(template)


def without_tags(html: str) -> str:
    """A template's text where HTML has no place; a line break becomes a semicolon."""
    return re.sub(r"<[^>]+>", "", re.sub(r"\s*<br\s*/?>\s*", "; ", html))
