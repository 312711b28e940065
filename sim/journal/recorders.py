"""Which fact goes where: the table of contents of a row's way to the database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sim import facts
from sim.journal import delivery, funnel, incidents, orders, people, post_delivery, stock
from sim.journal.batch import OpenBatch

ROWS_AS_THEY_ARE: Final[dict[type, str]] = {
    facts.CityOpened: "cities",
    facts.WarehouseOpened: "warehouses",
    facts.CategoryListed: "categories",
    facts.ProductListed: "products",
    facts.CourierHired: "couriers",
    facts.ProductDrawn: "truth.product_traits",
    facts.CourierDrawn: "truth.courier_traits",
    facts.PriceSet: "product_prices",
    facts.AddressAdded: "addresses",
    facts.SessionStepped: "session_events",
    facts.PaymentAttempted: "payments",
    facts.SurveyAnswered: "survey_answers",
}
"""Facts whose fields are, in order, the columns of a table whose rows never change: the fact itself is the row."""

RECORDERS: Final[dict[type, Callable[[OpenBatch, Any], None]]] = {
    facts.CustomerRegistered: people.customer_registered,
    facts.CustomerDrawn: people.customer_drawn,
    facts.DeviceRemembered: people.device_remembered,
    facts.LoyaltyPointsMoved: people.loyalty_points_moved,
    facts.SatisfactionMoved: people.satisfaction_moved,
    facts.SessionStarted: funnel.session_started,
    facts.CustomerIdentified: funnel.customer_identified,
    facts.SessionEnded: funnel.session_ended,
    facts.CartOpened: funnel.cart_opened,
    facts.ItemAdded: funnel.item_added,
    facts.ItemRemoved: funnel.item_removed,
    facts.CartClosed: funnel.cart_closed,
    facts.OrderPlaced: orders.order_placed,
    facts.OrderPaid: orders.order_paid,
    facts.PickStarted: orders.pick_started,
    facts.OrderPicked: orders.order_picked,
    facts.PackStarted: orders.pack_started,
    facts.OrderPacked: orders.order_packed,
    facts.OrderDispatched: orders.order_dispatched,
    facts.OrderDelivered: orders.order_delivered,
    facts.OrderCancelled: orders.order_cancelled,
    facts.PaymentRefunded: orders.payment_refunded,
    facts.ShelfOpened: stock.shelf_opened,
    facts.ShelfPlanned: stock.shelf_planned,
    facts.StockReserved: stock.stock_reserved,
    facts.StockMoved: stock.stock_moved,
    facts.ReplenishmentOrdered: stock.replenishment_ordered,
    facts.ReplenishmentReceived: stock.replenishment_received,
    facts.ShiftStarted: delivery.shift_started,
    facts.ShiftEnded: delivery.shift_ended,
    facts.ParcelReady: delivery.parcel_ready,
    facts.ParcelWithdrawn: delivery.parcel_withdrawn,
    facts.TripStarted: delivery.trip_started,
    facts.ParcelLoaded: delivery.parcel_loaded,
    facts.DeliveryAttempted: delivery.delivery_attempted,
    facts.ParcelBroughtBack: delivery.parcel_brought_back,
    facts.TripEnded: delivery.trip_ended,
    facts.ReviewWritten: post_delivery.review_written,
    facts.ReviewAnswered: post_delivery.review_answered,
    facts.ReturnRequested: post_delivery.return_requested,
    facts.ReturnRefunded: post_delivery.return_refunded,
    facts.IncidentBegan: incidents.incident_began,
    facts.IncidentEnded: incidents.incident_ended,
}
"""All other facts: a function that makes their rows."""
