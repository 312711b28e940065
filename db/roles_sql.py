"""What of db/roles.sql follows from the tables and views: what readers may read."""

from __future__ import annotations

import re
import textwrap

from db import SCRIPTS
from db.names import views
from models import tables_in_key_order

ROLES_FILE = SCRIPTS / "roles.sql"

_INDENT = " " * 8
_FOLLOWING = re.compile(r"(GRANT SELECT ON\n)[^;]*?(\n +TO bazaar_reader;)")


def roles_sql() -> str:
    """The whole of db/roles.sql: what is written by hand, with what follows from the tables and views made anew."""
    listed = textwrap.fill(", ".join(_readable()), 120, initial_indent=_INDENT, subsequent_indent=_INDENT)
    text, made = _FOLLOWING.subn(lambda grant: grant[1] + listed + grant[2], ROLES_FILE.read_text(encoding="utf-8"))
    if made != 1:
        raise ValueError(f"{ROLES_FILE.name}: the grant on what is public is not there, or there twice")
    return text


def _readable() -> list[str]:
    """Every table and view of schema public: the rest is bookkeeping, of which readers see what they need."""
    tables = [f"public.{table.name}" for table in tables_in_key_order() if table.schema in {None, "public"}]
    return tables + [name for name in views() if name.startswith("public.")]
