"""Files that grow by whole lines, whatever ended the writer before."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from pipeline.events.envelope import Event
from pipeline.events.outputs.json_lines import JsonLines
from pipeline.events.outputs.opening import opened
from pipeline.events.outputs.port import NotOurs, Output
from pipeline.events.outputs.zstandard_lines import ZstandardLines

Kind = Callable[[Path], Output]


def events(*lines: str) -> list[Event]:
    """Events of which only the text matters."""
    return [Event("", "", line) for line in lines]


KINDS = pytest.mark.parametrize(("kind", "name"), [(JsonLines, "e.jsonl"), (ZstandardLines, "e.jsonl.zst")])
LINES = ["один", '{"a":1}', "x" * 200_000, "last"]


def text_of(path: Path) -> str:
    found = path.read_bytes()
    if path.suffix == ".zst":
        with zstandard.ZstdDecompressor().stream_reader(found, read_across_frames=True) as reader:
            found = reader.read()
    return found.decode()


@KINDS
def test_what_is_written_is_there_and_is_gone_on_with(kind: Kind, name: str, tmp_path: Path):
    path = tmp_path / name
    file = kind(path)
    assert file.last() is None
    file.write(events(*LINES[:2]))
    file.close()
    file = kind(path)
    assert file.last() == b'{"a":1}'
    file.write(events())
    file.write(events(*LINES[2:]))
    assert file.last() == b"last"
    file.close()
    assert text_of(path) == "".join(line + "\n" for line in LINES)


@KINDS
def test_a_file_cut_off_anywhere_is_whole_again(kind: Kind, name: str, tmp_path: Path):
    path = tmp_path / name
    file = kind(path)
    torn = [f'{{"specversion":"1.0","id":"order.placed/{number}"}}' for number in (1, 2, 3)]
    for line in torn:
        file.write(events(line))
    file.close()
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        file = kind(path)
        kept = file.last()
        file.write(events("again"))
        file.close()
        lines = text_of(path).splitlines()
        assert lines[:-1] == torn[: len(lines) - 1]
        assert lines[-1] == "again"
        assert kept == (lines[-2].encode() if len(lines) > 1 else None)


@KINDS
def test_one_writer_at_a_time(kind: Kind, name: str, tmp_path: Path):
    file = kind(tmp_path / name)
    with pytest.raises(NotOurs, match="another process is writing it"):
        kind(tmp_path / name)
    file.close()
    kind(tmp_path / name).close()


_FULL = """
import resource, signal, sys
from pathlib import Path
from pipeline.events.envelope import Event
from pipeline.events.outputs.opening import opened
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file = opened(sys.argv[1])
file.write([Event("", "", "whole")])
resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.RLIM_INFINITY))
try:
    file.write([Event("", "", str(n) * 7) for n in range(1000)])
except OSError as error:
    print(type(error).__name__)
file.close()
"""


@KINDS
def test_a_disk_that_is_full_leaves_no_half_line(kind: Kind, name: str, tmp_path: Path):
    assert hasattr(resource, "RLIMIT_FSIZE")
    path = tmp_path / name
    said = subprocess.run(
        [sys.executable, "-c", _FULL, str(path)], capture_output=True, text=True, check=True, timeout=60
    )
    assert said.stdout == "OSError\n"
    assert text_of(path) == "whole\n"


def test_what_is_no_zstandard_file_is_refused_and_left_alone(tmp_path: Path):
    path = tmp_path / "notes.jsonl.zst"
    path.write_bytes(b"these are notes of somebody's, and no frames")
    with pytest.raises(NotOurs, match=r"notes\.jsonl\.zst: this is no \.zst file"):
        ZstandardLines(path)
    assert path.read_bytes() == b"these are notes of somebody's, and no frames"


@pytest.mark.parametrize("text", ["my notes", "{}", '{"specversion":"0.3"', '{"specversion":"1.0","id":7'])
def test_a_file_without_a_line_that_no_event_begins_like_is_refused_and_left_alone(text: str, tmp_path: Path):
    path = tmp_path / "notes.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NotOurs, match=r"notes\.jsonl: this is no file of events"):
        JsonLines(path)
    assert path.read_text(encoding="utf-8") == text
    for beginning in ('{"spec', '{"specversion":"1.0","id":"order.pl', '{"publishtime":"2026'):
        path.write_text(beginning, encoding="utf-8")
        file = JsonLines(path)
        assert file.last() is None
        file.close()


@pytest.mark.parametrize("name", ["events.csv", "jsonl", ".jsonl", "", "kafka:localhost"])
def test_other_outputs_are_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotOurs, match="is no output; allowed are"):
        opened(name)
    assert not list(tmp_path.iterdir())
