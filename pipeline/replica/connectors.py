"""The settings of both connectors, made from the models; passwords are placeholders that Connect fills in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipeline.replica import chosen, publication, slot, topic
from pipeline.replica.settings import ReplicaSettings

SOURCE, SINK = "shop-source", "shop-sink"
PREFIX = "shop"

# The worker tells PostgreSQL how far it is when it hears from there, also of a database in which nothing happens.
_HEARTBEAT = {
    "heartbeat.interval.ms": "5000",
    "heartbeat.action.query": "SELECT pg_logical_emit_message(true, 'bazaar replica', '')",
}
# What waits in Connect's memory is copied by its collector again and again: little of it is quicker than much.
_PACE = {
    "max.batch.size": "1024",
    "max.queue.size": "4096",
    "max.queue.size.in.bytes": "67108864",
    "poll.interval.ms": "100",
    "producer.override.compression.type": "lz4",
    "producer.override.linger.ms": "20",
    "producer.override.batch.size": "262144",
}
_TOPIC_OF_HEARTBEATS = {
    "topic.creation.default.partitions": "1",
    "topic.creation.default.replication.factor": "1",
    "topic.creation.default.retention.ms": "86400000",
}
_MYSQL = (
    "rewriteBatchedStatements=true&connectionTimeZone=UTC&forceConnectionTimeZoneToSession=true"
    "&useServerPrepStmts=false&sslMode=PREFERRED"
)
# What may change without a doubt about what has come so far; anything else is a reason to rebuild.
_OF_CLIENTS = ("consumer.override.", "producer.override.")
HARMLESS = {
    SOURCE: {"database.hostname", "database.port", "database.user", "database.password"}
    | {*_HEARTBEAT, *_PACE, *_TOPIC_OF_HEARTBEATS},
    SINK: {"connection.url", "connection.username", "connection.password", "batch.size", "use.reduction.buffer"},
}


def source(settings: ReplicaSettings) -> dict[str, str]:
    """Debezium's source: every change of our tables, in the order of the shop's commits."""
    host, port, database = settings.shop_as_connect_sees_it
    tables = [(chosen.qualified(table), chosen.key(table)) for table in chosen.tables()]
    return {
        "connector.class": "io.debezium.connector.postgresql.PostgresConnector",
        "tasks.max": "1",
        "database.hostname": host,
        "database.port": str(port),
        "database.dbname": database,
        "database.user": settings.replication_user,
        "database.password": "${env:REPLICATION_PASSWORD}",
        "plugin.name": "pgoutput",
        "slot.name": slot.NAME,
        "publication.name": publication.NAME,
        "publication.autocreate.mode": "disabled",
        "topic.prefix": PREFIX,
        "table.include.list": ",".join(name.replace(".", "\\.") for name, _ in tables),
        "column.exclude.list": ",".join(name.replace(".", "\\.") for name in sorted(chosen.LEFT_OUT)),
        # While history is made PostgreSQL has not all of the keys, and Debezium believes what it sees.
        "message.key.columns": ";".join(f"{name}:{','.join(key)}" for name, key in tables),
        "snapshot.mode": "no_data",  # the rows are loaded before; where to begin is said when it is made
        "time.precision.mode": "adaptive_time_microseconds",
        "decimal.handling.mode": "precise",
        "tombstones.on.delete": "false",
        "skipped.operations": "none",  # TRUNCATE too
        "transforms": "one,bare",
        "transforms.one.type": "org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.one.regex": rf"{PREFIX}\.(public|sim)\..*",
        "transforms.one.replacement": topic.NAME,
        # What a changed key has beside it: the sink fails on that, and has a delete and an insert anyhow.
        "transforms.bare.type": "org.apache.kafka.connect.transforms.DropHeaders",
        "transforms.bare.headers": "__debezium.newkey,__debezium.oldkey",
        **_HEARTBEAT,
        **_PACE,
        **_TOPIC_OF_HEARTBEATS,
    }


def sink(settings: ReplicaSettings) -> dict[str, str]:
    """Debezium's JDBC sink: each change as an upsert or a delete by its key."""
    host, port, database = settings.replica_as_connect_sees_it
    return {
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "tasks.max": "1",
        "topics": topic.NAME,
        "connection.url": f"jdbc:mysql://{host}:{port}/{database}?{_MYSQL}",
        "connection.username": settings.mysql_sink_user,
        "connection.password": "${env:MYSQL_SINK_PASSWORD}",
        "collection.name.format": "${source.table}",
        "insert.mode": "upsert",
        "primary.key.mode": "record_key",
        "delete.enabled": "true",
        "truncate.enabled": "true",
        "schema.evolution": "none",
        "use.time.zone": "UTC",
        "batch.size": "2000",
        "use.reduction.buffer": "true",
        "consumer.override.max.poll.records": "2000",
        "consumer.override.session.timeout.ms": "10000",
        "consumer.override.heartbeat.interval.ms": "3000",
        # Where it is to begin is said when it is made. If what it has to read next is gone, it fails and says so.
        "consumer.override.auto.offset.reset": "none",
    }


def changed(wanted: Mapping[str, str], there: Mapping[str, str]) -> list[str]:
    """The settings that a connector has otherwise, in Connect's words."""
    names = wanted.keys() | there.keys() - {"name"}  # which Connect adds
    return sorted(name for name in names if wanted.get(name) != there.get(name))


def in_doubt(connector: str, names: Iterable[str]) -> list[str]:
    """Those of changed settings that may have let through something else than we want."""
    return [name for name in names if name not in HARMLESS[connector] and not name.startswith(_OF_CLIENTS)]


def wanted(settings: ReplicaSettings) -> dict[str, dict[str, str]]:
    """The settings of both, by name."""
    return {SOURCE: source(settings), SINK: sink(settings)}
