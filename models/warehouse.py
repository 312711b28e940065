"""The warehouse: what is on the shelves, every unit that came or went, and what was ordered from suppliers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped

from models.base import (
    PURGED_ALONE,
    Base,
    Small,
    Whole,
    by_time,
    check,
    column,
    in_order,
    key,
    one_of,
    planned,
    table_options,
    to,
)


def on_a_shelf() -> ForeignKeyConstraint:
    """The reference of a (warehouse, product) pair to its place in the inventory."""
    return ForeignKeyConstraint(["warehouse_id", "product_id"], ["inventory.warehouse_id", "inventory.product_id"])


class Inventory(Base):
    __tablename__ = "inventory"
    __table_args__ = (
        check("reserved_within_on_hand", "reserved >= 0 AND reserved <= on_hand"),
        check("reorder_point_not_negative", "reorder_point >= 0"),
        check("order_up_to_above_reorder_point", "order_up_to >= reorder_point"),
        table_options("Current stock, one row a warehouse and product; on_hand - reserved can be sold.", fillfactor=70),
    )

    warehouse_id: Mapped[Small] = key("The warehouse.", to("warehouses.warehouse_id"))
    product_id: Mapped[int] = key("The product.", to("products.product_id"))
    on_hand: Mapped[Whole] = column("Units on the shelf: the sum of its stock_movements.")
    reserved: Mapped[Whole] = column("Of these, units of orders that are neither picked nor cancelled yet.")
    reorder_point: Mapped[Whole] = column("At or below this many units a replenishment is ordered.")
    order_up_to: Mapped[Whole] = column("Units that a replenishment brings the stock up to.")


class StockMovement(Base):
    __tablename__ = "stock_movements"
    __table_args__ = (
        on_a_shelf(),
        one_of("reason", "opening", "replenishment", "sale", "return", "cancellation", "write_off"),
        check("quantity_not_zero", "quantity <> 0"),
        check("only_sales_and_write_offs_take", "(reason IN ('sale', 'write_off')) = (quantity < 0)"),
        check(
            "order_of_a_sale_or_a_return",
            "(reason IN ('sale', 'return', 'cancellation', 'write_off')) = (order_id IS NOT NULL)",
        ),
        check("replenishment_of_a_replenishment", "(reason = 'replenishment') = (replenishment_id IS NOT NULL)"),
        Index(None, "warehouse_id", "product_id", "occurred_at"),
        Index(None, "order_id"),
        Index(None, "replenishment_id", postgresql_where=text("replenishment_id IS NOT NULL")),
        by_time("occurred_at"),
        table_options("Every unit that came onto or left a shelf.", entity="movement", appended=True, purged="orders"),
    )

    movement_id: Mapped[int] = key("The movement; the last two digits are the city.")
    warehouse_id: Mapped[Small] = column("The warehouse.")
    product_id: Mapped[int] = column("The product.")
    quantity: Mapped[Whole] = column("Units that came (positive) or left (negative).")
    reason: Mapped[str] = column(
        "opening, replenishment, sale (picked for an order), return, cancellation (put back after picking), or "
        "write_off (came back by a return and cannot be sold again, as all that is damaged)."
    )
    order_id: Mapped[int | None] = column("The order picked, returned or cancelled.", to("orders.order_id"))
    replenishment_id: Mapped[int | None] = column("The replenishment received.", to("replenishments.replenishment_id"))
    occurred_at: Mapped[datetime] = column("When the units moved.")


class Replenishment(Base):
    __tablename__ = "replenishments"
    __table_args__ = (
        on_a_shelf(),
        check("quantity_positive", "quantity > 0"),
        check("due_at_after_ordered_at", "due_at >= ordered_at"),
        in_order("ordered_at", "received_at"),
        Index("ix_replenishments_open", "warehouse_id", "product_id", postgresql_where=text("received_at IS NULL")),
        by_time("ordered_at"),
        by_time("received_at"),
        table_options(
            "Orders to suppliers for one product of one warehouse.",
            fillfactor=85,
            entity="replenishment",
            purged=PURGED_ALONE,
        ),
    )

    replenishment_id: Mapped[int] = key("The replenishment; the last two digits are the city.")
    warehouse_id: Mapped[Small] = column("The warehouse it goes to.")
    product_id: Mapped[int] = column("The product.")
    quantity: Mapped[Whole] = column("Units ordered.")
    ordered_at: Mapped[datetime] = column("When it was ordered.")
    due_at: Mapped[datetime] = planned("When it should arrive; may lie after sim_now().")
    received_at: Mapped[datetime | None] = column("When it arrived; null while under way.")
