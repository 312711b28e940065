"""What a shopper does in a session, by persona."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.parameter import Section, parameter, share
from sim.scenario.traits import ChannelFactors, DeviceFactors

Eagerness = Annotated[float, Field(ge=0.0, le=20.0)]


class Persona(Section):
    """How one kind of shopper behaves. Factors are relative to the funnel's own parameters."""

    share_of_customers: float = parameter(0.2, "weight among customers at the opening", unit="weight", ge=0.0)
    share_of_visitors: float = parameter(0.2, "weight among new visitors", unit="weight", ge=0.0)
    visit_factor: float = parameter(1.0, "how often such a customer comes", unit="ratio", ge=0.0, le=20.0)
    channel_factor: ChannelFactors = parameter(
        {}, "weight of a channel, over `demand.channel_weight`; 1 where none is given", unit="ratio"
    )
    device_factor: DeviceFactors = parameter(
        {}, "weight of a device, over `demand.device_weight`; 1 where none is given", unit="ratio"
    )
    browse_factor: float = parameter(1.0, "odds of viewing one more product", unit="ratio", gt=0.0, le=20.0)
    cart_factor: float = parameter(1.0, "odds of putting a viewed product into the cart", unit="ratio", ge=0.0, le=20.0)
    checkout_factor: float = parameter(1.0, "odds of going from cart to checkout", unit="ratio", ge=0.0, le=20.0)
    units_factor: float = parameter(1.0, "odds of one more unit of a product", unit="ratio", ge=0.0, le=20.0)
    price_elasticity: float = parameter(
        1.5, "chance to add goes with (list price / price) to this power", unit="exponent", ge=0.0, le=10.0
    )
    price_shy: float = parameter(1.0, "factor on giving up because of the price", unit="ratio", ge=0.0, le=10.0)
    patience_h: float = parameter(
        10.0, "promised wait, by day, that halves the will to order", unit="hours", gt=0.0, le=1000.0
    )
    whim_factor: float = parameter(1.0, "factor on leaving for no reason at all", unit="ratio", ge=0.0, le=10.0)
    rating_bias: float = parameter(0.0, "added to the leaning of a review, in stars", unit="stars", ge=-2.0, le=2.0)
    return_factor: float = parameter(1.0, "factor on the chance to return an item", unit="ratio", ge=0.0, le=10.0)
    review_factor: float = parameter(1.0, "factor on the chance to write a review", unit="ratio", ge=0.0, le=10.0)


PERSONAS = {
    "bargain_hunter": Persona(
        share_of_customers=24, share_of_visitors=26, visit_factor=1.1, browse_factor=1.25, cart_factor=0.95,
        checkout_factor=0.85, price_elasticity=4.0, price_shy=1.9, patience_h=17.0, rating_bias=-0.1,
        channel_factor={"ads": 1.5, "referral": 1.5, "search": 1.1, "direct": 0.7},
    ),
    "loyal": Persona(
        share_of_customers=26, share_of_visitors=8, visit_factor=1.5, browse_factor=0.85, cart_factor=1.35,
        checkout_factor=1.5, units_factor=1.15, price_elasticity=0.8, price_shy=0.6, patience_h=14.0, whim_factor=0.8,
        rating_bias=0.25, review_factor=1.3, channel_factor={"direct": 1.5, "email": 1.3, "ads": 0.6, "social": 0.7},
    ),
    "impulsive": Persona(
        share_of_customers=16, share_of_visitors=18, visit_factor=1.0, browse_factor=0.7, cart_factor=1.5,
        checkout_factor=1.25, price_elasticity=1.2, price_shy=0.7, patience_h=7.0, whim_factor=1.2, return_factor=1.5,
        channel_factor={"social": 1.8, "ads": 1.3, "search": 0.8}, device_factor={"mobile": 1.2, "desktop": 0.7},
    ),
    "window_shopper": Persona(
        share_of_customers=18, share_of_visitors=33, visit_factor=0.9, browse_factor=1.35, cart_factor=0.55,
        checkout_factor=0.5, price_shy=1.2, patience_h=11.0, whim_factor=1.4, review_factor=0.7,
        channel_factor={"social": 1.2, "direct": 0.9},
    ),
    "planner": Persona(
        share_of_customers=16, share_of_visitors=15, visit_factor=0.8, browse_factor=1.1, cart_factor=1.1,
        checkout_factor=1.2, units_factor=1.4, price_elasticity=1.6, patience_h=28.0, whim_factor=0.7,
        return_factor=0.6, rating_bias=0.1,
        channel_factor={"search": 1.2, "social": 0.5}, device_factor={"mobile": 0.8, "desktop": 1.5},
    ),
}  # fmt: skip


class Funnel(Section):
    """The steps of a session and the chances between them, before the persona's factors."""

    channel_eagerness: dict[str, Eagerness] = parameter(
        {"direct": 1.15, "search": 1.05, "social": 0.7, "email": 1.5, "ads": 0.8, "referral": 1.1},
        "odds of adding to the cart and of going to checkout, by channel",
        unit="ratio",
        source="general knowledge",
    )
    device_eagerness: dict[str, Eagerness] = parameter(
        {"mobile": 0.9, "desktop": 1.25, "tablet": 1.0}, "the same by device", unit="ratio", source="general knowledge"
    )
    bounce: float = share(0.36, "sessions that leave before viewing any product")
    view_more: float = share(0.76, "viewing one more product rather than leaving, after a view")
    same_category: float = share(0.55, "the next product viewed is of the same category")
    add_to_cart: float = share(0.0415, "a viewed product in stock at list price is put into the cart")
    competitor_price_ratio: float = parameter(
        1.0,
        "competitors' prices of the same goods over list prices; lower ones keep from adding and from ordering,"
        " to the power of the persona's price_elasticity",
        unit="ratio",
        gt=0.0,
        le=10.0,
    )
    another_item_factor: float = parameter(
        4.8,
        "odds of adding a product when there is one in the cart already",
        unit="ratio",
        source="basket",
        ge=0.0,
        le=100.0,
    )
    empty_shelf_leave: float = share(0.22, "leaving at once at an empty shelf")
    empty_shelf_swap: float = share(0.5, "else looking for a substitute of the same category")
    restored_checkout: float = share(0.5, "going straight to checkout after coming back to a cart")
    leave_for_price: float = share(
        0.3, "leaving a cart while shopping because of its price rather than by whim; times the persona's price_shy"
    )
    remove: float = share(0.05, "taking an item out again while shopping on with a cart")
    complement: float = share(0.15, "looking for what goes with a product that was just added, when shopping on")
    after_add_checkout: float = share(0.27, "going to checkout right after adding")
    after_add_leave: float = share(0.12, "leaving with a full cart right after adding, by whim")
    one_more_unit: float = share(0.2, "one more unit of the same product, again and again")
    price_second_thoughts: float = share(
        0.13, "giving up at checkout because of a cart of median value; goes with the cart's value"
    )
    fee_second_thoughts: float = share(0.14, "giving up at checkout when a delivery fee is added")
    checkout_whim: float = share(0.11, "giving up at checkout for no reason at all")
    substitute_at_checkout: float = share(0.6, "going on without an item that has sold out, if others remain")
    most_steps: int = parameter(80, "a session's end at the latest", unit="events", ge=10, le=1000)
    landing_dwell_s: float = parameter(
        12.0, "median time on the page that a session begins with", unit="s", gt=0.0, le=3600.0
    )
    view_dwell_s: float = parameter(28.0, "median time on a product page", unit="s", gt=0.0, le=3600.0)
    cart_dwell_s: float = parameter(16.0, "median time on the cart's page", unit="s", gt=0.0, le=3600.0)
    checkout_dwell_s: float = parameter(75.0, "median time in the checkout form", unit="s", gt=0.0, le=3600.0)
    payment_dwell_s: float = parameter(24.0, "median time to enter a payment", unit="s", gt=0.0, le=3600.0)
    dwell_sigma: float = parameter(0.8, "spread of these times (sigma of a lognormal)", unit="log", ge=0.0, le=3.0)
    device_dwell: dict[str, Eagerness] = parameter(
        {"mobile": 0.85, "desktop": 1.2, "tablet": 1.3}, "factor on all these times by device",
        unit="ratio", source="general knowledge",
    )  # fmt: skip
    idle_share: float = share(0.03, "pages that are left open while somebody does something else")
    idle_s: float = parameter(240.0, "median time until they come back to it", unit="s", gt=0.0, le=3600.0)
    idle_sigma: float = parameter(1.0, "spread of that time (sigma of a lognormal)", unit="log", ge=0.0, le=3.0)
    personas: dict[str, Persona] = parameter(PERSONAS, "the kinds of shopper", unit="table")
