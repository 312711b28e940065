"""Observers: listen to a replication's facts and keep no more of them than the figures need."""

from sim.laboratory.observers.observer import Observer
from sim.laboratory.observers.window import Window

__all__ = ["Observer", "Window"]
