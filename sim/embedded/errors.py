"""What goes wrong with an embedded server, in one line for a person."""

from __future__ import annotations


class EmbeddedError(Exception):
    """The embedded PostgreSQL can't be made, started, reached or stopped; the message is one clear line."""


class Interrupted(EmbeddedError):
    """Somebody asked to stop while the server was waited for."""
