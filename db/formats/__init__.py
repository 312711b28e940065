"""The shop's schema in the forms in which other tools take one."""

from __future__ import annotations

from collections.abc import Callable

from db import SCRIPTS
from db.apply import ROLES_SCRIPT, TABLES_SCRIPT
from db.formats.dbml import dbml
from db.formats.dbt import dbt_sources
from db.formats.described import as_json
from db.names import REPLACED_SCRIPTS
from db.schema_docs import diagram
from models.declarations import shop_tables

__all__ = ["FORMATS"]


def _sql() -> str:
    """Everything that makes an empty shop: tables, functions, views and roles."""
    scripts = (TABLES_SCRIPT, *REPLACED_SCRIPTS, ROLES_SCRIPT)
    return "\n".join((SCRIPTS / script).read_text(encoding="utf-8") for script in scripts)


def _mermaid() -> str:
    return "\n".join(diagram(shop_tables(), keys=True)) + "\n"


FORMATS: dict[str, Callable[[], str]] = {
    "sql": _sql,
    "dbml": dbml,
    "mermaid": _mermaid,
    "dbt": dbt_sources,
    "json": as_json,
}
"""What writes the schema in each form."""
