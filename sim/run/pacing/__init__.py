"""Pacing: lets the shop live up to where the clock should be, and hands its facts over in consistent cuts."""

from sim.run.pacing.commands import Commands
from sim.run.pacing.fact_counter import FactCounter
from sim.run.pacing.runner import Runner

__all__ = ["Commands", "FactCounter", "Runner"]
