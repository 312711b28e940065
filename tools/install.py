"""Makes .venv what requirements.lock says, for whichever Python runs this file; does nothing when it is so already.

Safe to run again, to interrupt and to run twice at once: one process builds, the others wait, and the stamp that says
"complete" is written last.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "complete"


def wanted_stamp() -> str:
    """What a complete .venv was made from: the lock, the Python, and the place (a venv cannot be moved)."""
    digest = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    return f"{digest} python{sys.version_info.major}.{sys.version_info.minor} {VENV}\n"


def is_complete(stamp: str) -> bool:
    """Whether .venv was made from this lock and its Python still exists."""
    return PYTHON.exists() and STAMP.is_file() and STAMP.read_text() == stamp


def build() -> None:
    """Make .venv anew with exactly the packages of the lock, each checked against its hashes."""
    STAMP.unlink(missing_ok=True)
    print(f"Making .venv for Python {sys.version.split()[0]} from requirements.lock (a minute or so)", file=sys.stderr)
    venv.create(VENV, clear=True, symlinks=True, with_pip=True)
    pip: list[str | Path] = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq"]
    subprocess.run([*pip, "--require-hashes", "--requirement", LOCK], cwd=ROOT, check=True)


def main() -> int:
    """Build .venv unless it is complete; 0 when it is complete at the end."""
    stamp = wanted_stamp()
    if is_complete(stamp):
        return 0
    if importlib.util.find_spec("ensurepip") is None:
        print(f"{sys.executable} cannot make virtual environments: install its venv package first", file=sys.stderr)
        return 2
    with LOCK.open() as lock:
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
        STAMP.write_text(stamp)
    return 0


if __name__ == "__main__":
    os.umask(0o022)  # PostgreSQL's programs lie in .venv too, and under root another user runs them
    sys.exit(main())
