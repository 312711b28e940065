"""What is said on terminals that lack letters, or whose people want no colours."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO, StringIO, TextIOWrapper

import pytest

from sim.cli.experiment_output import print_table
from sim.cli.main import main
from sim.cli.terminal import console, spell_what_it_can
from sim.experiments.tables import Table

TABLE = Table("Mean ± interval", ["", "unit", "São Paulo"], [["Late", "%", "1 … 2"], ["Доля", "€", "≥ 3 · 4"]], 2)


def written(encoding: str) -> str:
    stream = TextIOWrapper(BytesIO(), encoding=encoding)
    spell_what_it_can(stream)
    print_table(TABLE, stream)
    stream.flush()
    return stream.buffer.getvalue().decode("ascii" if encoding == "ascii" else encoding)


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", ["Mean ± interval", "São Paulo", "1 … 2", "Доля", "€", "≥ 3 · 4"]),
        ("latin-1", ["Mean ± interval", "São Paulo", "1 ... 2", r"\u0414\u043e\u043b\u044f", r"\u20ac", ">= 3 · 4"]),
        ("ascii", ["Mean +/- interval", "Sao Paulo", "1 ... 2", r"\u0414\u043e\u043b\u044f", r"\u20ac", ">= 3 - 4"]),
        ("cp1251", ["Mean ± interval", "Sao Paulo", "1 … 2", "Доля", "€", ">= 3 · 4"]),
    ],
)
def test_every_figure_is_there_in_any_encoding(encoding: str, expected: list[str]):
    text = written(encoding)
    assert [part for part in expected if part not in text] == []


def test_what_came_in_undecoded_goes_out_too():
    stream = TextIOWrapper(BytesIO(), encoding="utf-8")
    spell_what_it_can(stream)
    stream.write(os.fsdecode(b"S\xe3o"))
    stream.flush()
    assert stream.buffer.getvalue() == rb"S\udce3o"


@pytest.mark.parametrize("stream", [None, StringIO()])
def test_other_streams_stay_as_they_are(stream: StringIO | None):
    spell_what_it_can(stream)


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
@pytest.mark.parametrize("command", [("incident", "--help"), ("run", "--help"), ("calibrate", "--help")])
def test_commands_end_well(encoding: str, command: tuple[str, ...]):
    around = os.environ | {"PYTHONIOENCODING": encoding, "NO_COLOR": "1"}
    said = subprocess.run(
        [sys.executable, "-m", "sim", *command], env=around, capture_output=True, timeout=60, check=False
    )
    assert said.returncode == 0, said.stderr
    assert said.stdout.decode(encoding)


def test_a_closed_output_is_none(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "stdout", None)
    assert main(["version"]) == 0


@pytest.mark.parametrize(("no_color", "is_styled"), [("1", False), ("", True), (None, True)])
def test_no_color_means_no_bold_and_no_dim_either(
    no_color: str | None, is_styled: bool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if no_color is not None:
        monkeypatch.setenv("NO_COLOR", no_color)
    stream = StringIO()
    console(stream).print("[bold]loud[/bold] [dim]quiet[/dim]")
    assert ("\x1b" in stream.getvalue()) is is_styled
