"""What to install when a command needs a package that a small installation has not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from common.called import brought_by

if TYPE_CHECKING:
    from collections.abc import Sequence

EXTRAS = {
    "report": "dashboards",
    "dashboards": "dashboards",
    "events": "events",
    "experiment": "experiments",
    "calibrate": "experiments",
    "export": "analysis",
    "lake": "analysis",
    "notebooks": "analysis",
}
"""The extra that has what a command needs."""

ROOMS = ("sim", "models", "db", "common", "dashboards", "redash", "report", "analysis", "pipeline", "bazaar")


def missing(error: ModuleNotFoundError, arguments: Sequence[str]) -> str | None:
    """The line for a person; None when what is not there is our own."""
    module = (error.name or "").partition(".")[0]
    if not module or module in ROOMS:
        return None
    command = next((word for word in arguments if not word.startswith("-")), "")
    extra = EXTRAS.get(command, "all")
    return f"{command}: {module} is not installed here{brought_by(extra)}"
