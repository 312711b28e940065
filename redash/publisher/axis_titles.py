"""Titles of a chart's axes: plain text in the files, in Redash a form that depends on its version."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING, Any

from dashboards.dashboard_file import axes

if TYPE_CHECKING:
    from collections.abc import Mapping

_LAST_PLAIN = (25, 8)
_MENDED = (26, 6)


def for_redash(options: Mapping[str, Any], version: str | None) -> dict[str, Any]:
    """Options with titles in the form that this version shows.

    26.3's Plotly needs one level more. 25.8 shows that too, but its editor then has no title to edit.
    """
    nested = version is None or _LAST_PLAIN < _number(version) < _MENDED
    formed = copy.deepcopy(dict(options))
    for axis in axes(formed):
        if isinstance(axis.get("title"), str):
            axis["title"] = {"text": {"text": axis["title"]}} if nested else {"text": axis["title"]}
    return formed


def for_file(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options with titles as plain text, whatever form they had."""
    plain = copy.deepcopy(dict(options))
    for axis in axes(plain):
        title = axis.get("title")
        while isinstance(title, dict):
            title = title.get("text")
        if title:
            axis["title"] = title
        else:
            axis.pop("title", None)
    return plain


def _number(version: str) -> tuple[int, int]:
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else _MENDED
