"""After the delivery: reviews and returns, at most one of each an order line, and what a survey says of an order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from models.base import Base, Money, Small, Whole, by_time, check, column, in_order, key, one_of, table_options, to


def of_an_order_line() -> ForeignKeyConstraint:
    """The reference of an (order, product) pair to its order line."""
    return ForeignKeyConstraint(["order_id", "product_id"], ["order_items.order_id", "order_items.product_id"])


class Review(Base):
    __tablename__ = "reviews"
    __table_args__ = (
        UniqueConstraint("order_id", "product_id"),
        of_an_order_line(),
        check("rating_range", "rating BETWEEN 1 AND 5"),
        in_order("created_at", "answered_at"),
        check("an_answer_has_words", "(answered_at IS NULL) = (answer IS NULL)"),
        Index(None, "product_id"),
        Index(None, "customer_id"),
        by_time("created_at"),
        by_time("answered_at"),
        table_options("Customers' reviews of what they were sent.", fillfactor=85, entity="review", purged="orders"),
    )

    review_id: Mapped[int] = key("The review; the last two digits are the city.")
    order_id: Mapped[int] = column("The order reviewed.")
    product_id: Mapped[int] = column("The product reviewed.")
    customer_id: Mapped[int] = column("Who wrote it: the customer of the order.", to("customers.customer_id"))
    rating: Mapped[Small] = column("Stars, 1 (bad) to 5 (good).")
    comment: Mapped[str | None] = column("Text of the review, if any.")
    created_at: Mapped[datetime] = column("When it was written.")
    answered_at: Mapped[datetime | None] = column("When the shop answered it, within some days; null where it has not.")
    answer: Mapped[str | None] = column("What the shop answered.")


class Return(Base):
    __tablename__ = "returns"
    __table_args__ = (
        UniqueConstraint("order_id", "product_id"),
        of_an_order_line(),
        one_of("reason", "not_as_described", "damaged", "wrong_size", "changed_mind", "too_late"),
        check("quantity_positive", "quantity > 0"),
        check("refund_amount_not_negative", "refund_amount >= 0"),
        in_order("requested_at", "refunded_at"),
        Index("ix_returns_open", "return_id", postgresql_where=text("refunded_at IS NULL")),
        by_time("requested_at"),
        by_time("refunded_at"),
        table_options("Order lines sent back, wholly or in part.", fillfactor=85, entity="return", purged="orders"),
    )

    return_id: Mapped[int] = key("The return; the last two digits are the city.")
    order_id: Mapped[int] = column("The order.")
    product_id: Mapped[int] = column("The product sent back.")
    quantity: Mapped[Whole] = column("Units sent back, at most those ordered.")
    reason: Mapped[str] = column(
        "not_as_described, damaged, wrong_size, changed_mind or too_late; what became of the units: stock_movements."
    )
    requested_at: Mapped[datetime] = column("When the customer asked for it.")
    refunded_at: Mapped[datetime | None] = column("When the money was given back; null until then.")
    refund_amount: Mapped[Money] = column("Money given back, or to be given back.")


class SurveyAnswer(Base):
    __tablename__ = "survey_answers"
    __table_args__ = (
        check("score_range", "score BETWEEN 0 AND 10"),
        Index(None, "customer_id"),
        by_time("answered_at"),
        table_options(
            "What customers answered when asked by mail, after a delivery, how likely they are to recommend the shop."
            " All are asked; few answer.",
            appended=True,
            purged="orders",
        ),
    )

    order_id: Mapped[int] = key("The order that was delivered.", to("orders.order_id"))
    customer_id: Mapped[int] = column("Who answered: the customer of the order.", to("customers.customer_id"))
    score: Mapped[Small] = column("0 (not at all likely) to 10; 9 and 10 are called promoters, up to 6 detractors.")
    comment: Mapped[str | None] = column("Why, in the customer's words, if anything.")
    answered_at: Mapped[datetime] = column("When it was answered.")
