"""One HTML page with everything in it: words, tables, specifications, and the scripts of Vega that draw them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import vl_convert
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt

from analysis import theme
from report import grid
from report.charts.axes import ROOM
from report.charts.counter import MISSED, REACHED
from report.charts.spec import LOOK
from report.drawing import Card, Chart, Nothing, Table, Tile

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.drawing import Drawing, Placed, Section
    from report.shop import Shop

_HERE = Path(__file__).parent / "templates"
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_MARKDOWN = MarkdownIt("commonmark", {"html": False})  # tags are shown as text, as in Redash
_TEMPLATES.filters["markdown"] = _MARKDOWN.render


def title_of(shop: Shop) -> str:
    """What the page and the pictures are headed with."""
    return f"Bazaar: the {shop.scenario} shop, seed {shop.seed}"


def page(shop: Shop, sections: Sequence[Section]) -> str:
    """The page's HTML. It asks nothing of any network, and its security policy forbids it to."""
    cards = [placed.item for section in sections for placed in section.placed if isinstance(placed.item, Card)]
    specs = [(card.key, _json(_for_screen(card.drawing))) for card in cards if isinstance(card.drawing, Chart)]
    return _TEMPLATES.get_template("page.html").render(
        title=title_of(shop),
        facts=shop.facts(),
        sections=sections,
        drawn=_drawn,
        specs=specs,
        look=_json(LOOK),
        style=_style(),
        vega=_vega(),
        script=_script(Template((_HERE / "page.js").read_text(encoding="utf-8")).substitute(ROOM=ROOM)),
    )


def _drawn(drawing: Drawing, card: Card, placed: Placed) -> str:
    """A drawing in HTML."""
    macros: Any = _TEMPLATES.get_template("drawings.html").module
    match drawing:
        case Chart():
            height = grid.frame(card.title, card.question, placed).height
            return str(macros.chart(drawing, card.key, height))
        case Tile():
            return str(macros.tile(drawing))
        case Table():
            return str(macros.table(drawing, card.key))
        case Nothing():
            return str(macros.nothing(drawing))


def _for_screen(chart: Chart) -> dict[str, Any]:
    return {**chart.spec, "description": chart.description}


def _style() -> str:
    colors = {name: getattr(theme, name) for name in ("INK", "MUTED", "RULE", "BLUE", "FONT")}
    measures = {
        "ROW": grid.ROW_PX - grid.GAP_PX,
        "GAP": grid.GAP_PX,
        "PADDING": grid.PADDING_PX,
        "HEADING": grid.HEADING_PX,
    }
    css = Template((_HERE / "page.css").read_text(encoding="utf-8"))
    return css.substitute(colors, REACHED=REACHED, MISSED=MISSED, **measures)


def _json(value: Any) -> str:
    """JSON that cannot end the script element it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


@cache
def _vega() -> str:
    """Vega, Vega-Lite and vega-embed as one script."""
    return _script(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;"))


def _script(text: str) -> str:
    if "</script" in text.lower():
        raise ValueError("a script that holds its own end tag cannot stand in a page")
    return text
