"""Where the program's rooms are: in the package where it is installed, beside it in a clone.

They have names such as `sim` and `models`, which may be somebody else's too. So they are on the path of the program's
own processes only.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_INSIDE = Path(__file__).parent / "rooms"

IS_INSTALLED = _INSIDE.is_dir()
ROOMS = _INSIDE if IS_INSTALLED else Path(__file__).parents[1]
"""The folder of the rooms."""

_BEGIN = "import sys; sys.path.append(sys.argv.pop(1)); from bazaar.__main__ import main; sys.exit(main())"


def command(*arguments: str) -> list[str]:
    """The command line of a process of the program: whatever lies in the working directory is not imported by it."""
    return [sys.executable, "-P", "-c", _BEGIN, str(Path(__file__).parents[1]), *arguments]


def enter() -> None:
    """Let this process, which is the program's own, and what it begins import the rooms."""
    rooms = str(ROOMS)
    sys.path.insert(0, rooms)
    before = os.environ.get("PYTHONPATH")
    if before is None or rooms not in before.split(os.pathsep):
        os.environ["PYTHONPATH"] = os.pathsep.join([rooms, before] if before else [rooms])
