"""Whether a snapshot was made in one go: by the records of a topic, whatever their number."""

from __future__ import annotations

import pytest

from pipeline.replica.snapshot import Change, in_pieces
from pipeline.replica.topic import Ends

ROW, AGAIN, LATER = Change(of_snapshot=True, lsn=5), Change(of_snapshot=True, lsn=9), Change(of_snapshot=False, lsn=12)


@pytest.mark.parametrize(
    ("records", "interrupted"),
    [
        ([ROW], False),
        ([ROW] * 7, False),
        ([ROW] * 7 + [LATER] * 90, False),
        ([ROW] + [LATER] * 90, False),
        ([ROW] * 90 + [LATER], False),
        ([ROW, AGAIN], True),
        ([ROW] * 3 + [AGAIN] * 4, True),
        ([ROW] * 300 + [AGAIN] + [LATER] * 5, True),
        ([ROW] + [AGAIN] * 200, True),
        ([LATER] * 50, False),
    ],
    ids=["one row", "under way", "done", "small", "nearly all of it", "begun again", "under way again", "the last row",
         "the first row", "of long ago"],
)  # fmt: skip
def test_rows_of_one_snapshot_are_of_one_moment(records: list[Change], interrupted: bool):
    begins = 1_000  # what was before is gone
    assert in_pieces(lambda offset: records[offset - begins], Ends(begins, begins + len(records), None)) is interrupted


def test_a_million_records_are_not_read_one_by_one():
    looks = []

    def change(offset: int) -> Change:
        looks.append(offset)
        return ROW if offset < 700_000 else LATER

    assert not in_pieces(change, Ends(0, 1_000_000, None))
    assert len(looks) <= 21
