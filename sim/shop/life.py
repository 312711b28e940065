"""The life of a product: its launch, the rise to its height and the decay after it."""

from __future__ import annotations

from math import exp
from typing import TYPE_CHECKING, NamedTuple

from sim.luck import Luck, Purpose, lognormal

if TYPE_CHECKING:
    from sim.scenario.products import Products

LIFETIME = 4.0  # a product's life in times from launch to height
_LIFE = 5  # occurrence: the draws of a product, after those of its appeal


class Life(NamedTuple):
    """When a product is launched, in days of the run, and how many days later it is at its height."""

    launched_day: float
    peak_days: float

    def vogue(self, day: float, floor: float) -> float:
        """Return how much it is looked at on a day, over its height; `floor` of that stays for ever.

        The rest is x exp(1 - x) of the age x in times from launch to height: a quick rise, a height, a slow decay.
        """
        age = (day - self.launched_day) / self.peak_days
        return floor + (1.0 - floor) * age * exp(1.0 - age) if age > 0.0 else 0.0


def established_life(luck: Luck, products: Products, product_id: int) -> Life:
    """Return the life of a product that is on sale when the shop opens: anywhere in it, and rather in a long one.

    Of lives that begin at an even rate those met at an instant are so: longer by the spread (length-biased).
    """
    u_height, u_age = luck.draws(Purpose.PRODUCT, product_id, _LIFE, 2)
    sigma = products.peak_sigma
    peak_days = lognormal(u_height, products.peak_days, sigma) * exp(sigma * sigma)
    return Life(-u_age * LIFETIME * peak_days, peak_days)
