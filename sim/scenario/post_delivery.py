"""What happens after: cancellations, reviews, returns, satisfaction."""

from __future__ import annotations

from sim.scenario.demand import Weight
from sim.scenario.parameter import Section, Share, parameter, share


class Cancellation(Section):
    """Customers who change their minds or lose patience before the order is on its way."""

    change_of_mind: float = share(0.012, "wanting to cancel a paid order after all", source="late / cancelled")
    change_of_mind_after_min: float = parameter(
        30.0, "mean time until then (exponential)", unit="min", gt=0.0, le=10_000.0
    )
    gives_up_late: float = share(0.35, "cancelling an order that is late and not on its way yet")
    gives_up_after_h: float = parameter(
        3.0, "mean lateness at which this happens (exponential)", unit="h", gt=0.0, le=1000.0
    )


class Review(Section):
    """A review follows what happened: the product, the lateness, the attempts."""

    write: float = share(0.24, "reviewing a delivered order line")
    write_after_bad: float = parameter(
        1.5, "factor on that after a late delivery or a bad product", unit="ratio", ge=0.0, le=4.0
    )
    delay_median_h: float = parameter(30.0, "median time from delivery to review", unit="h", gt=0.0, le=720.0)
    delay_sigma: float = parameter(0.9, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=2.0)
    by_hour: tuple[Weight, ...] = parameter(
        (0.3, 0.1, 0, 0, 0, 0, 0.15, 0.5, 0.8, 0.9, 0.95, 1,
         1.05, 1.05, 1, 1, 1.05, 1.1, 1.25, 1.5, 1.75, 1.7, 1.2, 0.65),
        "how many write at which local hour; who thinks of a review earlier in the day waits",
        unit="weight", min_length=24, max_length=24,
    )  # fmt: skip
    within_days: float = parameter(30.0, "nobody reviews later than this", unit="days", gt=0.0, le=365.0)
    with_text: float = share(0.41, "reviews with a text", source="review score")
    answered_by_stars: tuple[Share, ...] = parameter(
        (0.6, 0.5, 0.35, 0.1, 0.07), "texts of one star, two … five that the shop answers", unit="share",
        min_length=5, max_length=5,
    )  # fmt: skip
    answer_median_h: float = parameter(
        16.0, "median time from review to answer, before it waits for working hours; 72 h at most", unit="h",
        gt=0.0, le=72.0,
    )  # fmt: skip
    answer_sigma: float = parameter(0.8, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=2.0)
    praise_speed: float = share(0.33, "five-star texts that praise the speed, when it came early")
    bad_product: float = share(0.115, "items that disappoint, whatever the delivery", source="review score")
    leaning: float = parameter(
        4.85, "leaning of a review of a good product, in time", unit="stars", source="review score", ge=1.0, le=6.0
    )
    bad_product_stars: float = parameter(3.2, "stars lost to a bad product", unit="stars", ge=0.0, le=5.0)
    late_stars: float = parameter(
        0.9, "stars lost to any lateness", unit="stars", source="rating against lateness", ge=0.0, le=5.0
    )
    late_stars_per_lead: float = parameter(
        1.5,
        "and for each promised lead time that it is late by",
        unit="stars",
        source="rating against lateness",
        ge=0.0,
        le=20.0,
    )
    failed_attempt_stars: float = parameter(0.4, "stars lost to a failed attempt", unit="stars", ge=0.0, le=5.0)
    noise_stars: float = parameter(0.8, "standard deviation of the rest", unit="stars", ge=0.0, le=5.0)
    remembered: float = share(0.3, "good products that their buyer speaks of when reviewing another one of the same")


class Return(Section):
    """Returns by category (the market's weights) and cause."""

    rate: float = share(
        0.105, "delivered lines that come back, good product in time, category of weight 1", source="returns"
    )
    bad_product_factor: float = parameter(4.0, "factor when the product disappoints", unit="ratio", ge=0.0, le=50.0)
    late_factor: float = parameter(1.5, "factor when it came late", unit="ratio", ge=0.0, le=50.0)
    highest: float = share(0.85, "cap of the chance")
    delay_median_days: float = parameter(3.5, "median time from delivery to the request", unit="days", gt=0.0, le=30.0)
    delay_sigma: float = parameter(0.7, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=2.0)
    within_days: float = parameter(30.0, "requests are accepted until then", unit="days", gt=0.0, le=365.0)
    processing_days: float = parameter(2.5, "median time from request to refund", unit="days", gt=0.0, le=60.0)
    processing_sigma: float = parameter(0.4, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=2.0)
    processing_most_days: float = parameter(
        10.0, "a refund is made by then, or as soon as goods are taken in again", unit="days", gt=0.0, le=365.0
    )
    reason_too_late: float = share(
        0.7, "returned lines of a good product that came late, of those the lateness leaves at most three stars"
    )
    bad_reason_weight: dict[str, Weight] = parameter(
        {"not_as_described": 60.0, "damaged": 40.0}, "why disappointing products come back", unit="weight"
    )
    other_reason_weight: dict[str, Weight] = parameter(
        {"changed_mind": 62.0, "wrong_size": 38.0},
        "why other products come back, in categories with sizes; elsewhere minds were changed",
        unit="weight",
    )
    in_part: float = share(0.4, "returned lines of two units and more of which only some units come back")
    restock: float = share(
        0.7, "returned goods, unless damaged, that can be sold again and go back onto the shelf; others are written off"
    )
    restock_odds: dict[str, Weight] = parameter(
        {"not_as_described": 0.5, "wrong_size": 1.0, "changed_mind": 1.0, "too_late": 3.0},
        "odds of that against restock, by reason: used, tried on, or not even opened; what is damaged never is",
        unit="odds ratio",
    )


class Survey(Section):
    """Whoever gets a delivery is asked by mail how likely he or she is to recommend the shop, 0 to 10; some answer."""

    answer: float = share(0.13, "deliveries about which the survey is answered", source="survey answers")
    asked_after_h: float = parameter(
        36.0, "time from delivery to the mail", unit="h", source="survey answers", ge=0.0, le=720.0
    )
    delay_median_h: float = parameter(7.0, "median time from mail to answer", unit="h", gt=0.0, le=720.0)
    delay_sigma: float = parameter(1.3, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=3.0)
    within_days: float = parameter(
        14.0, "nobody answers later than this after the delivery", unit="days", gt=0.0, le=90.0
    )
    score_at_50: float = parameter(
        7.2, "mean score at satisfaction 50, before it is cut to 0 to 10", unit="score", ge=0.0, le=10.0
    )
    score_per_point: float = parameter(0.09, "what a point of satisfaction adds to it", unit="score", ge=0.0, le=1.0)
    noise: float = parameter(1.5, "standard deviation of the rest", unit="score", ge=0.0, le=5.0)
    with_comment: float = share(0.4, "answers with a comment")


class Satisfaction(Section):
    """How experiences move a customer's satisfaction (an integer from 0 to 100)."""

    opening_low: int = parameter(45, "lowest satisfaction at the opening", unit="points", ge=0, le=100)
    opening_high: int = parameter(85, "highest satisfaction at the opening", unit="points", ge=0, le=100)
    new_customer: int = parameter(60, "satisfaction of a new customer", unit="points", ge=0, le=100)
    delta: dict[str, int] = parameter(
        {
            "delivered_early": 3, "delivered_on_time": 2, "delivered_late": -7, "delivered_very_late": -15,
            "failed_attempt": -4, "out_of_stock": -2, "payment_declined": -3, "order_cancelled": -8,
            "refund": 1, "good_product": 3, "bad_product": -9,
        },
        "what an experience adds", unit="points",
    )  # fmt: skip
    early_by_min: float = parameter(45.0, "early means sooner than promised by this", unit="min", ge=0.0)
    very_late_by_min: float = parameter(90.0, "very late means later than promised by this", unit="min", ge=0.0)
