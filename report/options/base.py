"""Options in Redash's spelling (camelCase), and the small languages within them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, ConfigDict
from pydantic.alias_generators import to_camel

from dashboards.strict import Strict
from report.dates import written
from report.numbers import NumberFormat

_ANY_DAY = datetime(2026, 1, 5, tzinfo=UTC)

Ignored = Any
"""An option that only a screen of Redash's has (links, zoom, paging): understood, and without effect on paper."""


class Options(Strict):
    """Unknown options are errors."""

    # Made from YAML only, never by keyword, so nothing is lost by names that are worked out.
    model_config = ConfigDict(alias_generator=to_camel)  # type: ignore[pydantic-alias]


def _number_form(text: str) -> str:
    NumberFormat.parse(text)
    return text


def _date_form(text: str) -> str:
    written(_ANY_DAY, text)
    return text


def _color(text: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise ValueError(f"the colour '{text}' is not written like #0072B2")
    return text.upper()


NumberForm = Annotated[str, AfterValidator(_number_form)]
DateForm = Annotated[str, AfterValidator(_date_form)]
Color = Annotated[str, AfterValidator(_color)]
