"""Visits: how long people look, and whether it is known who they are when it should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.stats import skew

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import intraclass_correlation, per_cent

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE = 20  # every so many-th known customer: events are by far the most rows
PAGES = ("visit", "product_view", "add_to_cart")  # the steps after which a page is read
LEAST_STEPS = 200  # of a kind, before their median says anything

DWELLS = f"""
SELECT customer_id, device, event_type, dwell_s FROM (
    SELECT s.customer_id, s.device, e.event_type,
           extract(epoch FROM lead(e.occurred_at) OVER (PARTITION BY session_id ORDER BY e.seq) - e.occurred_at)::float8
               AS dwell_s
    FROM sessions s JOIN session_events e USING (session_id) WHERE s.customer_id / 100 % {SAMPLE} = 0
) steps WHERE dwell_s > 0
"""
BOUNCES = """
SELECT (ended_at > started_at)::int AS lasted, count(*) AS visits FROM sessions WHERE outcome = 'bounced' GROUP BY 1
"""
EMAILS = """
SELECT (customer_id IS NULL)::int AS nobody, count(*) AS visits FROM sessions WHERE channel = 'email' GROUP BY 1
"""


def dwell_skewness(dwells: pd.DataFrame) -> float:
    """Skewness of the logarithm of the time on a product's page: 0 of a lognormal, above where some fall idle.

    Needs the steps of known customers' visits.
    """
    return float(skew(_ln(dwells[dwells["event_type"] == "product_view"])))


def dwell_by_page(dwells: pd.DataFrame) -> float:
    """Median time on the kind of page where people stay longest, over that where they stay shortest (a ratio).

    Needs the steps of known customers' visits; kinds with 200 steps: the landing page, a product's, the cart.
    """
    return _medians_apart(dwells[dwells["event_type"].isin(PAGES)], "event_type")


def dwell_by_device(dwells: pd.DataFrame) -> float:
    """Median time on a product's page on the device where people stay longest, over the shortest (a ratio).

    Needs the steps of known customers' visits; devices with 200 steps.
    """
    return _medians_apart(dwells[dwells["event_type"] == "product_view"], "device")


def dwell_icc(dwells: pd.DataFrame) -> float:
    """Share of the variance of the logarithm of the time on a product's page that lies between customers (ICC).

    Needs the steps of known customers' visits.
    """
    views = dwells[dwells["event_type"] == "product_view"]
    return intraclass_correlation(_ln(views), views["customer_id"])


def bounces_that_last(bounces: pd.DataFrame) -> float:
    """Share of the bounced visits that end after they began, in per cent: nobody sees how long the last page was read.

    Needs sessions.
    """
    return per_cent(bounces["lasted"], bounces["visits"])


def emails_of_nobody(emails: pd.DataFrame) -> float:
    """Share of the visits by e-mail whose customer is not known, in per cent. Needs sessions."""
    return per_cent(emails["nobody"], emails["visits"])


def _ln(dwells: pd.DataFrame) -> np.ndarray:
    logarithms: np.ndarray = np.log(dwells["dwell_s"].to_numpy(dtype=float))
    return logarithms


def _medians_apart(dwells: pd.DataFrame, by: str) -> float:
    kinds = dwells.groupby(by)["dwell_s"].agg(["median", "size"])
    enough = kinds["median"][kinds["size"] >= LEAST_STEPS]
    return float(enough.max() / enough.min()) if len(enough) > 1 else float("nan")


FIGURES: Sequence[Figure] = (
    Figure(
        "dwell_skewness", "time on a product's page: skewness of its logarithm",
        0.2, 2, "", OUR_CHOICE, DWELLS, dwell_skewness,
    ),
    Figure(
        "dwell_by_page", "median time on a page, longest kind over shortest",
        1.3, 6, "×", OUR_CHOICE, DWELLS, dwell_by_page,
    ),
    Figure(
        "dwell_by_device", "median time on a product's page, longest device over shortest",
        1.1, 2.5, "×", OUR_CHOICE, DWELLS, dwell_by_device,
    ),
    Figure(
        "dwell_icc", "time on a product's page (ln), share of variance between customers (ICC)",
        0.03, 0.4, "", OUR_CHOICE, DWELLS, dwell_icc, held=True,
    ),
    Figure(
        "bounces_that_last", "bounced visits that have a duration",
        0, 1, "%", OUR_CHOICE, BOUNCES, bounces_that_last, days=1,
    ),
    Figure(
        "emails_of_nobody", "visits by e-mail of nobody known",
        0, 5, "%", OUR_CHOICE, EMAILS, emails_of_nobody, days=1, held=True,
    ),
)  # fmt: skip
