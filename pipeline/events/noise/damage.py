"""What can be wrong with an event, each kind a function of the event and two uniforms; None where it can't be."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")
Json = dict[str, Any]
Kind = Callable[[Json, float, float], Json | None]

ZONES = (-5, -3, 1, 2, 3, 8, 10)  # hours of places where somebody might have written local time
PERSONAL = ("phone", "+44 20 7946 0{:03d}"), ("card_number", "4000 0000 0000 0{:03d}"), ("ip", "192.0.2.{:d}")
NEW_NAMES = {"customer_id": "user_id", "product_id": "sku", "order_id": "order_no", "rating": "stars", "total": "sum"}


def missing_field(event: Json, u: float, _: float) -> Json:
    """One of the payload's fields is not there."""
    gone = _pick(list(event["data"]), u)
    return {**event, "data": {name: value for name, value in event["data"].items() if name != gone}}


def renamed_field(event: Json, u: float, _: float) -> Json | None:
    """One of the payload's fields has another name, as a sender of another team has it."""
    known = [name for name in event["data"] if name in NEW_NAMES]
    if not known:
        return None
    old = _pick(known, u)
    return {**event, "data": {NEW_NAMES[old] if name == old else name: value for name, value in event["data"].items()}}


def number_as_text(event: Json, u: float, v: float) -> Json | None:
    """A number in quotes, now and then with a decimal comma."""
    name = _some_number(event, u, (int, float))
    if name is None:
        return None
    text = str(event["data"][name])
    return _with(event, name, text.replace(".", ",") if v < 0.3 else text)


def units_x100(event: Json, u: float, _: float) -> Json | None:
    """Money in cents, kilometres in tens of metres: a hundred times what it is."""
    name = _some_number(event, u, (float,))
    return None if name is None else _with(event, name, round(event["data"][name] * 100, 3))


def wrong_zone(event: Json, u: float, v: float) -> Json:
    """Local time that says it is UTC, or says nothing of its zone."""
    local = datetime.fromisoformat(event["time"]) + timedelta(hours=_pick(ZONES, u))
    return {**event, "time": local.isoformat() if v < 0.5 else local.replace(tzinfo=None).isoformat(sep=" ")}


def mojibake(event: Json, u: float, _: float) -> Json | None:
    """Letters beyond ASCII, read as Latin-1 though they were UTF-8."""
    names = [name for name, value in event["data"].items() if isinstance(value, str) and not value.isascii()]
    if not names:
        return None
    name = _pick(names, u)
    return _with(event, name, event["data"][name].encode("utf-8").decode("latin-1"))


def personal_data(event: Json, u: float, v: float) -> Json:
    """A field that has no business there."""
    name, form = _pick(PERSONAL, u)
    return {**event, "data": {**event["data"], name: form.format(int(v * 250))}}


KINDS: dict[str, Kind] = {
    kind.__name__: kind
    for kind in (missing_field, renamed_field, number_as_text, units_x100, wrong_zone, mojibake, personal_data)
}


def in_camel_case(event: Json) -> Json:
    """The event as the sender's next version has it."""
    schema, _, version = event["dataschema"].rpartition(":")
    data = {re.sub(r"_([a-z])", lambda found: found[1].upper(), name): value for name, value in event["data"].items()}
    return {**event, "dataschema": f"{schema}:{int(version) + 1}", "data": data}


def _some_number(event: Json, u: float, types: tuple[type, ...]) -> str | None:
    names = [name for name, value in event["data"].items() if type(value) in types]
    return _pick(names, u) if names else None


def _with(event: Json, name: str, value: object) -> Json:
    return {**event, "data": {**event["data"], name: value}}


def _pick(values: Sequence[T], u: float) -> T:
    return values[int(u * len(values))]
