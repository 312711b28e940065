"""Whatever comes from a topic is an event that keeps its contract, or has a reason why not."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from pipeline.consumer.decoding import decoded
from pipeline.consumer.record import DeadLetter, Landed, Reason
from tests.pipeline.consumer.making import REGISTERED, SHOP, event, record, registered

WHOLE = json.dumps(registered(), ensure_ascii=False).encode()
BAD: list[tuple[str, object, Reason]] = [
    ("tombstone", None, Reason.EMPTY),
    ("nothing", b"", Reason.EMPTY),
    ("no-utf8-in-a-text", WHOLE.replace("Ян".encode(), b"\xff\xfe"), Reason.NOT_UTF8),
    ("utf16", WHOLE.decode().encode("utf-16"), Reason.NOT_UTF8),
    ("half-a-letter", WHOLE[: WHOLE.index("Ян".encode()) + 1], Reason.NOT_UTF8),
    ("cut-off", WHOLE[:-20], Reason.NOT_JSON),
    ("words", b"my notes", Reason.NOT_JSON),
    ("byte-order-mark", b"\xef\xbb\xbf" + WHOLE, Reason.NOT_JSON),
    ("two-events", WHOLE + WHOLE, Reason.NOT_JSON),
    ("nan", WHOLE.replace(b'"customer_id": 7', b'"customer_id": NaN'), Reason.NOT_JSON),
    ("infinity", WHOLE.replace(b'"customer_id": 7', b'"customer_id": -Infinity'), Reason.NOT_JSON),
    ("five-thousand-digits", WHOLE.replace(b'"customer_id": 7', b'"customer_id": ' + b"7" * 5000), Reason.NOT_JSON),
    ("deep-lists", b"[" * 200_000, Reason.TOO_DEEP),
    ("deep-objects", b'{"a":' * 200_000 + b"1" + b"}" * 200_000, Reason.TOO_DEEP),
    ("a-list", [], Reason.NOT_AN_EVENT),
    ("a-number", 7, Reason.NOT_AN_EVENT),
    ("a-text", "event", Reason.NOT_AN_EVENT),
    ("an-empty-object", {}, Reason.NOT_AN_EVENT),
    ("old-cloudevents", registered(specversion="0.3"), Reason.NOT_AN_EVENT),
    ("id-of-another-type", registered(id="review.written/7"), Reason.NOT_AN_EVENT),
    ("id-a-number", registered(id=7), Reason.NOT_AN_EVENT),
    ("id-without-an-end", registered(id="customer.registered/" + "7" * 400), Reason.NOT_AN_EVENT),
    ("id-with-a-tab", registered(id="customer.registered/\t7"), Reason.NOT_AN_EVENT),
    ("id-with-a-backslash", registered(id="customer.registered/\\N"), Reason.NOT_AN_EVENT),
    ("id-with-a-nul", registered(id="customer.registered/\0"), Reason.NOT_AN_EVENT),
    ("no-source", {k: v for k, v in registered().items() if k != "source"}, Reason.NOT_AN_EVENT),
    ("entity-null", registered(partitionkey=None), Reason.NOT_AN_EVENT),
    ("time-without-a-zone", registered(time="2026-01-05T08:30:00"), Reason.NOT_AN_EVENT),
    ("time-in-words", registered(time="yesterday"), Reason.NOT_AN_EVENT),
    ("time-a-number", registered(time=1_767_600_000), Reason.NOT_AN_EVENT),
    ("unknown-type", registered(type="customer.moved", id="customer.moved/7"), Reason.UNKNOWN_TYPE),
    ("on-the-wrong-topic", event("order.paid", 4, {}), Reason.UNKNOWN_TYPE),
    ("next-version", registered(dataschema="urn:bazaar:events:customer.registered:3"), Reason.UNKNOWN_VERSION),
    ("no-version", registered(dataschema=None), Reason.UNKNOWN_VERSION),
    ("field-missing", registered(data={"customer_id": 7, "city_id": 1, "full_name": "A"}), Reason.WRONG_PAYLOAD),
    ("field-too-many", registered(data=REGISTERED | {"phone": "1"}), Reason.WRONG_PAYLOAD),
    ("number-as-text", registered(data=REGISTERED | {"customer_id": "7"}), Reason.WRONG_PAYLOAD),
    ("truth-for-a-number", registered(data=REGISTERED | {"customer_id": True}), Reason.WRONG_PAYLOAD),
    ("null", registered(data=REGISTERED | {"email": None}), Reason.WRONG_PAYLOAD),
    ("data-a-list", registered(data=[REGISTERED]), Reason.WRONG_PAYLOAD),
    ("data-deep", registered(data=REGISTERED | {"email": [[[[1]]]]}), Reason.WRONG_PAYLOAD),
    ("no-data", registered(data=None), Reason.WRONG_PAYLOAD),
]  # fmt: skip


@pytest.mark.parametrize(("value", "reason"), [each[1:] for each in BAD], ids=[each[0] for each in BAD])
def test_what_is_no_event_has_its_reason_and_stays_as_it_came(value: object, reason: Reason):
    came = record(3, value)
    letter = decoded(came)
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.record) == (reason, came)
    assert 0 < len(letter.detail) <= 500


def test_an_event_is_taken_apart():
    came = record(3, registered())
    assert decoded(came) == Landed(
        came, SHOP, "customer.registered/7", "customer.registered",
        datetime(2026, 1, 5, 8, 30, 0, 1, tzinfo=UTC), "7", REGISTERED,
    )  # fmt: skip


def test_what_others_may_add_to_an_envelope_is_no_fault():
    assert isinstance(
        decoded(record(3, registered(publishtime="2026-01-05T08:31:00+00:00", traceparent="00-1"))), Landed
    )


def test_every_reason_that_decoding_gives_is_tried():
    elsewhere = {Reason.ANOTHER_SHOP, Reason.REFUSED}  # which the tables know only
    assert {reason for *_, reason in BAD} == set(Reason) - elsewhere
