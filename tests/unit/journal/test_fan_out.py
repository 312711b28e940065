"""Several sinks as one: each gets every row, whether it came to be here or in several processes."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from typing import Any

import pytest

from sim.journal.batch import Batch, OpenBatch, merged
from sim.journal.fan_out import FanOut
from sim.journal.port import SinkError
from sim.sinks.memory import MemorySink
from sim.sinks.shapes import ColumnShape, TableShape

COLUMNS = (ColumnShape("id", "int8"), ColumnShape("name", "text"), ColumnShape("seen", "int4"))
SHAPES = {name: TableShape(name, COLUMNS, key=("id",)) for name in ("things", "people")}


class Initials:
    """An encoder that makes a batch the names of its tables."""

    def encode(self, batch: Batch, *, again: bool = False) -> tuple[bool, list[str]]:
        return again, [*batch.appended, *batch.inserted, *batch.changed]


class First(MemorySink):
    """A sink that notes what was encoded for it."""

    behind = 3
    trouble = "slow"

    def __init__(self) -> None:
        super().__init__(SHAPES)
        self.encoded: list[tuple[int, list[Any]]] = []
        self.reported: list[Any] = []
        self.closed = False

    def encoder(self, part: str) -> Initials:
        assert part == "1"
        return Initials()

    def write_encoded(self, sim_now_us: int, encoded: Sequence[Any]) -> None:
        self.encoded.append((sim_now_us, list(encoded)))

    def report(self, progress: Any) -> None:
        self.reported.append(progress)

    def wait_for_room(self, timeout_s: float) -> bool:
        return timeout_s > 1

    def wait_until_written(self, timeout_s: float) -> bool:
        return timeout_s > 2

    def give_up(self) -> int:
        return 7

    def close(self) -> None:
        self.closed = True


def opened() -> OpenBatch:
    batch = OpenBatch()
    batch.append("things", (1, "lamp", 0))
    batch.insert("people", (1,), {"id": 1, "name": "Ann"})
    return batch


def later() -> OpenBatch:
    batch = OpenBatch()
    batch.append("things", (2, "desk", 0))
    batch.change("people", (1,), {"seen": 5})
    batch.insert("people", (2,), {"id": 2, "name": "Bob"})
    return batch


ALL = {
    "things": [{"id": 1, "name": "lamp", "seen": 0}, {"id": 2, "name": "desk", "seen": 0}],
    "people": [{"id": 1, "name": "Ann", "seen": 5}, {"id": 2, "name": "Bob", "seen": None}],
}


def rows_of(sink: MemorySink) -> dict[str, Any]:
    return {name: sink.table(name) for name in SHAPES}


def test_batches_go_to_all_of_them():
    first, second, third = First(), MemorySink(SHAPES), MemorySink(SHAPES)
    sink = FanOut(first, second, third)
    sink.write(opened().close(0))
    sink.write(later().close(9))
    assert rows_of(first) == rows_of(second) == rows_of(third) == ALL
    assert second.sim_now_us == 9


def test_what_was_encoded_in_another_process_is_for_the_first_and_its_rows_for_the_others():
    first, second = First(), MemorySink(SHAPES)
    sink = FanOut(first, second)
    encoder = pickle.loads(pickle.dumps(sink.encoder("1")))
    encoded = [encoder.encode(opened().close(0)), encoder.encode(later().close(9), again=True)]
    sink.write_encoded(9, pickle.loads(pickle.dumps(encoded)))
    assert first.encoded == [(9, [(False, ["things", "people"]), (True, ["things", "people", "people"])])]
    assert rows_of(second) == ALL
    assert (second.batches, second.sim_now_us) == (1, 9)


def test_a_sign_of_life_is_no_batch():
    first, second = First(), MemorySink(SHAPES)
    FanOut(first, second).write_encoded(9, [])
    assert first.encoded == [(9, [])]
    assert second.batches == 0


def test_the_first_says_how_fast_it_goes():
    first = First()
    sink = FanOut(first, MemorySink(SHAPES))
    sink.report({"speed": "2x"})
    assert first.reported == [{"speed": "2x"}]
    assert (sink.behind, sink.trouble, sink.rows_written, sink.give_up()) == (3, "slow", 0, 7)
    assert [sink.wait_for_room(1.5), sink.wait_until_written(1.5)] == [True, False]


def test_the_first_is_closed_and_the_others_are_flushed_even_if_one_cannot_be():
    flushed = []

    class Other(MemorySink):
        def flush(self) -> None:
            flushed.append(self)

        def close(self) -> None:
            raise AssertionError("whoever made it closes it")

    class Stuck(Other):
        def flush(self) -> None:
            raise SinkError("stuck")

    first, other = First(), Other(SHAPES)
    with pytest.raises(SinkError, match="stuck"):
        FanOut(first, other, Stuck(SHAPES)).close()
    assert first.closed
    assert flushed == [other]


def test_batches_of_one_stretch_of_time_are_one_batch():
    whole = merged(9, [opened().close(0), later().close(4)])
    assert whole.sim_now_us == 9
    assert whole.appended == {"things": [(1, "lamp", 0), (2, "desk", 0)]}
    assert whole.inserted == {"people": {(1,): {"id": 1, "name": "Ann", "seen": 5}, (2,): {"id": 2, "name": "Bob"}}}
    assert (whole.changed, whole.rows) == ({}, 4)


def test_merging_leaves_the_batches_as_they_are():
    parts = [opened().close(0), later().close(4)]
    before = pickle.dumps(parts)
    merged(9, parts)
    assert pickle.dumps(parts) == before
