"""libpq's variables (PGSSLMODE, PGSERVICE …): they are meant for other servers, and overrule or refuse ours."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PREFIX = "PG"
_TASTE = frozenset({"PGAPPNAME", "PGCLIENTENCODING", "PGDATESTYLE", "PGTZ"})
"""How a person wants to see things, on whatever server."""

NOT_FOR_URLS = "PGSERVICE"
"""libpq looks the service up before anything else, and no URL says that there is none."""

_NO_SSL = {"sslmode": "disable"}
# An empty value would do in many places, but is lost by those who take URLs apart and put them together again.
_OVERRULED: Mapping[str, Mapping[str, str]] = {
    "PGHOSTADDR": {"hostaddr": "127.0.0.1"},
    "PGOPTIONS": {"options": "--search_path%3Dpublic"},
    "PGTARGETSESSIONATTRS": {"target_session_attrs": "any"},
    "PGLOADBALANCEHOSTS": {"load_balance_hosts": "disable"},
    "PGREQUIREAUTH": {"require_auth": "scram-sha-256"},
    "PGCHANNELBINDING": {"channel_binding": "disable"},
    "PGGSSENCMODE": {"gssencmode": "disable"},
    "PGCONNECT_TIMEOUT": {"connect_timeout": "10"},
    "PGSSLMODE": _NO_SSL,
    "PGREQUIRESSL": _NO_SSL,
    "PGSSLNEGOTIATION": _NO_SSL | {"sslnegotiation": "postgres"},
    "PGSSLROOTCERT": _NO_SSL | {"sslrootcert": "none"},  # `system` refuses to go without
    "PGSSLCERTMODE": {"sslcertmode": "disable"},
    "PGSSLMINPROTOCOLVERSION": {"ssl_min_protocol_version": "TLSv1.2", "ssl_max_protocol_version": "TLSv1.3"},
    "PGSSLMAXPROTOCOLVERSION": {"ssl_min_protocol_version": "TLSv1.2", "ssl_max_protocol_version": "TLSv1.3"},
}


def forget() -> None:
    """Let this process, and what it begins, hear none of them any more: the embedded server's URL says everything."""
    for name in [name for name in os.environ if name.startswith(_PREFIX)]:
        del os.environ[name]


def without(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment with none of them, for PostgreSQL's own programs."""
    return {name: value for name, value in environment.items() if not name.startswith(_PREFIX)}


def for_psql(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment in which only those are left that say how a person wants to see things."""
    return {name: value for name, value in environment.items() if name in _TASTE or not name.startswith(_PREFIX)}


def overruling(environment: Mapping[str, str]) -> str:
    """Options for the end of the embedded server's URL that overrule what is set; none where nothing is."""
    options: dict[str, str] = {}
    for name, overruled_by in _OVERRULED.items():
        options |= overruled_by if name in environment else {}  # libpq refuses many that are empty
    return "?" + "&".join(f"{name}={value}" for name, value in options.items()) if options else ""
