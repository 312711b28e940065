"""A disk without room: nothing is lost, and when there is room again the shop goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from sim.embedded import EmbeddedServer
from sim.journal.batch import Batch
from tests.integration.test_running import Shop, differences, eventually
from tests.long.outages.conftest import administer, as_worker
from tests.long.outages.replay import replaying

FULL = Path("/dev/full")
SMALL_MIB = 4
MOVED = ("sessions", "session_events", "carts")


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_table_for_which_there_is_no_room(
    server: EmbeddedServer, shop: Shop, batches: list[Batch], evening: dict[str, str]
):
    """/dev/full lies where the table's file belongs: the kernel refuses to extend it, as on a full disk."""
    [(path, size)] = shop.rows("SELECT pg_relation_filepath(c), pg_relation_size(c) FROM to_regclass('sessions') AS c")
    assert size == 0
    file = server.data_root / "postgres" / path
    aside = file.with_name(f"{file.name}.aside")
    file.rename(aside)
    file.symlink_to(FULL)
    with replaying(shop, as_worker(shop.url), batches) as replay:
        replay.give(3)
        assert "3 batches kept" in replay.wait_for_trouble("No space left on device")
        writer = replay.writer_pid()
        aside.rename(file)
        replay.execute("ANALYZE sessions")  # as a side effect whoever has the file open opens it anew
        replay.finish()
        assert replay.writer_pid() == writer
    assert differences(shop.digests(), evening) == {}
    assert shop.broken_invariants() == {}


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of a few megabytes that the server may write to."""
    with small_folder(SMALL_MIB) as folder:
        yield folder


@contextmanager
def small_folder(mebibytes: int) -> Iterator[Path]:
    """A file system of its own, that everybody may write to."""
    folder = Path(tempfile.mkdtemp(prefix="bazaar-disk-"))
    folder.chmod(0o755)
    options = f"size={mebibytes}m,mode=0777"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("only root may mount a small file system to fill (and not in every container)")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        folder.rmdir()


def test_a_disk_that_fills_up(
    server: EmbeddedServer, small_disk: Path, shop: Shop, batches: list[Batch], evening: dict[str, str]
):
    owner = (server.data_root / "postgres").stat()
    place = small_disk / "tables"
    place.mkdir(mode=0o700)
    os.chown(place, owner.st_uid, owner.st_gid)
    administer(server, f"CREATE TABLESPACE small LOCATION '{place}'")
    try:
        for table in MOVED:
            shop.rows(f"ALTER TABLE {table} SET TABLESPACE small; SELECT 1")
        with replaying(shop, as_worker(shop.url), batches) as replay:
            replay.give(6)
            eventually(lambda: replay.sink.behind == 0)
            ballast = small_disk / "ballast"
            fill(ballast)
            assert shutil.disk_usage(small_disk).free == 0
            replay.give(20)
            replay.wait_for_trouble("No space left on device")
            ballast.unlink()
            replay.finish()
        assert differences(shop.digests(), evening) == {}
        assert shop.broken_invariants() == {}
    finally:
        for table in MOVED:
            shop.rows(f"ALTER TABLE {table} SET TABLESPACE pg_default; SELECT 1")
        administer(server, "DROP TABLESPACE small")


def fill(ballast: Path) -> None:
    """Write until there is no room, more if there is some again."""
    with ballast.open("ab", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
