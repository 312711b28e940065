"""What the commands are called in what people read: in a clone as Python and make have them, else `bazaar …`."""

from __future__ import annotations

import os
import re

NAME = "BAZAAR_CALLED"
"""The variable that says how the program was called, for its child processes too; in a clone it is not set."""

_MADE = {"make sim": "run", "make upgrade": "upgrade", "make psql": "psql"}
_MODULES = {"sim": "", "report": " report", "redash": " dashboards"}
_IN_A_CLONE = re.compile(r"(?P<aside> \(make [^)]*\))|`(?P<made>make \w+)`|\bpython -m (?P<module>sim|report)\b")


def program(module: str = "sim") -> str:
    """How the program begins the command lines of one of its modules."""
    name = os.environ.get(NAME)
    return name + _MODULES[module] if name else f"python -m {module}"


def called(make: str) -> str:
    """What a clone does by make, as a command line."""
    name = os.environ.get(NAME)
    return f"{name} {_MADE[make]}" if name and make in _MADE else make


def brought_by(extra: str) -> str:
    """How what is missing would be installed, for the end of a line; in a clone `make install` has brought all."""
    return f": bazaar-shop[{extra}] brings it" if os.environ.get(NAME) else ""


def as_called(text: str) -> str:
    """A text for people that was written for a clone, with the command lines in it as they are here."""
    return _IN_A_CLONE.sub(_here, text) if os.environ.get(NAME) else text


def _here(found: re.Match[str]) -> str:
    if found["aside"]:
        return ""
    return f"`{called(found['made'])}`" if found["made"] else program(found["module"])
