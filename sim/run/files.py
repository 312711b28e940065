"""The files that a run is made of, each read once: whoever edits one meanwhile changes the next start, not this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.markets import load_market
from sim.scenario import load_scenario

if TYPE_CHECKING:
    from sim.markets import Market
    from sim.scenario import Scenario


class RunFiles:
    """Scenarios and markets as they were when they were first asked for."""

    def __init__(self) -> None:
        self._scenarios: dict[str, tuple[str, Scenario]] = {}
        self._markets: dict[str, Market] = {}

    def scenario(self, name_or_path: str) -> tuple[str, Scenario]:
        """Name and scenario. Raises ScenarioError."""
        if name_or_path not in self._scenarios:
            self._scenarios[name_or_path] = load_scenario(name_or_path)
        return self._scenarios[name_or_path]

    def market(self, name_or_path: str) -> Market:
        """The market. Raises MarketError."""
        if name_or_path not in self._markets:
            self._markets[name_or_path] = load_market(name_or_path)
        return self._markets[name_or_path]
