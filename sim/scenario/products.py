"""What sets products apart from each other, in ways that no list of goods shows."""

from __future__ import annotations

from sim.scenario.parameter import Section, parameter


class Products(Section):
    """Quality, appeal and life: drawn once for each product, for good; factors on odds have mean 1 over products."""

    quality_sigma: float = parameter(
        0.85, "spread of the odds of disappointing between products (sigma of a lognormal of mean 1)", unit="log",
        ge=0.0, le=2.0,
    )  # fmt: skip
    quality_stars: float = parameter(
        0.25, "stars that a product better than most by a standard deviation has more than a usual one", unit="stars",
        ge=0.0, le=2.0,
    )  # fmt: skip
    appeal_sigma: float = parameter(
        0.35, "spread of the odds of adding between products (sigma of a lognormal of mean 1)", unit="log",
        ge=0.0, le=2.0,
    )  # fmt: skip
    price_appeal: float = parameter(
        0.3, "the odds of adding a product go with its list price to minus this power", unit="exponent",
        ge=0.0, le=3.0,
    )  # fmt: skip
    peak_days: float = parameter(
        50.0, "median time from a product's launch until it is looked at most", unit="days", gt=0.0, le=3650.0
    )
    peak_sigma: float = parameter(0.6, "its spread (sigma of a lognormal)", unit="log", ge=0.0, le=2.0)
    vogue_floor: float = parameter(
        0.1, "of the looks at a product's height, what it has at any age", unit="share", ge=0.0, le=1.0
    )
    promotion_views: float = parameter(
        1.5, "a product on promotion is shown this many times as often", unit="ratio", ge=0.0, le=20.0
    )
