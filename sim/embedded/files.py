"""Small files written whole or not at all."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, text: str, mode: int) -> None:
    """Put a new file in the place of an old one; it never shows half its text, nor another mode."""
    unfinished = path.with_name(path.name + ".new")
    unfinished.unlink(missing_ok=True)
    # O_EXCL follows no link: as root we write into a folder that an ordinary user owns.
    fd = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        os.fchmod(fd, mode)  # whatever the umask
        file.write(text)
        file.flush()
        os.fsync(fd)
    unfinished.replace(path)


def make_folder(path: Path) -> None:
    """Make a folder that nobody else may write to, whatever the umask says; one that is there stays as it is.

    Root's may be entered by everybody: PostgreSQL runs under another user there. What is secret in it has its own mode.
    """
    if path.is_dir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o755, exist_ok=True)
    path.chmod(path.stat().st_mode | (0o755 if is_root() else 0o700))


def is_root() -> bool:
    """Whether we may do everything."""
    return sys.platform != "win32" and os.geteuid() == 0


def sync_folder(folder: Path) -> None:
    """Make renamings in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
