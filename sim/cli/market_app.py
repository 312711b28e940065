"""`market` and its command `make`, with its options; what it does is loaded when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def market_app() -> typer.Typer:
    """The commands."""
    app = typer.Typer(rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]})

    @app.callback()
    def market() -> None:
        """Markets of your own."""

    @app.command()
    def make(
        cities: Annotated[str, typer.Option(metavar="60", help="how many of the world's largest, 1 to 99")],
        out: Annotated[Path, typer.Option(metavar="FILE.yaml", help="a new file, named as the market")],
    ) -> None:
        """Write a market of so many real cities, to be used or changed."""
        from sim.cli.market import make_market

        make_market(cities, out)

    return app
