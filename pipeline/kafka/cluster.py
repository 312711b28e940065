"""Where a Kafka cluster is, and how its clients are set: kafka://[USER:PASSWORD@]HOST[:PORT][,HOST…]."""

from __future__ import annotations

import logging
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from confluent_kafka import KafkaError

SCHEME = "kafka://"
PASSWORD = "KAFKA_PASSWORD"
PATIENCE_S = 10.0  # with one request; a Ctrl-C is heard after it
_PORT = 9092
_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?")
_SECRET = re.compile(r"(?<=://)([^:/@]*):[^@]*(?=@)")

# librdkafka writes twenty lines a second while a broker is away; what matters of it comes back as an error.
_SILENT = logging.getLogger(__name__)
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


class BadAddress(ValueError):
    """What cannot be where a cluster is: one line saying why."""


def shown(url: str) -> str:
    """A URL without its password."""
    return _SECRET.sub(r"\1:…", url)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Servers to begin with, and who asks: with a user, SASL/SCRAM-SHA-512, else nobody in particular."""

    servers: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> Cluster:
        """What a URL names; a user's password may be in KAFKA_PASSWORD, where no list of processes shows it."""
        user, _, hosts = url.removeprefix(SCHEME).rstrip("/").rpartition("@")
        servers = hosts.split(",")
        if not url.startswith(SCHEME) or not all(_HOST.fullmatch(each) for each in servers):
            raise BadAddress(f"{shown(url)!r} is not where Kafka is; allowed is {SCHEME}[USER:PASSWORD@]HOST[:PORT]")
        name, has_password, password = user.partition(":")
        secret = unquote(password) if has_password else os.environ.get(PASSWORD)
        if name and not secret:
            raise BadAddress(f"{shown(url)!r} names a user without a password; give it there or in {PASSWORD}")
        all_servers = ",".join(each if re.search(r":[0-9]+$", each) else f"{each}:{_PORT}" for each in servers)
        return cls(all_servers, unquote(name) or None, secret if name else None)

    def settings(self, **more: object) -> dict[str, Any]:
        """What a client of any kind is set to; errors that nobody asked for are told to `error_cb` in `more`."""
        login = {
            "security.protocol": "SASL_PLAINTEXT",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": self.user,
            "sasl.password": self.password,
        }
        return {
            "bootstrap.servers": self.servers,
            "client.id": "bazaar",
            "reconnect.backoff.max.ms": 1000,
            "logger": _SILENT,
            **(login if self.user else {}),
            **{name.replace("_", "."): value for name, value in more.items() if name != "error_cb"},
            "error_cb": more.get("error_cb", _ignored),
        }


def _ignored(_: KafkaError) -> None:
    """A client that is asked says by itself what is wrong."""
