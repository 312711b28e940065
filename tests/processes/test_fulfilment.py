"""From paid to the dock: queues, priority, staffing. Picking one unit takes 100 s, packing it 60 s."""

from __future__ import annotations

from sim.facts import OrderPacked, OrderPicked, PackStarted, ParcelReady, PickStarted, StockMoved
from sim.processes.fulfilment import change_of_staff
from tests.processes.world import HOUR_S, Tiny, by_hour, scenario


def with_changing_staff(**warehouse: object) -> Tiny:
    tiny = Tiny(scenario(warehouse=warehouse))
    tiny.env.process(change_of_staff(tiny.env, tiny.warehouse.pickers, 22))
    tiny.env.process(change_of_staff(tiny.env, tiny.warehouse.packers, 23))
    return tiny


def test_an_order_goes_from_paid_to_the_dock():
    tiny = Tiny()
    order = tiny.paid(10.0, metres=3000)
    tiny.run(1000)
    assert tiny.seconds(PickStarted) == [10.0]
    assert tiny.seconds(OrderPicked) == [110.0]  # 60 + 30 a line + 10 a unit
    assert tiny.seconds(PackStarted) == [110.0]
    assert tiny.seconds(OrderPacked) == [170.0]  # 40 + 20 a unit
    (ready,) = tiny.told(ParcelReady)
    assert (ready.order_id, ready.at, ready.distance_m) == (order.order_id, 170_000_000, 3000)
    assert [picked.status_seq for picked in tiny.told(OrderPicked)] == [2]
    assert [packed.status_seq for packed in tiny.told(OrderPacked)] == [3]


def test_service_times_go_with_lines_and_units():
    tiny = Tiny()
    tiny.paid(units=((1, 2), (3, 4)))
    tiny.run(1000)
    assert tiny.seconds(OrderPicked) == [60.0 + 2 * 30 + 6 * 10]
    assert tiny.seconds(OrderPacked) == [180.0 + 40 + 6 * 20]


def test_units_leave_the_shelf_when_they_are_picked():
    tiny = Tiny()
    tiny.paid(units=((1, 2), (3, 4)))
    shelf = tiny.warehouse.shelves[3]
    tiny.run(179)
    assert (shelf.on_hand, shelf.reserved) == (100, 4)
    tiny.run(180)
    assert (shelf.on_hand, shelf.reserved) == (96, 0)
    assert [(m.product_id, m.quantity, m.reason, m.at) for m in tiny.told(StockMoved)] == [
        (1, -2, "sale", 180_000_000), (3, -4, "sale", 180_000_000),
    ]  # fmt: skip


def test_the_second_order_waits_for_the_busy_picker():
    tiny = Tiny()
    tiny.paid(0.0)
    tiny.paid(30.0)
    tiny.run(29)
    assert (tiny.warehouse.pickers.waiting, tiny.warehouse.pickers.busy) == (0, 1)
    tiny.run(30)
    assert (tiny.warehouse.pickers.waiting, tiny.warehouse.pickers.busy) == (1, 1)
    tiny.run(1000)
    assert tiny.by_order(PickStarted) == {101: 0.0, 201: 100.0}
    assert tiny.by_order(OrderPicked) == {101: 100.0, 201: 200.0}
    assert tiny.by_order(OrderPacked) == {101: 160.0, 201: 260.0}


def test_an_order_waits_for_a_busy_packer():
    tiny = Tiny(scenario(warehouse={"pack_base_s": 230.0}))  # 250 s a unit: slower than picking
    tiny.paid(0.0)
    tiny.paid(0.0)
    tiny.run(1000)
    assert tiny.by_order(OrderPicked) == {101: 100.0, 201: 200.0}
    assert tiny.by_order(PackStarted) == {101: 100.0, 201: 350.0}
    assert tiny.by_order(OrderPacked) == {101: 350.0, 201: 600.0}


def test_two_pickers_work_side_by_side():
    tiny = Tiny(scenario(warehouse={"pickers_by_hour": (2,) * 24}))
    for _ in range(3):
        tiny.paid(0.0)
    tiny.run(1000)
    assert tiny.by_order(PickStarted) == {101: 0.0, 201: 0.0, 301: 100.0}


def test_the_nearer_promise_goes_first():
    tiny = Tiny()
    tiny.paid(0.0, promised_s=9000)
    tiny.paid(1.0, promised_s=8000)
    tiny.paid(2.0, promised_s=7000)
    tiny.run(1000)
    assert tiny.by_order(PickStarted) == {101: 0.0, 301: 100.0, 201: 200.0}


def test_equal_promises_go_by_order_id():
    tiny = Tiny()
    for at_s in (0.0, 2.0, 1.0):
        tiny.paid(at_s, promised_s=9000)
    tiny.run(1000)
    assert tiny.by_order(PickStarted) == {101: 0.0, 201: 100.0, 301: 200.0}


def test_first_come_is_a_policy_too():
    tiny = Tiny(scenario(warehouse={"queue_policy": "first_come"}))
    tiny.paid(0.0, promised_s=9000)
    tiny.paid(2.0, promised_s=7000)
    tiny.paid(1.0, promised_s=8000)
    tiny.run(1000)
    assert tiny.by_order(PickStarted) == {101: 0.0, 301: 100.0, 201: 200.0}


def test_an_order_of_the_night_waits_for_opening():
    tiny = with_changing_staff(pickers_by_hour=by_hour({0: 0, 6: 1}))
    tiny.paid(2 * HOUR_S)
    tiny.run(7 * HOUR_S)
    assert tiny.seconds(PickStarted) == [6.0 * HOUR_S]


def test_a_second_picker_begins_on_the_hour():
    tiny = with_changing_staff(pickers_by_hour=by_hour({0: 1, 1: 2}), pick_base_s=1960.0)  # 2000 s an order
    for _ in range(3):
        tiny.paid(0.0)
    tiny.run(3 * HOUR_S)
    # the only picker is done at 2000 and busy with the next until 4000; the newcomer takes the third at 3600
    assert tiny.by_order(PickStarted) == {101: 0.0, 201: 2000.0, 301: 3600.0}


def test_at_closing_who_is_at_work_finishes_and_nobody_begins():
    tiny = with_changing_staff(pickers_by_hour=by_hour({0: 1, 1: 0, 6: 1}))
    tiny.paid(HOUR_S - 10.0)
    tiny.paid(HOUR_S - 5.0)
    tiny.run(7 * HOUR_S)
    assert tiny.by_order(OrderPicked) == {101: HOUR_S + 90.0, 201: 6 * HOUR_S + 100.0}
    assert tiny.by_order(OrderPacked)[101] == HOUR_S + 150.0  # packers are still there


def test_with_fewer_pickers_than_hands_at_work_nothing_new_begins():
    tiny = with_changing_staff(pickers_by_hour=by_hour({0: 2, 1: 1}))
    for second in (-60, -50, -40, -30):  # before the hour; 100 s each
        tiny.paid(HOUR_S + second)
    tiny.run(2 * HOUR_S)
    # at +40 the first is done, but the second picker has gone home and the other is busy until +50
    picked = tiny.by_order(PickStarted)
    assert picked == {101: HOUR_S - 60.0, 201: HOUR_S - 50.0, 301: HOUR_S + 50.0, 401: HOUR_S + 150.0}
