"""From a record to an event that keeps its contract, or to the reason why it is none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastjsonschema import JsonSchemaValueException
from fastjsonschema import compile as compiled

from pipeline.consumer.record import DeadLetter, Landed, Reason, Record
from pipeline.events.contract import CATALOGUE
from pipeline.events.schema import payload_schema

_PLAIN = re.compile(r"[!-\[\]-~]{1,200}")  # ASCII without spaces and backslashes, which COPY reads as its own
_VALID: dict[str, Callable[[Any], Any]] = {name: compiled(payload_schema(each)) for name, each in CATALOGUE.items()}


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")


_DECODE = json.JSONDecoder(parse_constant=_no_number).decode


class _Bad(Exception):
    """What is wrong with a record."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def decoded(record: Record) -> Landed | DeadLetter:
    """The event of a record. What comes from outside raises nothing here, whatever it is."""
    try:
        return _event(record, _json(record.value))
    except _Bad as bad:
        return DeadLetter(record, bad.reason, str(bad))


def _json(value: bytes | None) -> Any:
    if not value:
        raise _Bad(Reason.EMPTY, "there is no value")
    try:
        return _DECODE(value.decode())
    except UnicodeDecodeError as error:
        raise _Bad(Reason.NOT_UTF8, str(error)) from None
    except RecursionError:
        raise _Bad(Reason.TOO_DEEP, "nested too deep") from None
    except ValueError as error:
        raise _Bad(Reason.NOT_JSON, str(error)) from None


def _event(record: Record, event: Any) -> Landed:
    if not isinstance(event, dict):
        raise _Bad(Reason.NOT_AN_EVENT, f"JSON of the type {type(event).__name__}")
    name, identity, source = _text(event, "type"), _text(event, "id"), _text(event, "source")
    if event.get("specversion") != "1.0" or not identity.startswith(f"{name}/"):
        raise _Bad(Reason.NOT_AN_EVENT, "specversion is not 1.0, or the id does not begin with the type")
    kind = CATALOGUE.get(name)
    if kind is None or kind.topic != record.topic:
        raise _Bad(Reason.UNKNOWN_TYPE, f"{name} is no type of event on {record.topic}")
    if event.get("dataschema") != kind.dataschema:
        raise _Bad(Reason.UNKNOWN_VERSION, f"{event.get('dataschema')!r:.200} is not {kind.dataschema}")
    try:
        _VALID[name](event.get("data"))
    except JsonSchemaValueException as error:
        raise _Bad(Reason.WRONG_PAYLOAD, error.message[:200]) from None
    return Landed(record, source, identity, name, _instant(event), _text(event, "partitionkey"), event["data"])


def _text(event: dict[str, Any], attribute: str) -> str:
    """An attribute whose text is plain: every key and name of ours is."""
    text = event.get(attribute)
    if not isinstance(text, str) or not _PLAIN.fullmatch(text):
        raise _Bad(Reason.NOT_AN_EVENT, f"{attribute} is missing, or no short plain text")
    return text


def _instant(event: dict[str, Any]) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(event, "time"))
    except ValueError:
        raise _Bad(Reason.NOT_AN_EVENT, "time is no instant") from None
    if instant.tzinfo is None:
        raise _Bad(Reason.NOT_AN_EVENT, "time has no zone")
    return instant
