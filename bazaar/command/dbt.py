"""`dbt init`: a dbt project on the shop that runs at once, what can be derived written from the models."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from common.files import write_whole
from sim.cli.failure import Failure, refusing
from sim.cli.options import DatabaseUrl, named_database

if TYPE_CHECKING:
    from collections.abc import Iterator

_BY_HAND = Path(__file__).parent / "dbt_project"
_SCHEMA = "analytics"
_THREADS = 4

dbt_app = typer.Typer(rich_markup_mode=None, help="A dbt project on the shop.", no_args_is_help=True)


@dbt_app.callback()
def dbt() -> None:
    """A dbt project on the shop."""


@dbt_app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="that is made, or is there and empty")],
    database_url: DatabaseUrl = None,
) -> None:
    """Write a dbt project that runs at once, as the role bazaar_analyst, in a schema of its own."""
    with refusing(OSError, about="dbt: "):
        if folder.exists() and any(folder.iterdir()):
            raise Failure(f"dbt: {folder} is there and not empty; give a new folder")
        profile = _profile(named_database(database_url))
        shutil.copytree(_BY_HAND, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "gitignore").rename(folder / ".gitignore")
        for path, text in _made(profile):
            write_whole(folder / path, text, 0o600 if path == "profiles.yml" else None)
    typer.echo(
        f"bazaar: {folder} is a dbt project: cd there and `dbt build` (dbt-core 1.10 with dbt-postgres)", err=True
    )


def _made(profile: str) -> Iterator[tuple[str, str]]:
    from db.formats import FORMATS
    from models.declarations import shop_tables

    yield "profiles.yml", profile
    yield "models/sources.yml", FORMATS["dbt"]()
    yield "models/exposures.yml", _exposures()
    for table in shop_tables():
        columns = ",\n".join(f"    {column.name}" for column in table.columns)
        yield (
            f"models/staging/stg_{table.name}.sql",
            f"select\n{columns}\nfrom {{{{ source('bazaar', '{table.name}') }}}}\n",
        )


def _profile(named: str | None) -> str:
    """How dbt connects; what a test may want otherwise comes from the environment where that says it."""
    import yaml
    from psycopg2.extensions import parse_dsn

    where = parse_dsn(named or _embedded())
    password = where.get("password", "") if named is None else None
    output = {
        "type": "postgres",
        "host": _variable("SHOP_HOST", where.get("host", "localhost")),
        "port": _variable("SHOP_PORT", where.get("port", "5432"), " | int"),
        "user": _variable("SHOP_USER", "bazaar_analyst"),
        "password": _variable("SHOP_PASSWORD", password),
        "dbname": _variable("SHOP_DATABASE", where.get("dbname", "bazaar")),
        "schema": _SCHEMA,
        "threads": _THREADS,
    }
    return yaml.safe_dump({"shop": {"target": "dev", "outputs": {"dev": output}}}, sort_keys=False, width=120)


def _embedded() -> str:
    from sim.cli.database import analyst_url, start_and_leave

    url = start_and_leave()
    if url is None:
        raise Failure("dbt: there is no shop here yet; `python -m sim run` (make sim) begins one")
    found = analyst_url(url)
    if found is None:
        raise Failure("dbt: the analysts' role is not there yet; `python -m sim upgrade` (make upgrade) makes it")
    return found


def _variable(name: str, default: str | None, then: str = "") -> str:
    return f"{{{{ env_var('{name}'{'' if default is None else f', {default!r}'}){then} }}}}"


def _exposures() -> str:
    """Each dashboard with the tables and views that its queries read."""
    import yaml

    from dashboards.files import load
    from db.formats.described import relations

    files = load()
    names = [each.name for each in relations()]
    told: list[dict[str, Any]] = []
    for key, file in files.dashboards.items():
        queries = {widget.query for widget in file.dashboard.widgets if widget.query}
        sql = "\n".join(files.queries[query].sql for query in sorted(queries))
        words = set(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)", sql, re.IGNORECASE))
        told.append(
            {
                "name": key,
                "label": file.dashboard.title,
                "type": "dashboard",
                "owner": {"name": "The shop"},
                "depends_on": [f"source('bazaar', '{name}')" for name in names if name in words],
            }
        )
    return yaml.safe_dump({"version": 2, "exposures": told}, sort_keys=False, allow_unicode=True, width=120)
