"""The catalogue in docs/events.md: every type with its key, its rows a day and an example from a real shop."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipeline.events.contract import CATALOGUE, TOPICS
from pipeline.events.event_type import EventType, Lines

SEEN = Path(__file__).parent / "seen.json"
_MARKED = re.compile(r"(?<=<!-- catalogue -->\n).*?(?=<!-- end -->)", re.DOTALL)


def page(text: str) -> str:
    """The page with its catalogue as it should be."""
    return _MARKED.sub(lambda _: "\n".join(_catalogue(json.loads(SEEN.read_text(encoding="utf-8")))) + "\n", text)


def _catalogue(seen: dict[str, Any]) -> Iterator[str]:
    for topic in TOPICS:
        yield f"\n### `{topic}`\n"
        yield "| type | what happened | id | a day |"
        yield "|---|---|---|--:|"
        types = [each for each in CATALOGUE.values() if each.topic == topic]
        for each in types:
            rate = seen["a_day"].get(each.name, 0)
            yield f"| `{each.name}` | {each.says} | `{each.name}/{each.key}` | {_count(rate)} |"
        yield f"\nKey: `{'`, `'.join(dict.fromkeys(each.entity for each in types))}`. Payloads:\n"
        for each in types:
            yield from _example(each, seen["examples"])


def _example(event: EventType, examples: dict[str, Any]) -> Iterator[str]:
    fields = ", ".join(f"`{each.name}[]`" if isinstance(each, Lines) else f"`{each.name}`" for each in event.fields)
    yield f"- `{event.name}`: {fields}"
    if event.name in examples:
        yield f"\n  ```json\n  {json.dumps(examples[event.name]['data'], ensure_ascii=False)}\n  ```\n"


def _count(rate: float) -> str:
    return f"{rate:,.0f}" if rate >= 1 else f"{rate:.1f}"
