"""How a shop knows who comes: the browser's cookie, and signing in."""

from __future__ import annotations

from sim.scenario.parameter import Section, parameter, share


class Identity(Section):
    """A device has a cookie, lost now and then, and keeps who signed in on it for as long as it keeps that."""

    cookie_life_days: float = parameter(
        300.0, "how long a device keeps its cookie, in the median of devices", unit="days", source="cookies lost",
        ge=1.0, le=100_000.0,
    )  # fmt: skip
    cookie_life_sigma: float = parameter(
        2.6, "how far devices differ in that (sigma of a lognormal)", unit="log", source="cookies lost", ge=0.0, le=4.0
    )
    private_window: float = share(0.04, "sessions in a private window, with a cookie that nobody sees again")
    signed_in_at_opening: float = share(
        0.6, "devices of the first customers that are signed in when the shop opens, until they lose that cookie"
    )
    sign_in_on_arrival: float = share(0.3, "sessions of customers not signed in who sign in before they look around")
    sign_up_on_arrival: float = share(0.012, "sessions of strangers who open an account before they look around")
    guest_checkout: float = share(
        0.6, "strangers at the checkout who order as guests; the others open an account first",
        source="general knowledge",
    )  # fmt: skip
    stranger_returns: float = share(
        0.4, "sessions of strangers who are drawn from those of earlier days", source="visits of a visitor"
    )
    stranger_returns_days: float = parameter(
        2.0, "how many days, in the median, at the usual number of sessions", unit="days", gt=0.0, le=365.0
    )
    stranger_returns_sigma: float = parameter(1.3, "spread of that (sigma of a lognormal)", unit="log", ge=0.0, le=3.0)
    one_stranger_returns_in: int = parameter(
        8, "of so many strangers one is of the kind that comes again", unit="people", source="visits of a visitor",
        ge=1, le=1000,
    )  # fmt: skip
