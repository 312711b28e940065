"""What of db/roles.sql follows from the tables and views: what readers may read, and what teachers besides."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from db import SCRIPTS
from db.names import views
from models import tables_in_key_order, truth

ROLES_FILE = SCRIPTS / "roles.sql"

_INDENT = " " * 8


def roles_sql() -> str:
    """The whole of db/roles.sql: what is written by hand, with what follows from the tables and views made anew."""
    text = _granted(ROLES_FILE.read_text(encoding="utf-8"), "bazaar_reader", _public())
    return _granted(text, "bazaar_teacher", _of_truth())


def _granted(text: str, role: str, names: Sequence[str]) -> str:
    listed = textwrap.fill(", ".join(names), 120, initial_indent=_INDENT, subsequent_indent=_INDENT)
    following = re.compile(rf"(GRANT SELECT ON\n)[^;]*?(\n +TO {role};)")
    text, made = following.subn(lambda grant: grant[1] + listed + grant[2], text)
    if made != 1:
        raise ValueError(f"{ROLES_FILE.name}: the grant to {role} is not there, or there twice")
    return text


def _public() -> list[str]:
    """Every table and view of schema public: the rest is bookkeeping, of which readers see what they need."""
    tables = [f"public.{table.name}" for table in tables_in_key_order() if table.schema in {None, "public"}]
    return tables + [name for name in views() if name.startswith("public.")]


def _of_truth() -> list[str]:
    return [table.fullname for table in tables_in_key_order() if table.schema == truth.SCHEMA]
