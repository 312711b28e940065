"""All that a visit needs to reach: the shop, the replica, Kafka and Connect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from confluent_kafka.admin import AdminClient
from psycopg2.extensions import connection as ShopConnection  # noqa: N812  a class, though psycopg2 writes it small
from pymysql.connections import Connection as ReplicaConnection

from pipeline.replica import mysql, shop, topic
from pipeline.replica.connect import Connect
from pipeline.replica.settings import ReplicaSettings


@dataclass(frozen=True, slots=True)
class Reach:
    """Open connections to everything."""

    settings: ReplicaSettings
    shop: ShopConnection
    replica: ReplicaConnection[Any]
    kafka: AdminClient
    connect: Connect


@contextmanager
def alone(settings: ReplicaSettings) -> Iterator[Reach]:
    """Reach everything, while nobody else looks after this replica. Raises Waiting, NotPossible."""
    with ExitStack() as stack:
        yield Reach(
            settings,
            replica=stack.enter_context(mysql.alone(settings)),
            shop=stack.enter_context(shop.connected(settings)),
            kafka=stack.enter_context(topic.asked(settings)),
            connect=stack.enter_context(Connect(settings.connect_url)),
        )
