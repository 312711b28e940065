"""What stands for the past that was cut off (`--keep`), so that sums, chains and ids go on from where they stood."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.orm import Mapped

from models.base import Base, Small, Whole, check, column, key, table_options, to
from models.declarations import purged_entities
from models.people import TIERS
from models.run_control import SCHEMA


class Retention(Base):
    __tablename__ = "retention"
    __table_args__ = (
        check("only_row", "only_row"),
        {"schema": SCHEMA, **table_options("Since when the shop's past is complete; no row while nothing was cut.")},
    )

    only_row: Mapped[bool] = key("True: there is one row.")
    kept_since: Mapped[datetime] = column(
        "Simulated instant since which nothing is missing; of what was over before it only that is there to which "
        "later rows belong. Read it by kept_since()."
    )


class CarriedCustomer(Base):
    __tablename__ = "carried_customers"
    __table_args__ = (
        check("loyalty_seq_not_negative", "loyalty_seq >= 0"),
        check("loyalty_points_not_negative", "loyalty_points >= 0"),
        check("loyalty_tier_known", "loyalty_tier IN ({})".format(", ".join(f"'{tier}'" for tier in TIERS))),
        check("tier_of_a_transaction", "(loyalty_seq = 0) = (loyalty_tier IS NULL)"),
        {
            "schema": SCHEMA,
            **table_options(
                "Where a customer's points stood after the last of their transactions that was cut off.", fillfactor=80
            ),
        },
    )

    customer_id: Mapped[int] = key("The customer.", to("customers.customer_id"))
    loyalty_seq: Mapped[Whole] = column("Loyalty transactions cut off.", default="0")
    loyalty_points: Mapped[Whole] = column("Points after the last of them.", default="0")
    lifetime_points: Mapped[Whole] = column("Points of theirs that count for the tier.", default="0")
    loyalty_tier: Mapped[str | None] = column("Tier after the last of them.")
    last_paid_at: Mapped[datetime | None] = column("When the last order that was cut off was paid.")


class CarriedStock(Base):
    __tablename__ = "carried_stock"
    __table_args__ = (
        ForeignKeyConstraint(["warehouse_id", "product_id"], ["inventory.warehouse_id", "inventory.product_id"]),
        {"schema": SCHEMA, **table_options("The sum of the stock movements that were cut off.", fillfactor=50)},
    )

    warehouse_id: Mapped[Small] = key("The warehouse.")
    product_id: Mapped[int] = key("The product.")
    quantity: Mapped[int] = column("Units that came, less those that left.")


class CarriedId(Base):
    __tablename__ = "carried_ids"
    __table_args__ = (
        check("entity_known", "entity IN ({})".format(", ".join(f"'{entity}'" for entity in purged_entities()))),
        check("newest_id_names_its_city", "mod(newest_id, 100) = city_id"),
        {"schema": SCHEMA, **table_options("The newest ids that were cut off: none is given twice.", fillfactor=50)},
    )

    city_id: Mapped[Small] = key("The city.", to("cities.city_id"))
    entity: Mapped[str] = key("What it is the id of: session, cart, order and so on.")
    newest_id: Mapped[int] = column("The largest id of a row that was cut off.")
