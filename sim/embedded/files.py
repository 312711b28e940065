"""Folders and files of a server of our own: who may enter them, and when they are durable."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


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
