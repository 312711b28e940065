"""The scenario: every input of a run in one validated, immutable configuration.

The baseline's values are the defaults in these classes, each with unit and source. A scenario file states only its
differences. What a scenario sets are inputs (rates, capacities, service times, policies), never outputs.
"""

from sim.scenario.files import ScenarioError, load_scenario, scenario_names
from sim.scenario.scenario import Scenario

__all__ = ["Scenario", "ScenarioError", "load_scenario", "scenario_names"]
