"""Observers: listen to a replication's facts and keep no more of them than the figures need."""

from sim.experiments.observers.observer import Observer
from sim.experiments.observers.window import Window

__all__ = ["Observer", "Window"]
