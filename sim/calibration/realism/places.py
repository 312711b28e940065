"""Addresses: whether postal codes are areas, and people have several homes and their mail where many have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.calibration.realism.figure import OUR_CHOICE, Figure
from sim.calibration.realism.statistics import intraclass_correlation

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

ADDRESSES = """
SELECT c.city_id, a.customer_id, a.postal_code, a.latitude FROM addresses a JOIN customers c USING (customer_id)
"""
DOMAINS = "SELECT split_part(email, '@', 2) AS domain, count(*) AS customers FROM customers GROUP BY 1"


def postal_codes_are_areas(addresses: pd.DataFrame) -> float:
    """Share of the variance of a city's latitudes that lies between postal codes, 0 to 1 (ICC). Needs addresses."""
    about_city = addresses["latitude"] - addresses.groupby("city_id")["latitude"].transform("mean")
    return intraclass_correlation(about_city, addresses["postal_code"].astype(str))


def two_addresses(addresses: pd.DataFrame) -> float:
    """Share of the customers with an address who have two or more, in per cent. Needs addresses."""
    return 100.0 * float((addresses.groupby("customer_id").size() >= 2).mean())


def largest_mail_domain(domains: pd.DataFrame) -> float:
    """Share of the customers whose e-mail is at the domain with most of them, in per cent. Needs e-mail addresses."""
    return 100.0 * float(domains["customers"].max() / domains["customers"].sum())


FIGURES: Sequence[Figure] = (
    Figure(
        "postal_codes_are_areas", "latitude within a city, share of variance between postal codes (ICC)",
        0.8, 1, "", OUR_CHOICE, ADDRESSES, postal_codes_are_areas, days=1,
    ),
    Figure(
        "two_addresses", "customers with two addresses or more",
        3, 30, "%", OUR_CHOICE, ADDRESSES, two_addresses, days=28,
    ),
    Figure(
        "largest_mail_domain", "customers whose e-mail is at the most frequent domain",
        38, 70, "%", OUR_CHOICE, DOMAINS, largest_mail_domain, days=1,
    ),
)  # fmt: skip
