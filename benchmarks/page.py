"""docs/performance.md: its tables are made from the kept results, so that page and measurement cannot drift apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.lines import Line, markdown
from benchmarks.parts import PARTS

PAGE = Path("docs/performance.md")
RESULTS = Path(__file__).with_name("results")
_BLOCK = re.compile(r"(?P<begin><!-- results: (?P<name>[a-z]+) -->\n).*?(?P<end><!-- end of results -->)", re.DOTALL)


def kept(name: str) -> dict[str, Any]:
    """Return the kept results of a kind: `bench`, `large`, `events`, `compose`, `spark` or another."""
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def lines_of(results: dict[str, Any]) -> Iterator[Line]:
    """All lines of some results, part by part."""
    for name, part in PARTS.items():
        if name in results:
            yield from part.lines(results[name])


def rendered(page: str) -> str:
    """Return the page with the tables of the kept results between its markers."""
    return _BLOCK.sub(lambda block: f"{block['begin']}{_block(block['name'])}{block['end']}", page)


def _block(name: str) -> str:
    return _told(kept(name)) if (RESULTS / f"{name}.json").exists() else "No results are kept yet.\n"


def _told(results: dict[str, Any]) -> str:
    machine = results["machine"]
    postgres = [f"PostgreSQL {machine['postgres']}"] if "postgres" in machine else []  # in containers it is an image's
    where = [f"{machine['cores']} cores", f"Python {machine['python']}", *postgres, machine["system"]]
    tables = [f"Measured at {results['at']}: {', '.join(where)}.\n", markdown(lines_of(results))]
    tables += [_queries(results[name]["reading"]) for name in ("growth", "large") if name in results]
    return "\n".join(tables)


def _queries(reading: dict[str, Any]) -> str:
    """The ten slowest queries."""
    slowest = sorted(reading["queries"].items(), key=lambda item: -item[1]["p95"])[:10]
    rows = "".join(f"| {key} | {took['p50']:.0f} | {took['p95']:.0f} |\n" for key, took in slowest)
    told = (
        f"The slowest queries on {reading['rows']:,} rows ({reading['orders']:,} orders), {reading['rounds']} rounds:"
    )
    return f"{told}\n\n| Query | p50, ms | p95, ms |\n| --- | --- | --- |\n{rows}"
