"""A counter: one number, and whether it reaches the one it is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from analysis.theme import GREEN
from report.drawing import Drawing, Frame, Nothing, Tile
from report.numbers import NumberFormat

if TYPE_CHECKING:
    from report.options.others import CounterOptions

REACHED, MISSED = GREEN, "#B2182B"
"""As the dashboards say: at least the target, and less. Signs say it too; the vermilion of late parcels is not used."""
_PLAIN = NumberFormat.parse("0[.]00[0]")


def draw(options: CounterOptions, frame: pd.DataFrame, card: Frame) -> Drawing:
    """As Redash: at least the target is reached, and a target that is not known is not compared with."""
    if options.count_row:
        value: Any = len(frame)
    elif frame.empty:
        return Nothing()
    else:
        value = _plain(frame[options.counter_col_name].iloc[_row(options.row_number, len(frame))])
    if value is None:
        return Nothing("Nothing to show: the number is not known.")
    target = None
    if options.target_col_name and len(frame):
        target = _plain(frame[options.target_col_name].iloc[_row(options.target_row_number, len(frame))])
    return Tile(
        value=_written(value, options),
        label=options.counter_label or card.title,
        target=None if target is None else _target(target, options),
        reached=value >= target if _is_number(value) and _is_number(target) else None,
    )


def _row(number: int, rows: int) -> int:
    """Redash counts from 1, backwards from -1, round and round; 0 is the first."""
    if number == 0:
        return 0
    turned = (abs(number) - 1) % rows
    return turned if number > 0 else rows - turned - 1


def _plain(value: Any) -> Any:
    """A Python number or text; None for what is missing."""
    if pd.isna(value):
        return None
    return value.item() if hasattr(value, "item") else value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _written(value: Any, options: CounterOptions) -> str:
    if not _is_number(value):
        return str(value)
    decimals = options.string_decimal
    text = NumberFormat(True, decimals, decimals, False, "").text(value)
    marks = {",": options.string_thou_sep, ".": options.string_dec_char}
    return options.string_prefix + "".join(marks.get(sign, sign) for sign in text) + options.string_suffix


def _target(target: Any, options: CounterOptions) -> str:
    if options.format_target_value or not _is_number(target):
        return _written(target, options)
    return _PLAIN.text(target)
