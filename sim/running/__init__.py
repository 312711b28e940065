"""Running: lets the shop live up to where the clock should be, and hands its facts over in consistent cuts."""

from sim.running.plan import Plan
from sim.running.runner import Runner
from sim.running.tally import Tally
from sim.running.wishes import Wishes

__all__ = ["Plan", "Runner", "Tally", "Wishes"]
