"""Instants for servers whose times have no zone."""

from __future__ import annotations

from datetime import UTC, datetime


def without_zone(instant: datetime) -> datetime:
    """The instant in UTC, as MySQL and DuckDB have times; one without a zone is in UTC already."""
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant
