"""The publisher's container works on the files as they are now and names them as its user would. Needs Docker."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.system.compose import NEEDS_DAEMON, ROOT, Compose, clean_environment

pytestmark = NEEDS_DAEMON


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the dashboards with a query that is not right, and one that is new."""
    copied = tmp_path / "redash"
    shutil.copytree(ROOT / "redash", copied, ignore=shutil.ignore_patterns("__pycache__"))
    (copied / "queries" / "cities.sql").write_text("-- title: Cities\nSELECT now()\n")
    return copied


def pull_options() -> list[str]:
    """What `make dashboards-pull` gives to `docker compose run`, with a stand-in for the folder."""
    said = subprocess.run(
        ["make", "--dry-run", "dashboards-pull"],
        cwd=ROOT, env=clean_environment(), capture_output=True, text=True, timeout=60, check=True,
    ).stdout  # fmt: skip
    found = re.search(r"--volume '(?P<source>[^']*):(?P<target>[^':]*)' --workdir (?P<workdir>\S+)", said)
    assert found, said
    assert found["source"] == str(ROOT / "redash")
    code = [volume for volume in re.findall(r"--volume '([^']*)'", said) if volume.endswith(":ro")]
    assert f"{ROOT / 'dashboards'}:/edited/dashboards:ro" in code, said
    mounted = [option for volume in (*code, f"FOLDER:{found['target']}") for option in ("--volume", volume)]
    return [*mounted, "--workdir", found["workdir"]]


def test_a_pull_names_and_writes_the_files_of_its_user(system: Compose, folder: Path):
    options = [option.replace("FOLDER", str(folder)) for option in pull_options()]
    user = ["--user", f"{os.getuid()}:{os.getgid()}"]
    command = ["run", "--rm", "--no-deps", *user, *options, "redash-publish"]
    done = system.run(*command, "check", check=False)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "redash/queries/cities.sql:2: 'now' is the wall clock" in done.stdout + done.stderr
    assert "/edited" not in done.stdout + done.stderr
    write = "from pathlib import Path; Path('redash/queries/new.sql').write_text('written')"
    system.run(*command[:-1], "--entrypoint", "python", "redash-publish", "-c", write)
    assert (folder / "queries" / "new.sql").read_text() == "written"


def test_publishing_reads_what_is_on_disk_and_cannot_write_it(system: Compose):
    """Not what was there when the image was built."""
    look = (
        "import json, os; from dashboards.files import load; files = load(); queries = files.root / 'queries';"
        "print(json.dumps([sorted(files.queries), os.access(queries, os.W_OK), os.stat(queries).st_ino]))"
    )
    command = ["run", "--rm", "--no-deps", "--entrypoint", "python", "redash-publish", "-c", look]
    keys, writable, inode = json.loads(system.run(*command).stdout)
    assert keys == sorted(path.stem for path in (ROOT / "redash" / "queries").glob("*.sql"))
    assert not writable
    assert inode == (ROOT / "redash" / "queries").stat().st_ino
