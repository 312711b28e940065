"""The peers' own virtual environment, `.cache/peers`: made once, and again when what it should have changes."""

from __future__ import annotations

import sys
import venv
from pathlib import Path

from tools.install import pip_install

FOLDER = Path(".cache/peers")
REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def make() -> Path:
    """Make it where it is missing or old, and return the folder of its programs."""
    programs, made_from = FOLDER.absolute() / "bin", FOLDER / "made_from.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not (made_from.exists() and made_from.read_text(encoding="utf-8") == wanted):
        print(f"making {FOLDER} from {REQUIREMENTS.name} …", file=sys.stderr)
        venv.create(FOLDER, clear=True, with_pip=True)
        options = ("--no-deps", "--ignore-requires-python", "--requirement", REQUIREMENTS)
        pip_install(programs / "python", *options)
        made_from.write_text(wanted, encoding="utf-8")
    return programs
