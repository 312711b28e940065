"""Markdown as paragraphs of runs: what a text widget says, for pictures, which have no HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from report.pictures.text_metrics import Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_MARKDOWN = MarkdownIt("commonmark", {"html": False})


@dataclass(slots=True)
class Paragraph:
    """Runs, and whether they are a heading."""

    runs: list[Run] = field(default_factory=list)
    heading: bool = False


def paragraphs(markdown: str) -> list[Paragraph]:
    """In their order; items of lists begin with a dot, the target of a link is left out."""
    found: list[Paragraph] = []
    heading, bullet = False, ""
    for token in _MARKDOWN.parse(markdown):
        if token.type == "heading_open":
            heading = True
        elif token.type == "list_item_open":
            bullet = "•  "
        elif token.type == "inline":
            runs = [Run(bullet)] if bullet else []
            found.append(Paragraph([*runs, *_runs(token.children or [], heading=heading)], heading))
            heading, bullet = False, ""
        elif token.type in {"fence", "code_block"}:
            found.append(Paragraph([Run(token.content.rstrip("\n"))]))
    return found


def _runs(tokens: Sequence[Token], *, heading: bool) -> list[Run]:
    runs: list[Run] = []
    bold, italic = 0, 0
    for token in tokens:
        bold += {"strong_open": 1, "strong_close": -1}.get(token.type, 0)
        italic += {"em_open": 1, "em_close": -1}.get(token.type, 0)
        text = {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)
        if text:
            runs.append(Run(text, heading or bold > 0, italic > 0))
    return runs
