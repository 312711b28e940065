"""Service times of picking and packing."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import TYPE_CHECKING

from sim.clock.units import seconds_us
from sim.luck import exponential, standard_normal

if TYPE_CHECKING:
    from sim.scenario.warehouse import Warehouse


def mean_pick_s(posts: Warehouse, lines: int, units: int) -> float:
    """Return the mean pick time in seconds."""
    return posts.pick_base_s + posts.pick_line_s * lines + posts.pick_unit_s * units


def mean_pack_s(posts: Warehouse, units: int) -> float:
    """Return the mean packing time in seconds."""
    return posts.pack_base_s + posts.pack_unit_s * units


def service_us(posts: Warehouse, mean_s: float, u: float) -> int:
    """Return a service time in µs about its mean, in the scenario's shape."""
    if posts.service_distribution == "exponential":
        return seconds_us(exponential(u, mean_s))
    if posts.service_distribution == "constant" or posts.service_cv == 0.0:
        return seconds_us(mean_s)
    variance = log(1.0 + posts.service_cv**2)
    return seconds_us(mean_s * exp(sqrt(variance) * standard_normal(u) - variance / 2.0))
