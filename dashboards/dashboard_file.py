"""A dashboard file: title, parameters, and widgets on a grid of 12 columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field, field_validator, model_validator

from dashboards.strict import Strict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dashboards.yaml_lines import Document

COLUMNS = 12
KEY_OPTION = "bazaarKey"
PUBLISHED_OPTION = "bazaarPublished"
TYPES = [
    "CHART",
    "COUNTER",
    "FUNNEL",
    "SANKEY",
    "SUNBURST_SEQUENCE",
    "COHORT",
    "MAP",
    "CHOROPLETH",
    "PIVOT",
    "TABLE",
    "DETAILS",
    "WORD_CLOUD",
]


class At(Strict):
    """A widget's place in columns (of 12) and rows (of 50 px). Redash makes nothing smaller than 2 × 2."""

    col: int = Field(ge=0)
    row: int = Field(ge=0)
    width: int = Field(ge=2)
    height: int = Field(ge=2)
    auto_height: bool | None = None
    """Whether Redash makes it as high as its content is; unless said, `follows_rows` decides."""

    @model_validator(mode="after")
    def _on_the_grid(self) -> At:
        if self.col + self.width > COLUMNS:
            raise ValueError(f"col {self.col} + width {self.width} is beyond the {COLUMNS} columns")
        return self

    def overlaps(self, other: At) -> bool:
        """Whether some cell belongs to both."""
        return self.beside(other) and self.row < other.row + other.height and other.row < self.row + self.height

    def beside(self, other: At) -> bool:
        """Whether some column belongs to both."""
        return self.col < other.col + other.width and other.col < self.col + self.width


def follows_rows(kind: str) -> bool:
    """Whether a type's height follows its rows: their words break into more lines on a narrow screen.

    Other widgets keep their height, so that neighbours end alike.
    """
    return kind in {"TABLE", "COHORT"}


class Visualization(Strict):
    """How a query's result is shown; options as Redash takes them, axis titles as plain text."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    type: str
    name: str = Field(min_length=1)
    options: dict[str, Any] = Field(default_factory=dict)

    @field_validator("type")
    @classmethod
    def _known(cls, given: str) -> str:
        if given not in TYPES:
            raise ValueError(f"unknown visualization type '{given}' (there are {', '.join(TYPES)})")
        return given

    @field_validator("options")
    @classmethod
    def _sound(cls, options: dict[str, Any]) -> dict[str, Any]:
        for name in (KEY_OPTION, PUBLISHED_OPTION):
            if name in options:
                raise ValueError(f"'{name}' is the publisher's own option")
        if any(not isinstance(axis.get("title", ""), (str, type(None))) for axis in axes(options)):
            raise ValueError("an axis title is plain text: the publisher puts it in the form of Redash's version")
        return options


def axes(options: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A chart's axes, as its options have them."""
    below, beside = options.get("xAxis"), options.get("yAxis")
    for axis in [below, *(beside if isinstance(beside, list) else [])]:
        if isinstance(axis, dict):
            yield axis


TABLE = Visualization(key="table", type="TABLE", name="Table")


class Widget(Strict):
    """A text, or a query's visualization (its table where none is named)."""

    text: str | None = None
    query: str | None = None
    visualization: Visualization | None = None
    at: At

    @model_validator(mode="after")
    def _one_thing(self) -> Widget:
        if (self.text is None) == (self.query is None):
            raise ValueError("a widget has either a text or a query")
        if self.visualization and self.query is None:
            raise ValueError("a visualization needs a query")
        if self.shown is not None and self.shown.type == "CHART" and self.at.height < 5:
            raise ValueError("Redash makes a chart at least 5 rows high")
        return self

    @property
    def shown(self) -> Visualization | None:
        """The visualization, also where the file leaves it to be the table; None for a text."""
        return (self.visualization or TABLE) if self.query is not None else None


class Dashboard(Strict):
    """What a dashboard file says."""

    title: str = Field(min_length=1)
    order: int
    parameters: list[str] = Field(default_factory=list)
    widgets: list[Widget] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class DashboardFile:
    """A dashboard and the document it was read from."""

    key: str
    document: Document
    dashboard: Dashboard

    def widget_keys(self) -> list[str]:
        """The widgets' stable keys, in their order."""
        shown = [(w.query, w.shown.key) if w.query and w.shown else None for w in self.dashboard.widgets]
        return keys_of_widgets(self.key, shown)


def keys_of_widgets(dashboard: str, shown: Iterable[tuple[str, str] | None]) -> list[str]:
    """A key for each widget: what it shows (query, visualization; and which showing of it), or its text's number."""
    texts, showings, keys = 0, Counter[str](), []
    for names in shown:
        if names is None:
            texts += 1
            keys.append(f"{dashboard}/{texts}")
            continue
        name = f"{dashboard}/{names[0]}/{names[1]}"
        showings[name] += 1
        keys.append(name if showings[name] == 1 else f"{name}#{showings[name]}")
    return keys
