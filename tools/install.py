"""Makes .venv what requirements.lock says, for whichever Python runs this file; does nothing when it is so already.

Safe to run again, to interrupt and to run twice at once: one process builds, the others wait, and the stamp that says
"complete" is written last. `install.py --environment FOLDER REQUIREMENTS` makes another one, from a lock of its own.
"""

from __future__ import annotations

import ast
import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "complete"

# From where packages come, as pip's variables and files say; where they go and which they are is not theirs to say.
WHENCE = {
    *("index-url", "extra-index-url", "find-links", "no-index", "trusted-host", "prefer-binary"),
    *("proxy", "cert", "client-cert", "keyring-provider", "use-feature", "use-deprecated"),
    *("timeout", "default-timeout", "retries", "resume-retries", "cache-dir", "no-cache-dir"),
}
SECTIONS = ("global", "install", ":env:")  # the later one goes over the earlier one


def pip_install(python: str | Path, *arguments: str | Path) -> None:
    """Install with that Python's pip. Raises CalledProcessError."""
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    subprocess.run([*pip, "install", "-qq", *arguments], cwd=ROOT, env=_environment(pip), check=True)


def _environment(pip: Sequence[str | Path]) -> dict[str, str]:
    """Ours, with those of pip's settings only that a package's place does not depend on (PIP_USER, PIP_TARGET …)."""
    said = subprocess.run([*pip, "config", "list"], stdout=subprocess.PIPE, text=True, check=True).stdout
    settings = [line.partition("=") for line in said.splitlines() if "=" in line]
    kept: dict[str, str] = {}
    for wanted in SECTIONS:
        for key, _, value in settings:
            section, _, name = key.rpartition(".")
            if section == wanted and name in WHENCE:
                kept[f"PIP_{name.replace('-', '_').upper()}"] = str(ast.literal_eval(value))
    others = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**others, **kept, "PIP_CONFIG_FILE": os.devnull}


def wanted_stamp() -> str:
    """What a complete .venv was made from: the lock, the Python, and the place (a venv cannot be moved)."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return f"{digest} python{sys.version_info.major}.{sys.version_info.minor} {VENV}\n"


def is_complete(stamp: str) -> bool:
    """Whether .venv was made from this lock and its Python still exists."""
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_bytes() == os.fsencode(stamp)


def build() -> None:
    """Make .venv anew with exactly the packages of the lock, each checked against its hashes."""
    STAMP.unlink(missing_ok=True)
    print(f"Making .venv for Python {sys.version.split()[0]} from requirements.lock (a minute or so)", file=sys.stderr)
    venv.create(VENV, clear=True, symlinks=True, with_pip=True)
    pip_install(PYTHON, "--require-hashes", "--requirement", LOCK)


def main() -> int:
    """Build .venv unless it is complete; 0 when it is complete at the end."""
    stamp = wanted_stamp()
    if is_complete(stamp):
        return 0
    if importlib.util.find_spec("ensurepip") is None:
        print(f"{sys.executable} cannot make virtual environments: install its venv package first", file=sys.stderr)
        return 2
    with LOCK.open(encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_complete(stamp):  # another process built it while this one waited
            return 0
        try:
            build()
        except subprocess.CalledProcessError as error:
            print(f"make install: pip could not install requirements.lock (exit {error.returncode})", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("make install: interrupted; the next one begins anew", file=sys.stderr)
            return 130
        STAMP.write_bytes(os.fsencode(stamp))
    return 0


def make_environment(folder: Path, requirements: Path) -> int:
    """Make another environment anew, of a lock of its own; the exit code, since pip has said what is wrong."""
    print(f"Making {folder} from {requirements}", file=sys.stderr)
    try:
        venv.create(folder, clear=True, symlinks=True, with_pip=True)
        pip_install(folder.absolute() / "bin" / "python", "--require-hashes", "--requirement", requirements.absolute())
    except subprocess.CalledProcessError as error:
        return error.returncode
    return 0


if __name__ == "__main__":
    os.umask(0o022)  # PostgreSQL's programs lie in .venv too, and under root another user runs them
    if sys.argv[1:2] == ["--environment"]:
        sys.exit(make_environment(Path(sys.argv[2]), Path(sys.argv[3])))
    sys.exit(main())
