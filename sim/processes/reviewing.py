"""Reviewing: stars for a delivered line, and words that fit them, their cause and what was bought before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import ReviewWritten
from sim.luck import Purpose
from sim.processes.answering import await_answer
from sim.processes.experience import record_experience
from sim.processes.purchase_memory import has_one_already
from sim.shop.rating import PRAISE, complaint, praise
from sim.shop.wording import Topic
from sim.snapshot import UnansweredReviewRow

if TYPE_CHECKING:
    from sim.facts import OrderLine
    from sim.processes.world import World
    from sim.shop.order import Order
    from sim.shop.rating import Opinion


def write_review(world: World, order: Order, line: OrderLine) -> None:
    """Write the review, now."""
    now, customer, opinions = world.env.now, order.customer, world.opinions
    u = opinions.review_draws(order, line)
    rating = opinions.rating(order, line)
    comment = _words(world, order, line, u[6]) if u[4] < world.scenario.review.with_text else None
    review_id = order.warehouse.ids.next("review")
    world.tell(ReviewWritten(review_id, order.order_id, line.product_id, customer.customer_id, rating, comment, now))
    if comment is not None:
        await_answer(world, UnansweredReviewRow(review_id, line.product_id, rating, now))
    quality = "bad_product" if opinions.disappoints(order, line) else "good_product"
    record_experience(world, customer, quality, order.order_id)


def _words(world: World, order: Order, line: OrderLine, u_speed: float) -> str:
    again = has_one_already(order, line, world.env.now)
    return words_about(world, order, line, world.opinions.of(order, line), u_speed, line.line_no, again=again)


def words_about(
    world: World, order: Order, line: OrderLine, opinion: Opinion, u_speed: float, number: int, *, again: bool
) -> str:
    """Return what a customer of that opinion writes of a line: text `number` of the order, 0 for the whole of it."""
    product = world.catalogue.product(line.product_id)
    category = world.catalogue.category(product.category_id).name
    clock = order.warehouse.clock
    days = clock.local_day(order.delivered_at or 0) - clock.local_day(order.placed_at)
    subject = _subject(world, order, opinion, u_speed, again=again)
    topic = Topic(subject, opinion.rating, days, category, product.naming)
    return world.wording.text(topic, order.order_id, number, order.customer.customer_id)


def _subject(world: World, order: Order, opinion: Opinion, u_speed: float, *, again: bool) -> str:
    if opinion.rating >= PRAISE:
        tells_speed = u_speed < world.scenario.review.praise_speed
        return praise(order, opinion, tells_speed=tells_speed, again=again)
    return complaint(order, opinion, _first_failure(world, order), world.scenario.satisfaction.very_late_by_min)


def _first_failure(world: World, order: Order) -> str:
    """Return why the first attempt failed, if it did."""
    _, u_why = world.luck.draws(Purpose.ATTEMPT, order.delivery_id, 1, 2)
    return world.failure_reasons.pick(u_why)
