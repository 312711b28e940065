"""The earth as a ball of its mean radius, 6,371.0088 km (International Union of Geodesy and Geophysics)."""

from __future__ import annotations

from math import pi

DIAMETER_M = 2 * 6_371_008.8
METRES_PER_DEGREE = pi * DIAMETER_M / 360.0  # of latitude, and of longitude at the equator
