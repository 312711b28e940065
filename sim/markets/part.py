"""What the parts of a market file have in common: immutable tables, texts of one line, names given once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from unicodedata import category

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from collections.abc import Iterable


def _without_controls(text: str) -> str:
    if any(category(letter) == "Cc" for letter in text):
        raise ValueError("must be one line without control characters")
    return text


Text = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_without_controls)]
Texts = Annotated[tuple[Text, ...], Field(min_length=1)]
Positive = Annotated[float, Field(gt=0.0)]


class Part(BaseModel):
    """Immutable, and refusing names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def distinct(names: Iterable[str], of: str) -> None:
    """Refuse a name given twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{of} must be distinct, {name!r} is given twice")
        seen.add(name)
