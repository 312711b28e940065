"""`python -m db schema [--check]`: write what of the SQL and of docs/ follows from the models, or say what is stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from db.checks_sql import checks_sql
from db.ddl import schema_sql
from db.roles_sql import roles_sql
from db.schema_docs import schema_md

ROOT = Path(__file__).resolve().parent.parent


def generated(root: Path = ROOT) -> dict[Path, str]:
    """The generated files and what belongs in them."""
    return {
        root / "db" / "schema.sql": schema_sql(),
        root / "db" / "checks.sql": checks_sql(),
        root / "db" / "roles.sql": roles_sql(),
        root / "docs" / "schema.md": schema_md(),
    }


def write(root: Path = ROOT) -> list[Path]:
    """Write the files that differ; returns them."""
    stale = stale_files(root)
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated(root)[path], encoding="utf-8", newline="\n")
    return stale


def stale_files(root: Path = ROOT) -> list[Path]:
    """The generated files that are missing or differ from what the models say now."""
    return [path for path, text in generated(root).items() if not path.exists() or path.read_bytes() != text.encode()]


def main(arguments: list[str] | None = None) -> int:
    """The command; its exit code is 1 when --check finds a stale file."""
    parser = argparse.ArgumentParser(prog="python -m db", description=__doc__)
    commands = parser.add_subparsers(required=True)
    schema = commands.add_parser("schema", help="write db/schema.sql and docs/schema.md from the models")
    schema.add_argument("--check", action="store_true", help="write nothing; exit 1 if one of them is stale")
    options = parser.parse_args(arguments)
    verb, paths = ("stale, run `make schema`", stale_files()) if options.check else ("written", write())
    for path in paths:
        print(f"{path.relative_to(ROOT)}: {verb}", file=sys.stderr)
    return 1 if options.check and paths else 0


if __name__ == "__main__":
    sys.exit(main())
