"""Answering: somebody of the shop reads a review, and has something to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.environment import Turn
from sim.facts import ReviewAnswered
from sim.shop.ids import city_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy import Event

    from sim.processes.world import World
    from sim.snapshot import UnansweredReviewRow


def await_answer(world: World, review: UnansweredReviewRow) -> None:
    """Have a review answered that has a text, if it will be; what should have been answered before now is not."""
    if not world.wording.answers:
        return
    clock = world.region_of[city_of(review.review_id)].clock
    at = world.answers.answered_at(review.review_id, review.rating, review.written_at, clock)
    if at is not None and at > world.env.now:
        world.env.process(_answer(world, review, at))


def _answer(world: World, review: UnansweredReviewRow, at: int) -> Generator[Event, None, None]:
    yield world.env.until(at, Turn.ANSWER, review.review_id)
    product = world.catalogue.product(review.product_id)
    category = world.catalogue.category(product.category_id).name
    answer = world.wording.answer(review.review_id, review.rating, category, product.naming)
    world.tell(ReviewAnswered(review.review_id, answer, at))
