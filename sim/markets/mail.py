"""Where people have their mail: domains that nobody owns, so that mail to customers goes nowhere."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

_RESERVED = ("example.com", "example.org", "example.net")  # RFC 2606, as are the endings
_ENDINGS = (".example", ".test", ".invalid")

# A few large ones and many small ones, as everywhere.
DOMAINS = {
    "mailbox.example": 46.0, "inbox.example": 17.0, "webpost.example": 11.0, "letterbox.example": 8.0,
    "quickmail.example": 5.0, "postbag.example": 3.5, "mymail.example": 2.5, "netpost.example": 2.0,
    "example.com": 2.0, "envelope.example": 1.5, "example.org": 1.0, "example.net": 0.5,
}  # fmt: skip


def _nobodys(domain: str) -> str:
    if domain not in _RESERVED and not domain.endswith(_ENDINGS):
        raise ValueError(
            f"may be somebody's; allowed are {', '.join(_RESERVED)} and names that end in {', '.join(_ENDINGS)}"
        )
    return domain


Domain = Annotated[
    str, Field(pattern=r"^[a-z0-9](-?[a-z0-9])*(\.[a-z0-9](-?[a-z0-9])*)+$", max_length=100), AfterValidator(_nobodys)
]
