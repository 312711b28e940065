"""Visits and product views counted by quarters of an hour, for dashboards; db/quarters.sql keeps them up to date."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped

from models.base import Base, Small, Whole, column, key, one_of, table_options, to
from models.funnel import CHANNELS
from models.people import DEVICES
from models.run_control import SCHEMA


class SessionQuarter(Base):
    __tablename__ = "session_quarters"
    __table_args__ = (
        one_of("channel", *CHANNELS),
        one_of("device", *DEVICES),
        {
            "schema": SCHEMA,
            **table_options(
                "Visits that have ended, by the quarter of an hour in which they began. Read it by visits_in().",
                fillfactor=80,
            ),
        },
    )

    quarter_at: Mapped[datetime] = key("Beginning of the quarter, UTC.")
    city_id: Mapped[Small] = key("The city the visitors are in.", to("cities.city_id"))
    channel: Mapped[str] = key("How they came.")
    device: Mapped[str] = key("What they came with.")
    bounced: Mapped[Whole] = column("Visits with this outcome.")
    browsed: Mapped[Whole] = column("Visits with this outcome.")
    cart_abandoned: Mapped[Whole] = column("Visits with this outcome.")
    checkout_abandoned: Mapped[Whole] = column("Visits with this outcome.")
    payment_failed: Mapped[Whole] = column("Visits with this outcome.")
    ordered: Mapped[Whole] = column("Visits with this outcome.")


class ViewQuarter(Base):
    __tablename__ = "view_quarters"
    __table_args__ = (
        {
            "schema": SCHEMA,
            **table_options("Product views, counted by quarters of an hour. Read it by views_in().", fillfactor=80),
        },
    )

    quarter_at: Mapped[datetime] = key("Beginning of the quarter, UTC.")
    city_id: Mapped[Small] = key("The city the visitors are in.", to("cities.city_id"))
    product_views: Mapped[Whole] = column("Product views in it.")
    missed_views: Mapped[Whole] = column("Of these, how many met an empty shelf.")
