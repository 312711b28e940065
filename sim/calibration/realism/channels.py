"""Channels: whether they bring other people, on other devices, in other weeks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import cramers_v, cross_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

VISITS = """
SELECT s.channel, s.device, floor(extract(epoch FROM s.started_at - epoch) / 604800)::int AS week,
       floor(extract(epoch FROM sim_now - epoch) / 604800)::int AS weeks, count(*) AS visits
FROM sim.current_run CROSS JOIN sessions s GROUP BY 1, 2, 3, 4
"""
BY_PERSONA = """
SELECT s.channel, t.persona, count(*) AS visits
FROM sessions s JOIN truth.customer_traits t USING (customer_id) GROUP BY 1, 2
"""


def channel_by_device(visits: pd.DataFrame) -> float:
    """How the channel of a visit hangs together with its device, 0 to 1 (Cramér's V). Needs sessions."""
    return _channel_by(visits, "device")


def channel_by_persona(visits: pd.DataFrame) -> float:
    """How a known customer's channel hangs together with how he or she shops, 0 to 1 (Cramér's V).

    Needs sessions with their customer, and customers' personas, which are in schema truth.
    """
    return _channel_by(visits[visits["persona"].notna()], "persona")


def channel_by_week(visits: pd.DataFrame) -> float:
    """How the channel of a visit hangs together with the whole week since the opening, 0 to 1 (Cramér's V).

    Needs sessions of several weeks.
    """
    return _channel_by(visits[visits["week"] < visits["weeks"]], "week")


def _channel_by(visits: pd.DataFrame, other: str) -> float:
    return cramers_v(cross_table(visits["channel"], visits[other], visits["visits"]))


FIGURES: Sequence[Figure] = (
    Figure(
        "channel_by_device", "channel × device, sessions: Cramér's V",
        0.03, 0.3, "", OUR_CHOICE, VISITS, channel_by_device, held=True,
    ),
    Figure(
        "channel_by_persona", "channel × persona, sessions of known customers: Cramér's V",
        0.03, 0.3, "", OUR_CHOICE, BY_PERSONA, channel_by_persona, held=True,
    ),
    Figure(
        "channel_by_week", "channel × week, sessions: Cramér's V",
        0.03, 0.3, "", OUR_CHOICE, VISITS, channel_by_week, days=14,
    ),
)  # fmt: skip
