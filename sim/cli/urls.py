"""Database URLs: people write several schemes, libpq takes `postgresql://user:password@host:port/database?option=value`."""

from __future__ import annotations

import re
from urllib.parse import unquote

from sim.settings import BadSetting

_ALLOWED = "postgresql://user:password@host:port/database (also postgres:// and postgresql+psycopg2://)"
_QUOTES = ("'", '"', "`", "“", "‘", "«")
_DRIVER = re.compile(r"postgres(?:ql)?\+(\w{1,40})")
_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg2")
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s@:/?\[\],]*)(?::\d{0,5})?"
# Stricter than libpq, which takes the rest of an unencoded password for a host and then says it aloud.
_URL = re.compile(
    r"(?P<scheme>[A-Za-z0-9+]+)://"
    r"(?:(?P<user>[^\s:@/?]*)(?::(?P<password>[^\s@/?]*))?@)?"
    rf"(?P<hosts>{_HOST}(?:,{_HOST})*)"
    r"(?:/(?P<database>[^\s@/?]*))?"
    r"(?:\?(?P<options>\w+=[^\s@&]*(?:&\w+=[^\s@&]*)*))?"
)


def libpq_url(text: str) -> str:
    """The URL as libpq takes it. Raises BadSetting, which tells nothing of a password."""
    if text[:1] in _QUOTES:
        raise BadSetting(
            "database-url: it begins with a quotation mark, which is no part of a URL: take the marks away"
        )
    scheme = text.partition("://")[0] if "://" in text else ""
    if (driver := _DRIVER.fullmatch(scheme)) and scheme not in _SCHEMES:
        raise BadSetting(f"database-url: {scheme}://… names a driver, {driver[1]}: write postgresql:// without one")
    match = _URL.fullmatch(text)
    if match is None and scheme in _SCHEMES:
        raise BadSetting(
            f"database-url: what follows {scheme}:// is not understood; allowed is {_ALLOWED}, "
            "with @ : / ? and % in a password written as %40 %3A %2F %3F and %25"
        )
    if match is None or match["scheme"] not in _SCHEMES:
        given = f"{scheme + '://…'!r}" if re.fullmatch(r"[\w+.-]{1,40}", scheme) else "what was given"
        raise BadSetting(f"database-url: {given} is not a PostgreSQL URL; allowed is {_ALLOWED}")
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise BadSetting("database-url: a % that begins no code is written as %25")
    return "postgresql" + text[len(scheme) :]


def sqlalchemy_url(url: str) -> str:
    """The same with the driver's name, as SQLAlchemy and pandas take it."""
    return url.replace("postgresql://", "postgresql+psycopg2://", 1)


def place(url: str) -> str:
    """Where a URL leads, `host:port/database`, without names and passwords of people."""
    match = _URL.fullmatch(url)
    if match is None:
        return "the database"
    return unquote(f"{match['hosts'] or 'localhost'}/{match['database'] or match['user'] or ''}").rstrip("/")
