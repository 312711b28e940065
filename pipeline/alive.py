"""A sign of life of whatever runs for long: a file whose age a health check can look at without starting anything."""

from __future__ import annotations

import os
from pathlib import Path

VARIABLE = "SIGN_OF_LIFE"


def sign_of_life() -> None:
    """Touch the file that the environment names, if it names one."""
    if path := os.environ.get(VARIABLE):
        Path(path).touch()
