"""What is seen of the funnel: sessions, carts, product views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiments.observers.window import percent
from sim.facts import CartClosed, SessionEnded, SessionStarted, SessionStepped

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from sim.experiments.observers.window import Window


class FunnelObserver:
    """Counts sessions by how they ended, carts likewise, and views of shelves that had what was looked for."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._begins_us = window.begins_us
        self._started = 0
        self._ended = self._ordered = 0
        self._closed = self._abandoned = 0
        self._views = [0, 0]  # of empty shelves, of shelves with the product

    def takes(self) -> dict[type, Callable[[Any], None]]:
        """Which facts are listened to, and by whom."""
        return {
            SessionStarted: self._session_started,
            SessionStepped: self._session_stepped,
            SessionEnded: self._session_ended,
            CartClosed: self._cart_closed,
        }

    def figures(self) -> dict[str, float]:
        """The figures of the window."""
        return {
            "sessions_per_day": self._started / self._window.days,
            "conversion_pct": percent(self._ordered, self._ended),
            "abandonment_pct": percent(self._abandoned, self._closed),
            "fill_rate_pct": percent(self._views[True], sum(self._views)),
        }

    def _session_started(self, fact: SessionStarted) -> None:
        self._started += fact.at >= self._begins_us

    def _session_stepped(self, fact: SessionStepped) -> None:
        if fact.in_stock is not None and fact.at >= self._begins_us:
            self._views[fact.in_stock] += 1

    def _session_ended(self, fact: SessionEnded) -> None:
        if fact.at >= self._begins_us:
            self._ended += 1
            self._ordered += fact.outcome == "ordered"

    def _cart_closed(self, fact: CartClosed) -> None:
        if fact.at >= self._begins_us:
            self._closed += 1
            self._abandoned += fact.status == "abandoned"
