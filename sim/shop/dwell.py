"""Dwell: how long somebody looks at a page. A mixture: most read it, some leave it open and do something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.clock.units import SECOND_US
from sim.luck import lognormal

if TYPE_CHECKING:
    from sim.scenario.funnel import Funnel

LONGEST_S = 1800.0  # after half an hour without a step web analytics count another session (Google Analytics does)


class Dwell:
    """Times on pages on one kind of device."""

    __slots__ = ("_idle_s", "_idle_share", "_idle_sigma", "_median_s", "_sigma")

    def __init__(self, funnel: Funnel, device: str) -> None:
        factor = funnel.device_dwell[device]
        forms = {
            "checkout": funnel.checkout_dwell_s,
            **dict.fromkeys(("order_placed", "payment_attempt"), funnel.payment_dwell_s),
        }
        pages = {
            "visit": funnel.landing_dwell_s,
            "product_view": funnel.view_dwell_s,
            **dict.fromkeys(("cart_restored", "add_to_cart", "remove_from_cart"), funnel.cart_dwell_s),
        }
        self._median_s = {step: median_s * factor for step, median_s in (forms | pages).items()}
        self._sigma = funnel.dwell_sigma
        # A form that somebody fills in is not left open.
        self._idle_share = {**dict.fromkeys(pages, funnel.idle_share), **dict.fromkeys(forms, 0.0)}
        self._idle_s, self._idle_sigma = funnel.idle_s, funnel.idle_sigma

    def us(self, step: str, pace: float, u: float) -> int:
        """Return the microseconds after a step at that pace; one uniform says whether it is left open and how long."""
        idle = self._idle_share[step]
        if u < idle:
            seconds = lognormal(u / idle, self._idle_s, self._idle_sigma)
        else:
            seconds = lognormal((u - idle) / (1.0 - idle), self._median_s[step] * pace, self._sigma)
        return round(min(seconds, LONGEST_S) * SECOND_US)
