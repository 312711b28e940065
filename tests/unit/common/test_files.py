"""A file is there whole or not at all, with the mode that it should have."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from common.files import replacing, write_whole


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_what_fails_half_way_leaves_the_old_file_and_nothing_else(tmp_path: Path):
    path = tmp_path / "results.csv"
    path.write_text("before")

    def half_way() -> None:
        with replacing(path) as unfinished:
            unfinished.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_way()
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("durable", [False, True])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch, durable: bool):
    target = tmp_path / "out" / "page.html"
    write_whole(target, b"first", durable=durable)

    def broken(*_: object, **__: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(os, "fdopen", broken)
    with pytest.raises(OSError, match="no space"):
        write_whole(target, b"second", durable=durable)
    assert target.read_bytes() == b"first"
    assert [path.name for path in target.parent.iterdir()] == ["page.html"]


def test_what_is_unfinished_is_its_owner_s_alone_and_ends_as_the_file_does(tmp_path: Path):
    with replacing(tmp_path / "picture.png") as unfinished:
        assert (mode(unfinished), unfinished.suffix, unfinished.parent) == (0o600, ".png", tmp_path)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_file_has_the_usual_mode(tmp_path: Path, umask: int):
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "new", "text")
        write_whole(tmp_path / "secret", "text", 0o600)
    finally:
        os.umask(before)
    assert mode(tmp_path / "new") == 0o666 & ~umask
    assert mode(tmp_path / "secret") == 0o600


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path):
    path = tmp_path / "kept"
    path.touch(0o640)
    path.chmod(0o640)
    write_whole(path, "text")
    assert mode(path) == 0o640


def test_text_is_written_as_it_is(tmp_path: Path):
    write_whole(tmp_path / "text", "первая\r\nsecond\n")
    assert (tmp_path / "text").read_bytes() == "первая\r\nsecond\n".encode()
