"""After the delivery: what the customer experiences, earns, writes and sends back."""

from __future__ import annotations

from typing import Any

import pytest

from sim.clock.units import seconds_us
from sim.facts import (
    LoyaltyPointsMoved,
    PaymentRefunded,
    ReturnRefunded,
    ReturnRequested,
    ReviewAnswered,
    ReviewWritten,
    SatisfactionMoved,
    StockMoved,
    SurveyAnswered,
)
from sim.luck import Purpose
from sim.markets import Reviews
from sim.processes.experience import book_points
from sim.processes.post_delivery import begin_post_delivery, post_delivery
from sim.processes.returning import OpenReturn
from sim.shop.order import Order
from sim.shop.wording import Wording
from tests.processes.world import DAY_S, HOUR_S, MARKET, Script, Tiny, scenario

REVIEWS = {"write": 0.75, "with_text": 0.75}
RETURNS = {"rate": 0.75, "processing_days": 2.0, "delay_median_days": 3.0}
ONLY_MINDS = {"changed_mind": 1.0, "wrong_size": 0.0}


def delivered(tiny: Tiny, at_s: float, *, discount_cents: int = 0, **order: object) -> Order:
    """Let an order arrive at an instant; its goods have left the shelf."""
    done = tiny.order(**order)  # type: ignore[arg-type]
    for line in done.lines:
        tiny.warehouse.shelves[line.product_id].take(line.quantity)
    done.discount_cents = discount_cents
    done.total_cents -= discount_cents
    done.attempts = 1

    def arrive() -> None:
        done.delivered_at = tiny.env.now
        begin_post_delivery(tiny.world, done)

    tiny.at(at_s, arrive)
    return done


# --- experiences and points ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at_s", "felt", "satisfaction"),
    [
        (2 * HOUR_S - 45 * 60 - 1, "delivered_early", 63),
        (2 * HOUR_S - 45 * 60, "delivered_on_time", 62),
        (2 * HOUR_S, "delivered_on_time", 62),
        (2 * HOUR_S + 1, "delivered_late", 53),
        (2 * HOUR_S + 90 * 60, "delivered_late", 53),
        (2 * HOUR_S + 90 * 60 + 1, "delivered_very_late", 45),
    ],
)
def test_what_is_felt_follows_from_the_promise(at_s, felt, satisfaction):
    tiny = Tiny()
    delivered(tiny, at_s, promised_s=2 * HOUR_S)
    tiny.run(DAY_S)
    assert [(m.reason, m.satisfaction, m.at) for m in tiny.told(SatisfactionMoved)] == [
        (felt, satisfaction, seconds_us(at_s))
    ]


def test_points_are_for_goods_after_the_discount_in_whole_units():
    tiny = Tiny()
    delivered(tiny, 100, units=((1, 2), (2, 1)), discount_cents=250)  # 25.00 less 2.50
    tiny.run(DAY_S)
    assert [(m.points, m.balance, m.reason) for m in tiny.told(LoyaltyPointsMoved)] == [(22, 22, "purchase")]


# --- the survey ------------------------------------------------------------------------------------------------------

SURVEY = {
    "answer": 0.75, "asked_after_h": 24, "delay_median_h": 10, "score_at_50": 6, "score_per_point": 0.1,
    "with_comment": 0.75,
}  # fmt: skip


def surveyed(luck: Script | None = None, promised_s: float = DAY_S) -> SurveyAnswered:
    """The answer about an order of one line, delivered half a day after it was placed."""
    tiny = Tiny(scenario(survey=SURVEY), luck=luck)
    delivered(tiny, DAY_S / 2, promised_s=promised_s)
    tiny.run(30 * DAY_S)
    (answered,) = tiny.told(SurveyAnswered)
    assert len(tiny.told(SatisfactionMoved)) == 1  # of the delivery: to answer moves nothing
    return answered


def test_a_survey_is_answered_as_satisfied_as_the_delivery_made_its_customer():
    answered = surveyed()
    assert answered.at == (DAY_S // 2 + 34 * HOUR_S) * 10**6  # a day until the mail, and the median delay
    assert answered.score == 7  # early: 63 points of satisfaction, 6 + 1.3
    assert answered.comment in MARKET.reviews.good_product


def test_who_was_kept_waiting_says_so_in_the_survey():
    answered = surveyed(promised_s=DAY_S / 4)
    assert answered.score == 6  # very late: 45 points, 5.5
    assert answered.comment in (MARKET.reviews.very_late or ())


def test_what_disappoints_is_what_the_comment_is_about():
    answered = surveyed({(Purpose.REVIEW, 101, 1): {0: 0.1}, (Purpose.SURVEY, 101, 0): {2: 0.1}})
    assert answered.score == 5  # 7.3 - 1.28 x 1.5
    assert answered.comment in MARKET.reviews.bad_product


def test_some_give_a_score_and_no_reason():
    assert surveyed({(Purpose.SURVEY, 101, 0): {3: 0.8}}).comment is None


# --- reviews ---------------------------------------------------------------------------------------------------------


def reviewed(luck: Script | None = None, promised_s: float = DAY_S, **review: float) -> ReviewWritten:
    """The review of an order of one line, delivered half a day after it was placed."""
    tiny = Tiny(scenario(review={**REVIEWS, **review}), luck=luck)
    delivered(tiny, DAY_S / 2, promised_s=promised_s)
    tiny.run(30 * DAY_S)
    (written,) = tiny.told(ReviewWritten)
    return written


def test_a_review_of_a_good_product_in_time():
    written = reviewed()
    assert written.at == (DAY_S // 2 + 30 * HOUR_S) * 10**6  # the median delay
    assert written.rating == 5  # a leaning of 4.85
    assert written.comment in MARKET.reviews.good_product


def test_a_bad_product_loses_stars():
    written = reviewed({(Purpose.REVIEW, 101, 1): {0: 0.1}})
    assert written.rating == 2  # 4.85 - 3.2 = 1.65
    assert written.comment in MARKET.reviews.bad_product


def test_what_is_damaged_is_called_damaged():
    written = reviewed({(Purpose.REVIEW, 101, 1): {0: 0.1}, (Purpose.RETURN, 101, 1): {3: 0.1}})
    assert written.comment in set(MARKET.reviews.damaged or ()) - set(MARKET.reviews.bad_product)


def test_a_parcel_that_was_late_and_good_all_the_same():
    written = reviewed({(Purpose.REVIEW, 101, 1): {3: 0.99}}, promised_s=DAY_S * 0.4)  # 4.85 - 0.9 - 0.4 + 1.9
    assert written.rating == 5
    assert written.comment in (MARKET.reviews.late_but_good or ())


def test_lateness_counts_in_promised_lead_times():
    written = reviewed(promised_s=DAY_S / 4)  # late by one lead time: 4.85 - 0.9 - 1.5 = 2.45
    assert written.rating == 2
    assert written.comment in (MARKET.reviews.very_late or ())  # by six hours


def test_nobody_gets_angrier_than_two_lead_times_make():
    assert reviewed(promised_s=DAY_S / 100).rating == 1  # 4.85 - 0.9 - 2 x 1.5 = 0.95; without the bound far below
    assert reviewed(promised_s=DAY_S / 100, leaning=5.5).rating == 2  # 1.6


@pytest.mark.parametrize(
    ("delivered_at_h", "written_at_h"),
    [(3, 34.5), (17, 47 + 1 / 3), (18, 57)],
    ids=["in the morning", "late in the evening", "at night"],
)
def test_a_review_waits_for_the_hours_at_which_people_write(delivered_at_h, written_at_h):
    """Three quarters are written from 9 to 12, the rest from 20 on; thirty hours after the delivery it is thought of.

    That is at 9 in the first case: 9/24 of the day are over, and 9/24 of its writing at half past ten.
    """
    by_hour = (0,) * 9 + (1,) * 3 + (0,) * 8 + (0.25,) * 4
    tiny = Tiny(scenario(review={**REVIEWS, "by_hour": by_hour}))
    delivered(tiny, delivered_at_h * HOUR_S, promised_s=2 * DAY_S)
    tiny.run(30 * DAY_S)
    assert tiny.seconds(ReviewWritten) == [pytest.approx(written_at_h * HOUR_S)]


def test_a_review_that_would_wait_beyond_the_last_day_is_not_written():
    by_hour = (0,) * 20 + (1,) * 4
    for within_days, reviews in ((1.6, 0), (1.7, 1)):
        tiny = Tiny(scenario(review={**REVIEWS, "by_hour": by_hour, "within_days": within_days}))
        delivered(tiny, 6 * HOUR_S)  # and thought of at noon of the next day, written at ten in the evening
        tiny.run(30 * DAY_S)
        assert len(tiny.told(ReviewWritten)) == reviews


def test_a_review_after_the_last_day_is_not_written():
    tiny = Tiny(scenario(review={**REVIEWS, "within_days": 1.0}))
    delivered(tiny, 0.0)
    tiny.run(30 * DAY_S)
    assert tiny.told(ReviewWritten) == []


def answered(reviews: Reviews = MARKET.reviews, **review: Any) -> list[ReviewAnswered]:
    """The answers to the only review, written on Tuesday at six in the evening."""
    tiny = Tiny(scenario(review={**REVIEWS, **review}))
    tiny.world.wording = Wording(reviews, tiny.world.luck)
    delivered(tiny, DAY_S / 2)
    tiny.run(30 * DAY_S)
    return tiny.told(ReviewAnswered)


def test_a_review_is_answered_once_in_the_words_for_its_stars():
    answers = ["Thank you.", {"stars": [5], "weight": 1e9, "say": ["Many thanks."]}]
    reviews = Reviews.model_validate(MARKET.reviews.model_dump() | {"answers": answers})
    always: dict[str, Any] = {"answered_by_stars": (1, 1, 1, 1, 1), "answer_median_h": 20}
    assert answered(reviews=reviews, **always) == [ReviewAnswered(101, "Many thanks.", (DAY_S + 38 * HOUR_S) * 10**6)]
    assert answered(reviews=reviews, **always | {"with_text": 0.0}) == []
    assert answered(reviews=reviews, **always | {"answered_by_stars": (1, 1, 1, 1, 0.5)}) == []
    assert answered(**always) == []  # without words


def test_what_was_bad_is_reviewed_more_often():
    for factor, reviews in ((1.0, 0), (1.5, 1)):  # the reviewer's luck is one half
        tiny = Tiny(scenario(review={"write": 0.4, "write_after_bad": factor}))
        delivered(tiny, DAY_S, promised_s=DAY_S - 1)
        tiny.run(30 * DAY_S)
        assert len(tiny.told(ReviewWritten)) == reviews


def test_a_review_tells_how_the_product_was_felt():
    for luck, felt, delta in ((0.5, "good_product", 3), (0.1, "bad_product", -9)):
        tiny = Tiny(scenario(review=REVIEWS), luck={(Purpose.REVIEW, 101, 1): {0: luck}})
        delivered(tiny, 0.0)
        tiny.run(30 * DAY_S)
        assert [(m.reason, m.delta) for m in tiny.told(SatisfactionMoved)][1:] == [(felt, delta)]


# --- returns ---------------------------------------------------------------------------------------------------------


def test_a_return_brings_money_points_and_goods_back():
    tiny = Tiny(scenario(returns=RETURNS), luck={(Purpose.RETURN, 101, 2): {0: 0.99}})  # only line 1 comes back
    order = delivered(tiny, 100, units=((1, 2), (2, 1)), discount_cents=250)
    tiny.run(30 * DAY_S)
    (request,) = tiny.told(ReturnRequested)
    assert (request.order_id, request.product_id, request.quantity) == (order.order_id, 1, 2)
    assert request.reason == "changed_mind"
    assert request.at == (100 + 3 * DAY_S) * 10**6
    assert request.refund_cents == 1800  # 20.00 of 25.00 bear 2.00 of the discount of 2.50
    refunded_at = (100 + 5 * DAY_S) * 10**6
    assert [(r.return_id, r.at) for r in tiny.told(ReturnRefunded)] == [(request.return_id, refunded_at)]
    assert [(p.amount_cents, p.method, p.at) for p in tiny.told(PaymentRefunded)] == [(1800, "card", refunded_at)]
    assert [(m.points, m.balance, m.reason) for m in tiny.told(LoyaltyPointsMoved)] == [
        (22, 22, "purchase"), (-18, 4, "refund"),
    ]  # fmt: skip
    assert [(m.product_id, m.quantity, m.reason, m.at) for m in tiny.told(StockMoved)] == [
        (1, 2, "return", refunded_at)
    ]
    assert tiny.warehouse.shelves[1].on_hand == 100
    assert [(m.reason, m.delta) for m in tiny.told(SatisfactionMoved)] == [("delivered_early", 3), ("refund", 1)]


def test_a_discount_that_does_not_divide_is_rounded_in_the_shops_favour():
    tiny = Tiny(scenario(returns=RETURNS))
    delivered(tiny, 0.0, units=((1, 1), (2, 1), (4, 1)), discount_cents=100)  # of 17.50
    tiny.run(30 * DAY_S)
    # parts of 57.14, 28.57 and 14.29 cents are rounded up
    assert [r.refund_cents for r in tiny.told(ReturnRequested)] == [1000 - 58, 500 - 29, 250 - 15]


def test_points_already_spent_are_not_taken_below_nothing():
    tiny = Tiny(scenario(returns=RETURNS))
    order = delivered(tiny, 0.0)  # earns 10

    def spend() -> None:
        order.customer.points = 3

    tiny.at(DAY_S, spend)
    tiny.run(30 * DAY_S)
    assert [(m.points, m.balance) for m in tiny.told(LoyaltyPointsMoved)] == [(10, 10), (-3, 0)]


@pytest.mark.parametrize(
    ("luck", "reason", "restocked"),
    [
        ({Purpose.RETURN: {4: 0.69}}, "changed_mind", True),
        ({Purpose.RETURN: {4: 0.71}}, "changed_mind", False),
        ({Purpose.REVIEW: {0: 0.1}, Purpose.RETURN: {4: 0.53}}, "not_as_described", True),  # half the odds: 0.538
        ({Purpose.REVIEW: {0: 0.1}, Purpose.RETURN: {4: 0.54}}, "not_as_described", False),
        ({Purpose.REVIEW: {0: 0.1}, Purpose.RETURN: {3: 0.1, 4: 0.0}}, "damaged", False),
    ],
)
def test_what_cannot_be_sold_again_is_written_off_at_once(luck, reason, restocked):
    odds = {"not_as_described": 0.5, "wrong_size": 1.0, "changed_mind": 1.0, "too_late": 1.0}
    plan = scenario(returns={**RETURNS, "restock": 0.7, "restock_odds": odds, "other_reason_weight": ONLY_MINDS})
    tiny = Tiny(plan, luck={(purpose, 101, 1): uniforms for purpose, uniforms in luck.items()})
    delivered(tiny, 0.0, units=((1, 2),))
    tiny.run(30 * DAY_S)
    (request,) = tiny.told(ReturnRequested)
    (refunded,) = tiny.told(ReturnRefunded)
    assert request.reason == reason
    moved = [("return", 2, 100), ("write_off", -2, 98)]
    assert [(m.reason, m.quantity, m.on_hand) for m in tiny.told(StockMoved)] == moved[: 1 if restocked else 2]
    assert {m.at for m in tiny.told(StockMoved)} == {refunded.at}


def test_some_units_of_a_line_come_back_and_are_paid_for():
    part = {(Purpose.RETURN_PART, 101, 1): {0: 0.3, 1: 0.5}}
    tiny = Tiny(scenario(returns={**RETURNS, "in_part": 0.4}), luck=part)
    delivered(tiny, 0.0, units=((1, 4),), discount_cents=400)  # of 40.00
    tiny.run(30 * DAY_S)
    (request,) = tiny.told(ReturnRequested)
    assert (request.quantity, request.refund_cents) == (2, 1800)
    assert [p.amount_cents for p in tiny.told(PaymentRefunded)] == [1800]
    assert [(m.reason, m.quantity, m.on_hand) for m in tiny.told(StockMoved)] == [("return", 2, 98)]


def test_a_return_taken_up_again_is_finished_as_it_was_asked_for():
    """Whatever the settings say now: a damaged unit of two, asked for by another program perhaps."""
    tiny = Tiny(scenario(returns={**RETURNS, "in_part": 0.0}))
    order = tiny.order(units=((1, 2),))
    tiny.warehouse.shelves[1].take(2)
    order.delivered_at, order.attempts = 0, 1
    asked = {1: OpenReturn(77, 1, "damaged", 990)}
    day_after_request = 4 * DAY_S
    tiny.at(day_after_request, lambda: tiny.env.process(post_delivery(tiny.world, order, asked)))
    tiny.run(30 * DAY_S)
    assert [refunded.return_id for refunded in tiny.told(ReturnRefunded)] == [77]
    assert [p.amount_cents for p in tiny.told(PaymentRefunded)] == [990]
    assert [(m.reason, m.quantity) for m in tiny.told(StockMoved)] == [("return", 1), ("write_off", -1)]


def test_requests_come_within_the_term_or_not_at_all():
    tiny = Tiny(scenario(returns={**RETURNS, "within_days": 2.0}))
    delivered(tiny, 0.0)
    tiny.run(30 * DAY_S)
    assert tiny.told(ReturnRequested) == []


@pytest.mark.parametrize(
    ("luck", "promised_s", "reason"),
    [
        ({}, DAY_S, None),
        ({}, 1.0, "too_late"),
        ({(Purpose.REVIEW, 101, 1): {0: 0.1}}, DAY_S, "not_as_described"),
        ({(Purpose.REVIEW, 101, 1): {0: 0.1}}, 1.0, "not_as_described"),
    ],
    ids=["all was well", "late", "bad product", "bad product and late"],
)
def test_what_is_late_or_disappoints_comes_back_more_often_and_says_why(luck, promised_s, reason):
    # the customer's luck is one half: above a rate of 0.4, below 1.5 or 4 times that
    plan = scenario(returns={**RETURNS, "rate": 0.4, "reason_too_late": 0.75})
    tiny = Tiny(plan, luck=luck)
    delivered(tiny, 2.0, promised_s=promised_s)
    tiny.run(30 * DAY_S)
    assert [request.reason for request in tiny.told(ReturnRequested)] == ([reason] if reason else [])


def test_nobody_who_is_content_says_that_it_came_too_late():
    for luck, reason in ((0.5, "too_late"), (0.99, "changed_mind")):  # stars: 4.85 - 0.9 - 0.3, and 1.9 more
        plan = scenario(returns={**RETURNS, "other_reason_weight": ONLY_MINDS}, review={"late_stars_per_lead": 1.2})
        tiny = Tiny(plan, luck={(Purpose.REVIEW, 101, 1): {3: luck}})
        delivered(tiny, 1.5 * HOUR_S, promised_s=HOUR_S)
        tiny.run(30 * DAY_S)
        assert [request.reason for request in tiny.told(ReturnRequested)] == [reason]


def test_what_is_late_can_come_back_for_another_reason():
    tiny = Tiny(scenario(returns={**RETURNS, "reason_too_late": 0.25}), luck={(Purpose.RETURN, 101, 1): {3: 0.7}})
    delivered(tiny, 2.0, promised_s=1.0)
    tiny.run(30 * DAY_S)
    assert [request.reason for request in tiny.told(ReturnRequested)] == ["wrong_size"]


def test_refunds_do_not_exceed_what_the_goods_cost():
    tiny = Tiny(scenario(returns={"rate": 0.75}))
    order = tiny.order(units=((1, 1), (2, 1), (4, 1)))
    for line in order.lines:
        tiny.warehouse.shelves[line.product_id].take(line.quantity)
    order.discount_cents = order.subtotal_cents - 1
    order.total_cents = 1
    order.delivered_at = 0
    order.attempts = 1
    begin_post_delivery(tiny.world, order)
    tiny.run(30 * DAY_S)
    assert sum(p.amount_cents for p in tiny.told(PaymentRefunded)) <= 1


def test_nothing_to_book_is_no_transaction():
    tiny = Tiny()
    book_points(tiny.world, tiny.customer(), -5, "refund", 101)
    assert tiny.told(LoyaltyPointsMoved) == []
