"""Surveying: a customer answers the mail about a delivery, as satisfied as he or she is by then, and may say why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.facts import SurveyAnswered
from sim.processes.reviewing import words_about
from sim.shop.survey import as_stars

if TYPE_CHECKING:
    from sim.processes.world import World
    from sim.shop.order import Order


def answer_survey(world: World, order: Order) -> None:
    """Answer, now; it moves nothing else."""
    customer, survey = order.customer, world.survey
    u = survey.draws(order)
    score = survey.score(u, customer.satisfaction)
    comment = _words(world, order, score, u[4]) if survey.has_comment(u) else None
    world.tell(SurveyAnswered(order.order_id, customer.customer_id, score, comment, world.env.now))


def _words(world: World, order: Order, score: int, u_speed: float) -> str:
    """Return why: what disappointed, if anything did, else the first of the order's lines, and how it came."""
    opinions = world.opinions
    line = next((each for each in order.lines if opinions.disappoints(order, each)), order.lines[0])
    opinion = opinions.of(order, line)._replace(rating=as_stars(score))
    return words_about(world, order, line, opinion, u_speed, 0, again=False)
