"""The catalogue in docs/marts.md: every mart with its question, its columns and what is checked, from the heads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipeline.marts.catalogue import marts
from pipeline.marts.head import Mart, MartColumn

PAGE = Path(__file__).resolve().parents[2] / "docs" / "marts.md"
_MARKED = re.compile(r"(?<=<!-- catalogue -->\n).*?(?=<!-- end -->)", re.DOTALL)


def page(text: str) -> str:
    """The page with its catalogue as it should be."""
    return _MARKED.sub(lambda _: "\n".join(_catalogue(marts())) + "\n", text)


def is_stale() -> bool:
    """Whether the page says something else than the heads."""
    text = PAGE.read_text(encoding="utf-8")
    return page(text) != text


def write() -> None:
    """Bring the page up to date."""
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


def _catalogue(found: list[Mart]) -> Iterator[str]:
    yield "\n| mart | question |"
    yield "|---|---|"
    for mart in found:
        yield f"| [`{mart.name}`](#{mart.name}) | {mart.question} |"
    for mart in found:
        yield from _section(mart)


def _section(mart: Mart) -> Iterator[str]:
    yield f"\n### {mart.name}\n"
    yield f"{mart.question} {mart.grain}\n"
    yield f"{mart.about}\n"
    yield "| column | type | |"
    yield "|---|---|---|"
    for column in mart.columns:
        yield f"| `{column.name}` | `{column.type}` | {_comment(mart, column)} |"
    yield f"\nReads `{'`, `'.join(mart.reads)}`. Compared with the shop after each build:\n"
    for check in mart.checks:
        yield f"- `{check.mart_sql.format(mart=mart.name)}` = `{check.source_sql}`"
    if mart.may_be_empty:
        yield "\nIt may be empty."


def _comment(mart: Mart, column: MartColumn) -> str:
    return column.comment + (" (key)" if column.name in mart.keys else "")
