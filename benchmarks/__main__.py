"""Measure, print one table and write the figures as JSON."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import pace, throughput
from benchmarks.databases import server
from benchmarks.figures import show

PARTS = ("pace", "throughput")


def main() -> int:
    """Run what the command line asks for."""
    asked = _arguments()
    results: dict[str, Any] = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()},
    }
    with server(asked.database_url) as url:
        if "pace" in asked.parts:
            print("measuring pace and freshness …", file=sys.stderr)
            results["pace"] = pace.measure(url, asked.seconds)
        if "throughput" in asked.parts:
            print("measuring throughput …", file=sys.stderr)
            results["throughput"] = throughput.measure(url, asked.repeat)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    show(results)
    print(f"written to {asked.out}", file=sys.stderr)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"what to measure: {', '.join(PARTS)} (default: all)")
    parser.add_argument("--out", type=Path, default=Path(".cache/benchmarks.json"), help="where the JSON goes")
    parser.add_argument("--seconds", type=float, default=12.0, help="real seconds at each speed (default 12)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median is taken (default 3)")
    parser.add_argument("--database-url", default=None, help="a server to use in place of an embedded one")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    asked.parts = asked.parts or list(PARTS)
    return asked


if __name__ == "__main__":
    sys.exit(main())
