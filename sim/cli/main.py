"""The command line: its commands, and how one ends; what people got wrong is one line."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated

import typer

from common.called import program
from sim import __version__
from sim.cli import commands_database, commands_experiments, commands_running
from sim.cli.events_app import events_app
from sim.cli.failure import FAILED, INTERRUPTED, NOTHING_DONE, REFUSED, Failure, interrupted, printable
from sim.cli.market_app import market_app
from sim.cli.options import named_database
from sim.cli.terminal import spell_what_it_can

PROGRAM = program()
app = typer.Typer(
    name=PROGRAM,
    help="Bazaar: a living online shop in your PostgreSQL.",
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; what people got wrong is one line on stderr."""
    for stream in (sys.stdout, sys.stderr):
        spell_what_it_can(stream)
    command = typer.main.get_command(app)
    try:
        code = command.main(args=arguments, prog_name=PROGRAM, standalone_mode=False)
        if sys.stdout is not None:  # closed before we began
            sys.stdout.flush()
    except Failure as failure:
        return _ended(str(failure), failure.exit_code)
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        path = context.command_path if context else PROGRAM
        return _ended(f"{printable(error.format_message())} (see: {path} --help)", REFUSED)
    except typer.Abort:  # Ctrl-C or Ctrl-D at a question
        return _ended(NOTHING_DONE, FAILED)
    except BrokenPipeError:
        _let_go_of_stdout()
        return FAILED
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EIO, errno.EBADF}:
            raise
        _let_go_of_stdout()
        return _ended(f"what there is to say cannot be written ({error.strerror})", FAILED)
    if code == INTERRUPTED:
        return interrupted()
    return code if isinstance(code, int) else 0


def _let_go_of_stdout() -> None:
    """Write to nowhere from now on, or the interpreter's last flush would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _ended(line: str, exit_code: int) -> int:
    typer.echo(f"bazaar: {line}", err=True)
    return exit_code


@app.callback(invoke_without_command=True)
def bazaar(
    context: typer.Context,
    say_version: Annotated[bool, typer.Option("--version", help="Say the version and end.")] = False,
) -> None:
    """Bazaar: a living online shop in your PostgreSQL."""
    if say_version:
        version()
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def version() -> None:
    """The program's version."""
    typer.echo(f"Bazaar {__version__}")


# In the order in which `--help` tells them; psql and pg_dump have options of their own.
_PLAIN: dict[str, object] = {}
_MORE_OPTIONS: dict[str, object] = {"allow_extra_args": True, "ignore_unknown_options": True}
_COMMANDS: list[tuple[Callable[..., None], dict[str, object]]] = [
    (commands_running.run, _PLAIN),
    (commands_running.status, _PLAIN),
    (commands_running.speed, _PLAIN),
    (commands_running.pause, _PLAIN),
    (commands_running.resume, _PLAIN),
    (commands_running.incident, _PLAIN),
    (commands_database.dsn, _PLAIN),
    (commands_database.psql, _MORE_OPTIONS),
    (commands_database.backup, _MORE_OPTIONS),
    (commands_database.check, _PLAIN),
    (commands_database.upgrade, _PLAIN),
    (commands_database.export, _PLAIN),
    (commands_experiments.lake, _PLAIN),
    (commands_experiments.experiment, _PLAIN),
    (commands_experiments.calibrate, _PLAIN),
    (commands_database.reset, _PLAIN),
    (version, _PLAIN),
]
for _command, _context in _COMMANDS:
    app.command(context_settings=_context)(_command)
app.add_typer(events_app(named_database), name="events")
app.add_typer(market_app(), name="market")
