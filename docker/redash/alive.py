"""Health check of Redash's background containers, from what they keep in Redis: `alive.py worker|scheduler`."""

from __future__ import annotations

import os
import socket
import sys

from redis import Redis, RedisError

WORKERS, JOBS = "rq:workers", "rq:scheduler:scheduled_jobs"


def worker(redis: Redis) -> bool:
    """Whether a worker of this container is registered; its entry ends by itself when it gives no sign of life."""
    host = socket.gethostname().encode()
    return any(redis.hget(key, "hostname") == host for key in redis.smembers(WORKERS))


def scheduler(redis: Redis) -> bool:
    """Whether the periodic jobs are on the list: they are made at the scheduler's start only."""
    return redis.zcard(JOBS) > 0


def main() -> str | None:
    """What is wrong, if anything: one line."""
    name = sys.argv[1]
    try:
        redis = Redis.from_url(os.environ["REDASH_REDIS_URL"], socket_timeout=5)
        well = {"worker": worker, "scheduler": scheduler}[name](redis)
    except RedisError as error:
        return f"Redis: {error}"
    return None if well else f"{name}: nothing of it is to be seen in Redis"


if __name__ == "__main__":
    sys.exit(main())
