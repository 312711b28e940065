"""A Sankey diagram: stages from left to right, flows as wide as what goes that way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import altair as alt
import pandas as pd

from analysis.theme import BLUE, GREY, INK
from report.charts.axes import inline
from report.charts.spec import specification
from report.drawing import Chart, Drawing, Frame, Nothing

if TYPE_CHECKING:
    from report.options.others import SankeyOptions

_STAGES = 5
_NODE_WIDTH, _GAP = 0.022, 0.16
"""A node's width, in widths of the chart; the part of its height that is left free between nodes."""
_WAY = [number / 12 for number in range(13)]
"""Where a flow's bend is drawn through, in parts of its way."""


@dataclass(frozen=True, slots=True)
class Flow:
    """What goes from a node of one stage (counted from 0) to one of the next."""

    stage: int
    source: str
    target: str
    value: float

    @property
    def ends(self) -> tuple[tuple[int, str], tuple[int, str]]:
        """Its two nodes."""
        return (self.stage, self.source), (self.stage + 1, self.target)

    def __str__(self) -> str:
        return f"{self.source} → {self.target} {self.value:,.0f}"


@dataclass(frozen=True, slots=True)
class Node:
    """A stage's node and its place: left to right and top to bottom from 0 to 1."""

    stage: int
    name: str
    value: float
    x: float
    y: float
    height: float


def draw(_options: SankeyOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """Stages are the columns other than `value` in the order of their names; a path ends where they hold nothing."""
    if "value" not in frame.columns:
        raise ValueError("a SANKEY needs a column named value")
    stages = sorted(column for column in frame.columns if column != "value")[:_STAGES]
    flows = flows_of(frame, stages)
    if not flows:
        return Nothing()
    nodes = nodes_of(flows)
    described = f"{card.title}, a Sankey diagram. {card.question} {'; '.join(map(str, flows))}."
    return Chart(specification(_layers(flows, nodes)), described, 460)


def flows_of(frame: pd.DataFrame, stages: list[str]) -> list[Flow]:
    """The sums between neighbouring stages, in the order of the result."""
    sums: dict[tuple[int, str, str], float] = defaultdict(float)
    for row in frame.to_dict("records"):
        for stage, (here, there) in enumerate(pairwise(stages)):
            if pd.notna(row[here]) and pd.notna(row[there]):
                sums[stage, str(row[here]), str(row[there])] += float(row["value"])
    return [Flow(*ends, value) for ends, value in sums.items() if value > 0]


def nodes_of(flows: list[Flow]) -> dict[tuple[int, str], Node]:
    """Every node, the largest of a stage on top, with the free room shared out between them."""
    into: dict[tuple[int, str], float] = defaultdict(float)
    out: dict[tuple[int, str], float] = defaultdict(float)
    for flow in flows:
        source, target = flow.ends
        out[source] += flow.value
        into[target] += flow.value
    values = {node: max(into[node], out[node]) for node in dict.fromkeys([*out, *into])}
    last = max(stage for stage, _ in values)
    by_stage = {stage: {node: value for node, value in values.items() if node[0] == stage} for stage in range(last + 1)}
    per_unit = (1 - _GAP) / max(sum(its.values()) for its in by_stage.values())
    nodes = {}
    for stage, its in by_stage.items():
        gap = (1 - per_unit * sum(its.values())) / len(its)
        y = gap / 2
        for node in sorted(its, key=lambda node: -its[node]):
            height = its[node] * per_unit
            nodes[node] = Node(stage, node[1], its[node], stage / last * (1 - _NODE_WIDTH), y, height)
            y += height + gap
    return nodes


def _layers(flows: list[Flow], nodes: dict[tuple[int, str], Node]) -> Any:
    says = alt.ExprRef("datum.says")
    across = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("x:Q", scale=across, axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[1, 0], nice=False), axis=None)
    bands = (
        alt.Chart(inline(_outlines(flows, nodes)))
        .mark_area(interpolate="monotone", color=GREY, opacity=1, fillOpacity=0.4, orient="vertical", description=says)
        .encode(x=x, y=y, y2="y2:Q", detail="flow:N", tooltip=[alt.Tooltip("says:N", title="flow")])
    )
    node = alt.Chart(inline([_row(each) for each in nodes.values()]))
    bars = node.mark_rect(color=BLUE, opacity=1, description=says).encode(
        x=x, x2="x2:Q", y=y, y2="y2:Q", tooltip=[alt.Tooltip("says:N")]
    )
    last = max(stage for stage, _ in nodes)
    inner, outer = ([_row(each) for each in nodes.values() if (each.stage == last) is side] for side in (False, True))
    beside = alt.Chart(inline(inner)).mark_text(align="left", dx=5, color=INK)
    before = alt.Chart(inline(outer)).mark_text(align="right", dx=-5, dy=-6, color=INK, lineBreak="\n", lineHeight=13)
    return alt.layer(
        bands,
        bars,
        beside.encode(x=alt.X("x2:Q", scale=across, axis=None), y=alt.Y("middle:Q", axis=None), text="says:N"),
        before.encode(x=x, y=alt.Y("middle:Q", axis=None), text="folded:N"),
    )


def _row(node: Node) -> dict[str, Any]:
    ends = {"x": node.x, "x2": node.x + _NODE_WIDTH, "y": node.y, "y2": node.y + node.height}
    said = {"says": f"{node.name} {node.value:,.0f}", "folded": f"{node.name}\n{node.value:,.0f}"}
    return ends | said | {"middle": node.y + node.height / 2}


def _outlines(flows: list[Flow], nodes: dict[tuple[int, str], Node]) -> list[dict[str, Any]]:
    """The upper and lower edge of each flow, an S from node to node; at a node, flows stand in the others' order."""
    begun, ended = ({key: node.y for key, node in nodes.items()} for _ in range(2))
    place = {key: number for number, key in enumerate(nodes)}
    points = []
    for number, flow in enumerate(sorted(flows, key=lambda flow: (place[flow.ends[0]], place[flow.ends[1]]))):
        source, target = flow.ends
        width = flow.value * nodes[source].height / nodes[source].value
        left, right = nodes[source].x + _NODE_WIDTH, nodes[target].x
        for part in _WAY:
            y = begun[source] + (ended[target] - begun[source]) * part * part * (3 - 2 * part)
            point = {"x": left + (right - left) * part, "y": y, "y2": y + width}
            points.append({name: round(at, 4) for name, at in point.items()} | {"flow": number, "says": str(flow)})
        begun[source] += width
        ended[target] += width
    return points
