"""What the parts of a market file have in common: immutable tables, texts of one line, names given once."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Annotated, Any, ClassVar
from unicodedata import category

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
)

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
    unsaid: ClassVar[Collection[str]] = ()
    """Fields that came later: as they are by default they are left out of what a market says, so its digest stays."""

    @model_serializer(mode="wrap")
    def _only_what_is_said(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        usual = {name for name in self.unsaid if getattr(self, name) == type(self).model_fields[name].default}
        return {name: value for name, value in serialize(self).items() if name not in usual}


def distinct(names: Iterable[str], of: str) -> None:
    """Refuse a name given twice."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{of} must be distinct, {name!r} is given twice")
        seen.add(name)
