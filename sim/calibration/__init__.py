"""Calibration: what a shop measures against published figures, in a database of its own."""
