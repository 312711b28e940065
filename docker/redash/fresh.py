"""Redash's web application, whose results are young enough for the speed of the shop: `gunicorn fresh:app`.

A dashboard is opened with what was asked lately. How long that is, Redash reads once, when it starts; the shop's speed
changes while it runs, so it is looked at whenever somebody asks something.
"""

from __future__ import annotations

import os
import time
from contextlib import closing

import psycopg2
from flask import request
from redash.wsgi import app

from redash import settings

SIMULATED_S = 20 * 60
LEAST_S, MOST_S = 10, 120
LOOK_EVERY_S = 5.0
_SPEED = "SELECT CASE WHEN status <> 'paused' THEN kept_speed END FROM sim.current_run"


def young_for_s(speed: float | None) -> int:
    """For how many seconds a result is young: twenty simulated minutes, within bounds."""
    return round(min(max(SIMULATED_S / speed, LEAST_S), MOST_S)) if speed else MOST_S


def speed_of(shop_url: str) -> float | None:
    """How fast the newest run is; None while it is at rest, or where there is none to be seen."""
    try:
        connected = psycopg2.connect(shop_url, connect_timeout=2, options="-c statement_timeout=2000")
        with closing(connected) as connection, connection.cursor() as cursor:
            cursor.execute(_SPEED)
            row = cursor.fetchone()
    except psycopg2.Error:
        return None
    return row[0] if row else None


class Watch:
    """Tells Redash anew, at most every few seconds."""

    def __init__(self, shop_url: str) -> None:
        self._shop_url = shop_url
        self._looked_s = float("-inf")

    def look(self) -> None:
        """Before a request; what asks for results is a POST."""
        now_s = time.monotonic()
        if request.method == "POST" and now_s - self._looked_s >= LOOK_EVERY_S:
            self._looked_s = now_s
            settings.QUERY_RESULTS_EXPIRED_TTL = young_for_s(speed_of(self._shop_url))


app.before_request(Watch(os.environ["SHOP_URL"]).look)
