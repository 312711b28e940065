"""The next block is read while one is written: in order, one ahead, and nothing goes on behind anybody's back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.events.ahead import ahead
from pipeline.events.copying import Copying
from pipeline.events.envelope import Event
from pipeline.events.outputs.json_lines import JsonLines
from pipeline.events.selection import Selection
from pipeline.events.source import clean
from tests.integration.test_running import Shop
from tests.pipeline.events.reading import lines_of

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
PATIENCE_S = 30


class Blocks:
    """A source of so many blocks of one event; `before` is done before each is given."""

    def __init__(self, count: int, before: Callable[[int], None] = lambda _: None) -> None:
        self.reached = BEGAN
        self.given = 0
        self.closed = False
        self._count = count
        self._before = before

    def read(self, until: datetime | None = None) -> Generator[list[Event]]:
        assert until is None
        try:
            for number in range(self._count):
                self._before(number)
                self.given += 1
                yield [Event("order.paid", str(number), str(number))]
                self.reached += timedelta(hours=1)
        finally:
            self.closed = True


def readers() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith("reading ahead")]


def test_blocks_come_in_order_each_with_how_far_it_was():
    found = [(block.events[0].line, block.reached) for block in ahead(Blocks(5), None)]
    assert found == [(str(number), BEGAN + timedelta(hours=number)) for number in range(5)]
    assert not readers()


def test_the_next_one_is_read_while_one_is_written_and_no_other():
    second = threading.Event()
    source = Blocks(5, lambda number: second.set() if number == 1 else None)
    with closing(ahead(source, None)) as blocks:
        next(blocks)
        assert second.wait(PATIENCE_S), "it is read though nobody has asked for it"
        assert source.given <= 2
        next(blocks)
        assert source.given <= 3


def test_what_reading_raises_comes_behind_what_was_read_before():
    def fails(number: int) -> None:
        if number == 2:
            raise OSError("the server is gone")

    source, seen = Blocks(5, fails), list[str]()
    with pytest.raises(OSError, match="the server is gone"), closing(ahead(source, None)) as blocks:
        seen.extend(block.events[0].line for block in blocks)
    assert seen == ["0", "1"]
    assert source.closed
    assert not readers()


def test_closed_while_it_reads_it_has_ended_before_anybody_goes_on():
    reading, may_end = threading.Event(), threading.Event()

    def waits(number: int) -> None:
        if number == 1:
            reading.set()
            assert may_end.wait(PATIENCE_S)

    source = Blocks(5, waits)
    blocks = ahead(source, None)
    next(blocks)
    assert reading.wait(PATIENCE_S)
    threading.Timer(0.2, may_end.set).start()
    blocks.close()
    assert may_end.is_set()
    assert source.closed
    assert source.given == 2
    assert not readers()


class Stopping(JsonLines):
    """A file whose writer is told to stop during each write."""

    stop = threading.Event()

    def write(self, events: Sequence[Event]) -> None:
        super().write(events)
        self.stop.set()


def test_stopped_again_and_again_with_a_block_read_ahead_the_file_is_whole(
    day: Shop, tmp_path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("pipeline.events.stream.BLOCK", 4_000)
    expected, starts, written = lines_of(day.url), 0, -1
    while written:
        Stopping.stop = threading.Event()
        with closing(Stopping(tmp_path / "e.jsonl")) as output:
            written = Copying(day.url, clean(Selection()), None, output, lambda _: None, Stopping.stop).once()
        assert written <= 4_000
        assert not readers()
        starts += 1
    assert starts > 3
    assert (tmp_path / "e.jsonl").read_text(encoding="utf-8").splitlines() == expected
