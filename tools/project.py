"""Says whose system in containers has this folder's name: Compose tells projects apart by the folder's last part alone.

So two clones in folders of one name are one system, and `down --volumes` in one drops the other's shop.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tools.env import ENV, ROOT, settings

PATIENCE_S = 20
_LABEL = "com.docker.compose.project"


def project() -> str:
    """The project's name as Compose makes it."""
    return settings().get("COMPOSE_PROJECT_NAME") or re.sub(r"[^-_a-z0-9]", "", ROOT.name.lower()).lstrip("-_")


def docker(*arguments: str) -> list[str]:
    """The lines of a docker command's output; none where no daemon answers."""
    try:
        done = subprocess.run(
            ["docker", *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S,
            check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []


def others(name: str) -> list[Path]:
    """The other folders that have containers in this project; one that was moved away counts no more."""
    these = ["--filter", f"label={_LABEL}={name}", "--format", f'{{{{.Label "{_LABEL}.working_dir"}}}}']
    folders = {Path(line) for line in docker("ps", "--all", *these) if line}
    return sorted(folder for folder in folders if folder.is_dir() and not folder.samefile(ROOT))


def main() -> int:
    """0 when the project is this folder's; 2 and a line when it is another one's."""
    name = project()
    if not (found := others(name)):
        return 0
    print(
        f"Compose's project {name!r} is the system of {found[0]}: it would be taken for this folder's, volumes and "
        f"all. Give this one a name of its own:    echo COMPOSE_PROJECT_NAME={name}-2 >>{ENV.name}",
        file=sys.stderr,
    )
    return 2


if __name__ == "__main__":
    sys.exit(main())
