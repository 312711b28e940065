"""All commands under one help: those of `python -m sim`, and those that a clone has in make and in other rooms."""

from __future__ import annotations

import sys

from bazaar.command import others
from bazaar.command.dbt import dbt_app
from bazaar.command.extras import missing
from sim.cli.main import app
from sim.cli.main import main as run

_ALL_TO_IT = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}
app.command(context_settings=_ALL_TO_IT)(others.report)
app.command(context_settings=_ALL_TO_IT)(others.dashboards)
app.command()(others.notebooks)
app.command()(others.schema)
app.command(hidden=True)(others.lend)
app.add_typer(dbt_app, name="dbt")


def main() -> int:
    """Run a command line; what is not installed is one line that says how it would be."""
    try:
        return run()
    except ModuleNotFoundError as error:
        line = missing(error, sys.argv[1:])
        if line is None:
            raise
        sys.stderr.write(f"bazaar: {line}\n")
        return 2
