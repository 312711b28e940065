"""Every fact finds its way into rows that fit the tables."""

from __future__ import annotations

from collections.abc import Callable
from types import UnionType
from typing import Any, NamedTuple, cast, get_args, get_type_hints

import pytest

from models import metadata
from models.truth import UNSEEN_REASONS
from sim import facts
from sim.journal import funnel
from sim.journal.batch import Batch, OpenBatch
from sim.journal.recorders import RECORDERS, ROWS_AS_THEY_ARE
from sim.sinks.shapes import shop_shapes

ALL_FACTS: tuple[type[Any], ...] = get_args(facts.Fact)


def columns_of(table: str) -> list[str]:
    return [column.name for column in metadata.tables[table].columns]


def test_every_fact_is_recorded_in_exactly_one_way():
    assert isinstance(facts.Fact, UnionType)
    assert set(ALL_FACTS) == RECORDERS.keys() | ROWS_AS_THEY_ARE.keys()
    assert not RECORDERS.keys() & ROWS_AS_THEY_ARE.keys()


def same_column(field: str, column: str) -> bool:
    """Whether a fact's field is the column's value in the simulation's units."""
    if field == "at":
        return column in {"valid_from", "created_at", "occurred_at", "attempted_at", "answered_at"}
    return field in {column, f"{column}_cents"} or (field, column) == ("weight_g", "weight_kg")


OF_THE_CUSTOMER_ONLY = {(facts.LoyaltyPointsMoved, "lifetime_points")}
AS_THEY_ARE = [
    *ROWS_AS_THEY_ARE.items(),
    (facts.LoyaltyPointsMoved, "loyalty_transactions"),
    (facts.SatisfactionMoved, "truth.satisfaction_changes"),
]


@pytest.mark.parametrize(("fact", "table"), AS_THEY_ARE, ids=lambda value: getattr(value, "__name__", value))
def test_a_fact_that_is_a_row_has_the_columns_of_its_table_in_order(fact: type[Any], table: str):
    columns = columns_of(table)
    fields = [name for name in fact._fields if (fact, name) not in OF_THE_CUSTOMER_ONLY]
    assert len(fields) == len(columns)
    assert [pair for pair in zip(fields, columns, strict=True) if not same_column(*pair)] == []


def some(fact: type[Any]) -> Any:
    """A fact of this type with a different value in every field."""
    makers: dict[Any, Callable[[int], object]] = {
        int: lambda n: n,
        str: lambda n: f"word {n}",
        float: lambda n: n + 0.5,
        int | None: lambda n: n,
        float | None: lambda n: n + 0.5,
        str | None: lambda n: f"word {n}",
        bool: lambda n: n > 0,
        bool | None: lambda n: n > 0,
        tuple[facts.OrderLine, ...]: lambda n: (facts.OrderLine(1, 10, 2, n), facts.OrderLine(2, 11, 1, n)),
    }
    hints = get_type_hints(fact)
    return fact(*(makers[hints[field]](n) for n, field in enumerate(fact._fields, start=1)))


def recorded(*some_facts: NamedTuple) -> Batch:
    batch = OpenBatch()
    for fact in some_facts:
        RECORDERS[type(fact)](batch, fact)
    return batch.close(sim_now_us=0)


@pytest.mark.parametrize("fact", RECORDERS, ids=lambda fact: fact.__name__)
def test_a_recorder_writes_known_columns_under_the_primary_key(fact: type[Any]):
    batch = recorded(some(fact))
    assert batch.rows > 0
    for table, records in batch.appended.items():
        assert {len(record) for record in records} == {len(columns_of(table))}, table
    for table, rows in [*batch.inserted.items(), *batch.changed.items()]:
        key_length = len(metadata.tables[table].primary_key.columns)
        for key, row in rows.items():
            assert row.keys() <= set(columns_of(table)), table
            assert len(key) == key_length, table


@pytest.mark.parametrize("fact", RECORDERS, ids=lambda fact: fact.__name__)
def test_a_recorder_inserts_all_that_a_row_needs(fact: type[Any]):
    for table, rows in recorded(some(fact)).inserted.items():
        needed = {column.name for column in metadata.tables[table].columns if not column.nullable}
        for key, row in rows.items():
            names = [column.name for column in metadata.tables[table].primary_key.columns]
            assert needed <= row.keys(), table
            assert key == tuple(row[name] for name in names), table


def test_a_table_is_either_only_appended_to_or_inserted_and_changed():
    appended, changeable = set(ROWS_AS_THEY_ARE.values()), set()
    for fact in RECORDERS:
        batch = recorded(some(fact))
        appended |= batch.appended.keys()
        changeable |= batch.inserted.keys() | batch.changed.keys()
    assert not appended & changeable
    of_the_shop = {table.name for table in metadata.sorted_tables if table.schema is None}
    of_truth = set(shop_shapes()) - of_the_shop
    assert "truth.customer_traits" in of_truth
    assert appended | changeable | {"truth.exit_reasons"} == of_the_shop | of_truth  # of one reason only, see below


# --- what the rows say ------------------------------------------------------------------------------------------------

LINES = (facts.OrderLine(1, 7, 2, 1_250), facts.OrderLine(2, 9, 1, 400))
PLACED = facts.OrderPlaced(101, 201, 301, 11, 401, 1_000, 9_000, 8_000, 2_900, 100, 490, 3_290, LINES)


def test_a_placed_order_brings_its_lines_and_its_first_status():
    batch = recorded(PLACED)
    assert batch.inserted == {
        "orders": {
            (101,): {
                "order_id": 101,
                "customer_id": 201,
                "cart_id": 301,
                "warehouse_id": 11,
                "address_id": 401,
                "status": "placed",
                "placed_at": 1_000,
                "promised_at": 9_000,
                "slot_starts_at": 8_000,
                "subtotal": 2_900,
                "discount": 100,
                "delivery_fee": 490,
                "total": 3_290,
            }
        }
    }
    assert batch.appended == {
        "order_items": [(101, 1, 7, 2, 1_250), (101, 2, 9, 1, 400)],
        "order_status_changes": [(101, 1, "placed", 1_000)],
    }


MILESTONES = [
    (facts.OrderPaid(101, 2, 50), {"status": "paid", "paid_at": 50}),
    (facts.OrderPicked(101, 2, 50), {"status": "picked", "picked_at": 50}),
    (facts.OrderPacked(101, 2, 50), {"status": "packed", "packed_at": 50}),
    (facts.OrderDispatched(101, 2, 50), {"status": "dispatched", "dispatched_at": 50}),
    (facts.OrderDelivered(101, 2, 50), {"status": "delivered", "delivered_at": 50}),
    (
        facts.OrderCancelled(101, 2, "changed_mind", 50),
        {"status": "cancelled", "cancelled_at": 50, "cancel_reason": "changed_mind"},
    ),
]


@pytest.mark.parametrize(("fact", "columns"), MILESTONES, ids=lambda value: type(value).__name__)
def test_a_milestone_moves_the_order_and_its_history(fact: NamedTuple, columns: dict[str, object]):
    batch = recorded(fact)
    assert batch.changed == {"orders": {(101,): columns}}
    assert batch.appended == {"order_status_changes": [(101, 2, columns["status"], 50)]}


def test_starting_to_pick_or_to_pack_leaves_the_status():
    batch = recorded(facts.PickStarted(101, 5), facts.PackStarted(101, 6))
    assert batch.changed == {"orders": {(101,): {"pick_started_at": 5, "pack_started_at": 6}}}
    assert batch.appended == {}


def test_a_refund_is_a_payment_without_decline_reason():
    batch = recorded(facts.PaymentRefunded(1, 101, "card", 990, 70))
    assert batch.appended == {"payments": [(1, 101, "card", 990, "refunded", None, 70)]}


def test_a_movement_sets_the_totals_of_its_shelf():
    batch = recorded(facts.StockReserved(11, 7, 2, 5), facts.StockMoved(1, 11, 7, -2, "sale", 101, None, 98, 3, 60))
    assert batch.changed == {"inventory": {(11, 7): {"reserved": 3, "on_hand": 98}}}
    assert batch.appended == {"stock_movements": [(1, 11, 7, -2, "sale", 101, None, 60)]}


def test_a_plan_changes_the_levels_of_a_shelf_and_nothing_else():
    batch = recorded(facts.ShelfPlanned(11, 7, 12, 50))
    assert batch.changed == {"inventory": {(11, 7): {"reorder_point": 12, "order_up_to": 50}}}
    assert batch.appended == {}


def test_a_new_shelf_is_empty():
    [row] = recorded(facts.ShelfOpened(11, 7, 10, 40)).inserted["inventory"].values()
    assert row == {
        "warehouse_id": 11,
        "product_id": 7,
        "on_hand": 0,
        "reserved": 0,
        "reorder_point": 10,
        "order_up_to": 40,
    }


@pytest.mark.parametrize(
    ("outcome", "status", "delivered"),
    [("delivered", "delivered", {"delivered_at": 80}), ("nobody_home", "awaiting_retry", {})],
)
def test_an_attempt_counts_and_only_a_success_delivers(outcome: str, status: str, delivered: dict[str, int]):
    batch = recorded(facts.DeliveryAttempted(1, 2, 3, outcome, status, 80))
    assert batch.changed == {"deliveries": {(1,): {"status": status, "attempts": 2, **delivered}}}
    assert batch.appended == {"delivery_attempts": [(1, 2, 3, 80, outcome)]}


def test_a_loaded_parcel_is_out_for_delivery():
    batch = recorded(facts.ParcelLoaded(1, 2, 3, 4, 90))
    expected = {"trip_id": 2, "courier_id": 3, "stop_no": 4, "status": "out_for_delivery", "dispatched_at": 90}
    assert batch.changed == {"deliveries": {(1,): expected}}


def test_a_withdrawn_parcel_is_cancelled():
    assert recorded(facts.ParcelWithdrawn(1)).changed == {"deliveries": {(1,): {"status": "cancelled"}}}


def test_points_and_satisfaction_show_at_the_customer():
    points = facts.LoyaltyPointsMoved(1, 2, None, 50, 150, "silver", "purchase", 10, 250)
    feeling = facts.SatisfactionMoved(1, 3, "good_product", 4, 74, None, 11)
    batch = recorded(points, feeling)
    seen = {"loyalty_points": 150, "lifetime_points": 250, "loyalty_tier": "silver"}
    assert batch.changed == {"customers": {(1,): seen}, "truth.customer_traits": {(1,): {"satisfaction": 74}}}
    assert batch.appended == {
        "loyalty_transactions": [tuple(points)[:8]], "truth.satisfaction_changes": [tuple(feeling)]
    }  # fmt: skip


def test_a_device_is_added_once_and_then_changed():
    first = recorded(facts.DeviceRemembered(101, "mobile", 7_01, is_new=True, at=5))
    now = {"signed_in_at": 5, "visitor_id": 7_01}
    where = {"customer_id": 101, "device": "mobile", "added_at": 5}
    assert (first.inserted, first.changed) == ({"customer_devices": {(101, "mobile"): {**where, **now}}}, {})
    later = recorded(facts.DeviceRemembered(101, "mobile", 8_01, is_new=False, at=9))
    changed = {"customer_devices": {(101, "mobile"): {"signed_in_at": 9, "visitor_id": 8_01}}}
    assert (later.inserted, later.changed) == ({}, changed)


def test_who_is_known_from_the_start_is_identified_then_and_others_later():
    started = facts.SessionStarted(101, 9_01, 201, 1, 11, "search", "mobile", 5)
    [known] = recorded(started).inserted["sessions"].values()
    assert (known["visitor_id"], known["customer_id"], known["identified_at"]) == (9_01, 201, 5)
    [nobody] = recorded(started._replace(customer_id=None)).inserted["sessions"].values()
    assert not {"customer_id", "identified_at"} & nobody.keys()
    later = recorded(facts.CustomerIdentified(101, 201, 8))
    assert later.changed == {"sessions": {(101,): {"customer_id": 201, "identified_at": 8}}}


def test_a_reason_that_nobody_sees_is_told_in_truth_alone():
    batch = recorded(facts.SessionEnded(1, "cart_abandoned", "whim", 5), facts.CartClosed(2, "abandoned", "whim", 6))
    assert batch.appended == {"truth.exit_reasons": [(1, "whim")]}
    assert batch.changed == {
        "sessions": {(1,): {"outcome": "cart_abandoned", "ended_at": 5}},
        "carts": {(2,): {"status": "abandoned", "closed_at": 6}},
    }


def test_the_reasons_that_nobody_sees_are_those_of_the_table():
    assert set(UNSEEN_REASONS) == funnel._UNSEEN


@pytest.mark.parametrize("reason", [None, "price"])
def test_an_end_without_a_reason_sets_none(reason: str | None):
    ends = recorded(
        facts.SessionEnded(1, "cart_abandoned", reason, 5), facts.CartClosed(2, "abandoned", reason, 6)
    ).changed
    session, cart = cast("dict[str, Any]", ends)["sessions"][(1,)], ends["carts"][(2,)]
    assert session == {"outcome": "cart_abandoned", "ended_at": 5} | ({"exit_reason": reason} if reason else {})
    assert cart == {"status": "abandoned", "closed_at": 6} | ({"abandon_reason": reason} if reason else {})
