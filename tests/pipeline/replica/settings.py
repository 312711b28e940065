"""Settings for tests, whatever the environment says."""

from __future__ import annotations

from typing import Any

from pipeline.replica.settings import ReplicaSettings

URLS = {
    "DATABASE_URL": "postgresql://bazaar:s3cret@shop.example.com:5433/bazaar",
    "MYSQL_URL": "mysql://bazaar:s3cr%40t@mysql.example.com:3307/bazaar",
}


def settings(**given: Any) -> ReplicaSettings:
    return ReplicaSettings(**{**URLS, **given})
