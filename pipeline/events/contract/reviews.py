"""Reviews of what was delivered, and answers to the survey about it."""

from __future__ import annotations

from pipeline.events.event_type import EventType, of

TYPES = (
    EventType(
        "review.written",
        "shop.reviews",
        "reviews",
        "A customer reviewed a product.",
        "review_id",
        "product_id",
        of("reviews", "review_id", "order_id", "product_id", "customer_id", "rating", "comment"),
    ),
    EventType(
        "review.answered",
        "shop.reviews",
        "reviews",
        "The shop answered a review.",
        "review_id",
        "product_id",
        of("reviews", "review_id", "product_id", "answer"),
    ),
    EventType(
        "survey.answered",
        "shop.reviews",
        "survey_answers",
        "A customer said how likely he or she is to recommend the shop.",
        "order_id",
        "customer_id",
        of("survey_answers", "order_id", "customer_id", "score", "comment"),
    ),
)
