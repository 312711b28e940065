"""Instants: as people write them, and for servers whose times have no zone."""

from __future__ import annotations

from datetime import UTC, datetime


class NoInstant(ValueError):
    """What somebody wrote is none: one line naming the option, its value and what is allowed."""


def understood(option: str, text: str, besides: str = "") -> datetime:
    """The instant, in UTC, that an option's value means; `besides` is what is allowed too. Raises NoInstant."""
    allowed = f"allowed is {besides and f'{besides} or '}ISO 8601 with its zone, such as 2026-01-05T00:00Z"
    try:
        instant = datetime.fromisoformat(text.strip())
        in_utc = instant.astimezone(UTC)
    except (ValueError, OverflowError):  # year 1 somewhere is no year elsewhere
        raise NoInstant(f"{option}: {text!r} is not an instant; {allowed}") from None
    if instant.tzinfo is None:
        raise NoInstant(f"{option}: {text!r} has no time zone; {allowed}")
    return in_utc


def without_zone(instant: datetime) -> datetime:
    """The instant in UTC, as MySQL and DuckDB have times; one without a zone is in UTC already."""
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
