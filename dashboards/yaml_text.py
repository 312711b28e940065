"""Writes YAML as people do: what is flat and short in one line of braces, the rest in blocks."""

from __future__ import annotations

from typing import Any

import yaml

_WIDTH = 110
_STEP = 2


def inline(value: Any) -> str:
    """The value in one line."""
    text: str = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10**9)
    return text.removesuffix("...\n").rstrip("\n")


def block(value: Any, indent: int = 0) -> str:
    """A mapping or list in lines that are indented by so many columns, except the first."""
    margin = "\n" + " " * indent
    if isinstance(value, list):
        return margin.join(f"- {_item(each, indent + _STEP)}" for each in value)
    return margin.join(pair(key, each, indent) for key, each in value.items())


def pair(key: str, value: Any, indent: int = 0) -> str:
    """A key with its value; lines after the first are indented below it."""
    head = f"{inline(key)}:"
    if isinstance(value, str) and (literal := _literal(value, indent + _STEP)):
        return f"{head} {literal}"
    short = inline(value)
    if not _nested(value) and (not isinstance(value, (dict, list)) or indent + len(head) + len(short) < _WIDTH):
        return f"{head} {short}"
    return f"{head}\n{' ' * (indent + _STEP)}{block(value, indent + _STEP)}"


def _item(value: Any, indent: int) -> str:
    return block(value, indent) if isinstance(value, dict) and value else inline(value)


def _nested(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(isinstance(part, (dict, list)) and part for part in parts)


def _literal(text: str, indent: int) -> str | None:
    """Text of several lines under a bar, or None where that would not read back as the same."""
    if "\n" not in text.rstrip("\n"):
        return None
    margin = " " * indent
    lines = "\n".join(f"{margin}{line}" if line else "" for line in text.rstrip("\n").split("\n"))
    literal = "\n".join(["|" if text.endswith("\n") else "|-", lines])
    try:
        same = yaml.safe_load(f"- {literal}\n") == [text]
    except yaml.YAMLError:
        same = False
    return literal if same else None
