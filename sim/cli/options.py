"""What several commands take: settings by option or environment, and the database that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sim.cli.failure import refusing

if TYPE_CHECKING:
    from sim.settings import Given

DatabaseUrl = Annotated[
    str | None,
    typer.Option(metavar="URL", help="PostgreSQL 15 or newer [DATABASE_URL; else an embedded server in ./.data]"),
]
Drop = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="of what others have built on the shop, drop this too (again for more; 'dbt.*')"),
]


def given_settings(**options: str | None) -> Given:
    """Settings by option and environment; a Failure when one is not understood."""
    from sim.cli.environment import environment
    from sim.settings import BadSetting, Given

    with refusing(BadSetting):
        return Given(options, environment())


def database_of(given: Given) -> str | None:
    """The URL of the database named by option or environment; None means the embedded server."""
    from sim.cli.urls import libpq_url
    from sim.settings import BadSetting

    with refusing(BadSetting):
        return given.read("database_url", libpq_url)


def named_database(url: str | None) -> str | None:
    """The same of a command that takes no other setting."""
    return database_of(given_settings(database_url=url))
