"""How a scenario's parameter is declared: with its value in the baseline, unit, source and allowed range."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

OURS = "our choice"
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Section(BaseModel):
    """A group of parameters: immutable, and refusing names it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


def parameter(default: Any, description: str, *, unit: str, source: str = OURS, **bounds: Any) -> Any:
    """Declare a parameter; `source` names the row of the published figures it comes from, or says that we chose it."""
    return Field(
        default,
        description=description,
        validate_default=True,
        json_schema_extra={"unit": unit, "source": source},
        **bounds,
    )


def share(default: float, description: str, *, source: str = OURS) -> Any:
    """Declare a probability or share between 0 and 1."""
    return parameter(default, description, unit="share", source=source, ge=0.0, le=1.0)
