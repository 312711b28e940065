"""The live view: one calm frame from a view model. Draws nothing itself and asks no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sim.cli import formatting

if TYPE_CHECKING:
    from rich.console import RenderableType

    from sim.cli.view_model import ViewModel
    from sim.run.status import Status

WIDEST = 80
_MARGIN = 2  # where a terminal echoes ^C without breaking the line, and the frame with it
_FRAME = 6  # columns of border and padding
_LABEL = 11
_PHASES = {
    "opening": ("◌", "opening", "cyan"),
    "catching_up": ("◐", "catching up", "cyan"),
    "building": ("◒", "building keys", "cyan"),
    "pacing": ("●", "keeping pace", "green"),
    "paused": ("◦", "paused", "yellow"),
    "stopping": ("◑", "stopping", "yellow"),
    "stopped": ("■", "stopped", "yellow"),
    "finished": ("■", "finished", "green"),
}


def live_view(view: ViewModel, width: int) -> RenderableType:
    """A frame for a terminal so many columns wide."""
    inner = max(20, min(width - _MARGIN, WIDEST) - _FRAME)
    status = view.status
    body: RenderableType = Text("opening the shop …", style="dim") if status is None else _body(view, status, inner)
    return Panel(
        body,
        title=_cut(_title(view), inner),
        title_align="left",
        subtitle=_cut(_last_word(view), inner),
        subtitle_align="left",
        box=box.ROUNDED,
        border_style="dim",
        padding=(1, 2),
        width=inner + _FRAME,
    )


def _cut(text: Text, width: int) -> Text:
    """Shortened in place: a border's text would widen the frame."""
    text.truncate(width, overflow="ellipsis")
    return text


def _title(view: ViewModel) -> Text:
    text = Text.assemble(("Bazaar", "bold not dim"))
    if (title := view.title) is not None:
        text.append(f" · {title.scenario} · {title.market} · seed {title.seed} · scale {title.scale:g}")
    return text


def _last_word(view: ViewModel) -> Text:
    if view.notice:
        return Text(view.notice, style="not dim yellow")
    if view.status is not None and view.status.trouble:
        return Text(f"database: {view.status.trouble}", style="not dim yellow")
    if view.silent_s:
        return Text(f"no news for {formatting.span(view.silent_s)}: waiting for the database", style="not dim yellow")
    return Text(view.hint, style="dim")


def _body(view: ViewModel, status: Status, width: int) -> RenderableType:
    lines = Table.grid(padding=0)
    lines.add_column(width=_LABEL, style="dim", no_wrap=True)
    lines.add_column(width=width - _LABEL, no_wrap=True, overflow="ellipsis")
    room = width - _LABEL
    lines.add_row("speed", _speed(view, status))
    lines.add_row("orders", _orders(status))
    lines.add_row("shop", _facts((status.sessions_open, "sessions"), (status.carts_open, "carts open")))
    lines.add_row(
        "warehouse",
        _facts((status.orders_in_warehouse, "orders inside"), (status.parcels_on_dock, "parcels on the dock")),
    )
    lines.add_row("couriers", _couriers(status, room))
    lines.add_row("rows", _rows(view, status, room))
    return Group(_clock(status, width), _way(view, status, width), Text(), lines)


def _clock(status: Status, width: int) -> RenderableType:
    sign, phase, colour = _PHASES.get(status.phase, ("·", status.phase, "default"))
    line = Table.grid(padding=0)
    line.add_column(width=width - 15, no_wrap=True, overflow="ellipsis")
    line.add_column(width=15, no_wrap=True, justify="right")
    now = Text(f"{status.sim_now:%H:%M:%S}", style="bold")
    now.append(f" UTC  {status.sim_now:%A}, {status.sim_now.day} {status.sim_now:%B %Y}", style="not bold")
    line.add_row(now, Text.assemble((f"{sign} ", colour), phase))
    return line


def _way(view: ViewModel, status: Status, width: int) -> RenderableType:
    """The bar of catching up, or how long the shop has lived."""
    lived = formatting.span((status.sim_now - status.epoch).total_seconds())
    done = view.progress
    if status.phase == "building":
        return Text(f"history is there; keys and indexes still to be built: {status.to_build}", style="dim")
    if status.phase == "opening":
        return Text("customers, stock and couriers are made; no time goes by meanwhile", style="dim")
    if status.phase != "catching_up" or done is None:
        return Text(f"{lived} since the opening", style="dim", no_wrap=True, overflow="ellipsis")
    left = view.seconds_left
    words = f" {100 * done:3.0f} %" + (f"  {formatting.span(max(1, left))} left" if left is not None else "")
    full, empty = formatting.bar(done, 1, max(4, width - 20))
    return Text.assemble((full, "cyan"), (empty, "dim"), words, no_wrap=True, overflow="ellipsis")


def _speed(view: ViewModel, status: Status) -> Text:
    kept = "–" if status.speed_kept is None else formatting.factor(status.speed_kept)
    text = Text.assemble("asked ", (status.speed_asked, "bold"), ", ")
    if status.phase == "catching_up" and status.speed_asked != "max":
        return text.append("catching up at ").append(kept, style="bold")
    text.append(f"kept {kept}", style="bold yellow" if view.falls_short else "bold")
    if status.lag_s is not None:
        text.append(f"   lag {formatting.span(status.lag_s)}", style="yellow" if status.lag_s > 1 else "dim")
    return text


def _orders(status: Status) -> Text:
    text = _facts((status.orders, "placed"), (status.delivered, "delivered"))
    return text.append(" · ", style="dim").append(formatting.share(*status.late_and_overdue)).append(" late")


def _couriers(status: Status, room: int) -> Text:
    full, empty = formatting.bar(status.couriers_out, status.couriers_on_shift, min(20, max(4, room - 26)))
    text = Text.assemble((full, "cyan"), (empty, "dim"), "  ")
    return text.append_text(_facts((status.couriers_out, "out"), (status.couriers_on_shift, "on shift")))


def _rows(view: ViewModel, status: Status, room: int) -> Text:
    text = Text.assemble(
        (formatting.count(status.rows), "bold"), " written · ", (formatting.count(status.rows_per_s), "bold"), "/s"
    )
    if status.batches_behind > 1:
        text.append(f" · {status.batches_behind} batches behind", style="dim")
    by_second = {int(seen.at_s): seen.status.rows_per_s for seen in view.seen}  # so that it moves on once a second
    drawing = formatting.sparkline(list(by_second.values()), 20)
    if text.cell_len + 2 + len(drawing) <= room:
        text.append("  ").append(drawing, style="dim cyan")
    return text


def _facts(*pairs: tuple[int, str]) -> Text:
    text = Text()
    for number, word in pairs:
        text.append(" · " if text else "", style="dim")
        text.append(formatting.count(number), style="bold").append(f" {word}")
    return text
