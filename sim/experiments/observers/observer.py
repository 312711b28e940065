"""The observer of a whole replication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiments.metrics import METRICS
from sim.experiments.observers.funnel import FunnelObserver
from sim.experiments.observers.orders import OrderObserver
from sim.experiments.observers.people import CourierObserver, CustomerObserver

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sim.experiments.observers.window import Window
    from sim.facts import Fact


class Observer:
    """Is told every fact of a replication, and knows its figures in the end."""

    def __init__(self, window: Window) -> None:
        self._funnel, self._orders = FunnelObserver(window), OrderObserver(window)
        self._couriers, self._customers = CourierObserver(window), CustomerObserver(window)
        self._takes: dict[type, tuple[Callable[[Any], None], ...]] = {}
        for part in (self._funnel, self._orders, self._couriers, self._customers):
            for kind, take in part.takes().items():
                self._takes[kind] = (*self._takes.get(kind, ()), take)

    def tell(self, fact: Fact) -> None:
        """Take a fact; the hot path."""
        for take in self._takes.get(type(fact), ()):
            take(fact)

    def figures(self, pickers_on_duty_us: int) -> dict[str, float]:
        """Every metric's value, in the order of the metrics; NaN where nothing happened that it could be made of."""
        found = {
            **self._funnel.figures(),
            **self._orders.figures(pickers_on_duty_us),
            **self._couriers.figures(),
            **self._customers.figures(),
        }
        return {metric.name: found.pop(metric.name) for metric in METRICS}
