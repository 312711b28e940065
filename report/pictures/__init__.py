"""The page as pictures, without a browser: a PNG a dashboard, and a PDF of all of them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import vl_convert
from pypdf import PdfWriter

from analysis.theme import MUTED
from report.page import title_of
from report.pictures import svg
from report.pictures.sheet import WIDTH_PX, Band, bands
from report.pictures.text_metrics import Ruler

if TYPE_CHECKING:
    from collections.abc import Sequence

    from report.drawing import Section
    from report.shop import Shop

_MARGIN_PX = 36
_PAGE_PX = (WIDTH_PX + 2 * _MARGIN_PX, round((WIDTH_PX + 2 * _MARGIN_PX) * 297 / 210))
_A4_WIDTH_PT = 595.28
_HEAD_PX, _FOOT_PX, _COVER_PX = 40, 24, 66
_SQUEEZE = 1.08
"""How much more than a page holds may go on it."""
_PNG_SCALE = 1.5


def pictures(shop: Shop, sections: Sequence[Section]) -> dict[str, bytes]:
    """Contents by file name."""
    ruler = Ruler()
    sheets = {section.key: bands(section, ruler) for section in sections}
    files = {f"{section.key}.png": _png(shop, section, sheets[section.key]) for section in sections}
    return files | {"report.pdf": _pdf(shop, sections, sheets)}


def _png(shop: Shop, section: Section, sheet: list[Band]) -> bytes:
    """One tall picture of the dashboard."""
    told = f"{title_of(shop)}.   {_facts(shop)}"
    parts = [_heading(section, _MARGIN_PX), svg.text(_MARGIN_PX, _MARGIN_PX + 44, told, 12, MUTED)]
    y = _MARGIN_PX + 58.0
    for band in sheet:
        parts.append(band.svg(_MARGIN_PX, y))
        y += band.height
    drawing = svg.document(_PAGE_PX[0], y + _MARGIN_PX, parts, section.title)
    return bytes(vl_convert.svg_to_png(drawing, scale=_PNG_SCALE))


def _pdf(shop: Shop, sections: Sequence[Section], sheets: dict[str, list[Band]]) -> bytes:
    """Pages of A4; each dashboard begins one, and none is cut through a card."""
    pages = [
        (section, page) for number, section in enumerate(sections) for page in _filled(sheets[section.key], number == 0)
    ]
    writer = PdfWriter()
    for number, (section, page) in enumerate(pages, 1):
        drawing = _page(shop, section, page, f"{number} of {len(pages)}", cover=number == 1)
        writer.append(io.BytesIO(vl_convert.svg_to_pdf(drawing)))
    for section in sections:
        first = next(number for number, (each, _) in enumerate(pages) if each is section)
        writer.add_outline_item(title=section.title, page_number=first)
    writer.add_metadata({"/Title": title_of(shop)})
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def _filled(sheet: list[Band], with_cover: bool) -> list[list[Band]]:
    """Bands on pages, as many as go on each when drawn a little smaller."""
    room = _SQUEEZE * (_PAGE_PX[1] - 2 * _MARGIN_PX - _HEAD_PX - _FOOT_PX)
    pages: list[list[Band]] = [[]]
    left = room - (_COVER_PX if with_cover else 0)
    for band in sheet:
        if pages[-1] and band.height > left:
            pages.append([])
            left = room
        pages[-1].append(band)
        left -= band.height
    return pages


def _page(shop: Shop, section: Section, page: list[Band], number: str, *, cover: bool) -> str:
    y = float(_MARGIN_PX)
    parts = []
    if cover:
        parts += [svg.text(_MARGIN_PX, y + 24, title_of(shop), 26, bold=True)]
        parts += [svg.text(_MARGIN_PX, y + 48, _facts(shop), 12, MUTED)]
        y += _COVER_PX
    parts.append(_heading(section, y))
    y += _HEAD_PX
    high = sum(band.height for band in page)
    shrink = min((_PAGE_PX[1] - y - _MARGIN_PX - _FOOT_PX) / high, 1.0)  # a band higher than a page is not cut either
    left = _MARGIN_PX + WIDTH_PX * (1 - shrink) / 2
    inside: list[str] = []
    top = 0.0
    for band in page:
        inside.append(band.svg(0, top))
        top += band.height
    parts.append(f'<g transform="translate({left:.1f},{y:.1f}) scale({shrink:.4f})">{"".join(inside)}</g>')
    foot = _PAGE_PX[1] - _MARGIN_PX
    name, now = shop.facts()[-1]
    parts.append(svg.text(_MARGIN_PX, foot, f"{title_of(shop)}.   {name}: {now}", 10, MUTED))
    parts.append(svg.text(_PAGE_PX[0] - _MARGIN_PX, foot, number, 10, MUTED, anchor="end"))
    return svg.document(*_PAGE_PX, parts, section.title, scale=_A4_WIDTH_PT / _PAGE_PX[0])


def _heading(section: Section, y: float) -> str:
    words = svg.text(_MARGIN_PX, y + 20, section.title, 20, bold=True)
    asked = svg.text(_PAGE_PX[0] - _MARGIN_PX, y + 20, section.asked, 12, MUTED, anchor="end")
    return words + asked


def _facts(shop: Shop) -> str:
    """What the title does not say: it names the scenario and the seed."""
    return "   ".join(f"{name}: {value}" for name, value in shop.facts()[2:])
