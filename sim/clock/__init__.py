"""Time: integer microseconds since the run's epoch, a SimPy environment on them, pace against the wall."""
