"""Small files written whole or not at all."""

from __future__ import annotations

import os
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


def sync_folder(folder: Path) -> None:
    """Make renamings in a folder durable."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
