"""`events` and its command `grade`, with their options; what they do is loaded when they are called."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import DatabaseUrl


def events_app(database: Callable[[str | None], str | None]) -> typer.Typer:
    """The commands; `database` says which database an option or the environment names."""
    app = typer.Typer(rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]})

    @app.callback(invoke_without_command=True)
    def events(
        context: typer.Context,
        to: Annotated[
            str,
            typer.Option(
                metavar="-|FILE.jsonl|FILE.jsonl.zst|kafka://HOST:PORT",
                help="where to; a file or topics are gone on with",
            ),
        ] = "-",
        types: Annotated[str | None, typer.Option(metavar="order.*,…", help="only these [all]")] = None,
        since: Annotated[
            str | None, typer.Option("--from", metavar="INSTANT|opening", help="where an empty file begins [opening]")
        ] = None,
        until: Annotated[
            str | None, typer.Option(metavar="INSTANT", help="where it ends, exclusive [sim_now()]")
        ] = None,
        follow: Annotated[bool, typer.Option("--follow", help="go on with what happens, until Ctrl-C")] = False,
        noise: Annotated[
            str, typer.Option(metavar="none|mild|wild|FILE", help="late, twice and broken, as feeds are")
        ] = "none",
        database_url: DatabaseUrl = None,
    ) -> None:
        """What happened, as a stream of CloudEvents: everything from the opening on, or as it happens."""
        if context.invoked_subcommand is None:
            from sim.cli.events import Asked, events_command

            events_command(database(database_url), Asked(to, types, since, until, noise), follow=follow)

    @app.command()
    def grade(
        cleaned: Annotated[str, typer.Argument(metavar="FILE|[URL]#schema.table", help="what was made of a feed")],
        table: Annotated[str, typer.Option(metavar="NAME", help="the shop's table that it should equal")],
        until: Annotated[str | None, typer.Option(metavar="INSTANT", help="the feed's --until [sim_now()]")] = None,
        noise: Annotated[
            str | None, typer.Option(metavar="mild|wild|FILE", help="the feed's profile: grades by kind of damage too")
        ] = None,
        window: Annotated[str, typer.Option(metavar="1h", help="completeness by windows so long")] = "1h",
        answers: Annotated[
            Path | None, typer.Option(metavar="FILE.csv", help="write what the noise did to each event")
        ] = None,
        database_url: DatabaseUrl = None,
    ) -> None:
        """Grade a cleaned table against the shop: how much is right, not which."""
        from sim.cli.events_grade import Asked, grade_command

        grade_command(database(database_url), Asked(cleaned, table, until, noise, window, answers))

    return app
