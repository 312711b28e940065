"""A guard against slowness that is no timed test: a small shop, and ratios of processor time under generous floors.

Processor seconds are compared with processor seconds of the same minute on the same machine, so how busy or how fast it
is hardly matters. A floor is less than half of what is usual: it breaks when something costs over twice what it did.
"""

from __future__ import annotations

import sys
from typing import Any

from benchmarks import simulation, writing
from benchmarks.databases import server
from benchmarks.lines import Line, compared, show

DURATION, SCALE = "8h", "0.5"
FLOORS = {"checked": 0.2, "history": 0.05}
LEAST_OF_SIMPY = 0.025
WHAT = {
    "checked": "Replaying what a shop writes, keys checked: its processor time of the shop's",
    "history": "Replaying history into bare tables: its processor time of history's, keys built",
}


def main() -> int:
    """Measure, print, and return 1 when a ratio is under its floor."""
    with server(None) as url:
        found = writing.measure(url, 1, DURATION, SCALE)
    lines = [*judged(found), of_simpy(simulation.measure(1))]
    show(lines)
    return int(any(line.met is False for line in lines))


def judged(found: dict[str, Any]) -> list[Line]:
    """Compare the ratios with their floors; none where processor time cannot be had."""
    lines = []
    for name, floor in FLOORS.items():
        ours, replayed = (_processor_s(found[key]) for key in (name, f"{name}_replay"))
        if ours is None or replayed is None:
            lines.append(Line(WHAT[name], "no processor time to be had here"))
            continue
        ratio = replayed / ours
        against = f"{replayed:.2f} s of {ours:.2f} s"
        lines.append(compared(WHAT[name], ratio, floor, f"{ratio:.2f}", against, sense="≥"))
    return lines


def of_simpy(found: dict[str, Any]) -> Line:
    """Compare the shop's events with those of bare SimPy."""
    text = f"{found['ratio']:.2f}"
    return compared("The shop's events a CPU-second, of bare SimPy's", found["ratio"], LEAST_OF_SIMPY, text, sense="≥")


def _processor_s(figures: dict[str, float]) -> float | None:
    if not {"cpu_s", "server_cpu_s"} <= figures.keys():
        return None
    return figures["cpu_s"] + figures["server_cpu_s"]


if __name__ == "__main__":
    sys.exit(main())
