"""Run the tests that want a program that is not ours; where it is not installed, say so and that they were not run.

python -m tools.tests_with browser|pooler [OPTIONS of pytest]
"""

from __future__ import annotations

import os
import shutil
import sys

WANTED = {
    "browser": ("chromium", "chromium-browser", "google-chrome"),
    "pooler": ("pgbouncer",),
}
VARIABLES = {"browser": "BROWSER", "pooler": "PGBOUNCER"}
_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin"])  # Debian has PgBouncer where only root looks


def main(kind: str, *options: str) -> None:
    """Become pytest on the tests of that kind, with the program's path in the environment."""
    found = next(filter(None, (shutil.which(name, path=_PATH) for name in WANTED[kind])), None)
    if found is None:
        *others, last = WANTED[kind]
        names = f"{', '.join(others)} or {last}" if others else last
        print(f"test-{kind}: {names} is not installed: tests/{kind} was NOT run")
        return
    print(f"pytest tests/{kind}", flush=True)
    os.environ[VARIABLES[kind]] = found
    os.execv(sys.executable, [sys.executable, "-m", "pytest", f"tests/{kind}", *options])


if __name__ == "__main__":
    main(*sys.argv[1:])
