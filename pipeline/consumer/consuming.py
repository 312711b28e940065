"""A consumer's life: poll, decode, write; and begin again where something passes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import NoReturn

import psycopg2

from common.messages import one_line
from pipeline.consumer.decoding import decoded
from pipeline.consumer.landing import Landing, Overtaken
from pipeline.consumer.record import Batch
from pipeline.consumer.topics import Interrupted, Topics
from pipeline.kafka.cluster import Cluster
from pipeline.pauses import Pauses


@dataclass(frozen=True, slots=True)
class Progress:
    """What was landed and what died since it began, how far behind it is, and what holds it up."""

    counts: Counter[str]
    lag: int | None = None
    waiting: str | None = None


def consume(topics: Topics, landing: Landing, count: Callable[[Counter[str]], None]) -> None:
    """1. Poll; 2. decode; 3. write rows, dead letters and offsets in one transaction. So each record counts once."""
    while True:
        records = topics.poll()
        written = landing.write(Batch.of(map(decoded, records))) if records else Counter[str]()
        count(written)


def run(cluster: Cluster, url: str, tell: Callable[[Progress], None]) -> NoReturn:
    """Consume for ever. What passes is waited out: a broker or a database that is away, another consumer at work.

    Raises psycopg2.Error for what does not pass, NoDatabase.
    """
    counts: Counter[str] = Counter()
    pauses = Pauses()
    while True:
        try:
            with closing(Landing.at(url)) as landing, closing(Topics(cluster)) as topics:
                if not landing.alone():
                    raise Interrupted("another consumer is at work; this one takes over when that ends")
                topics.begin(landing.resume(topics.layout()))
                pauses.begin_anew()

                def count(written: Counter[str], topics: Topics = topics) -> None:
                    counts.update(written)
                    tell(Progress(counts, topics.lag()))

                consume(topics, landing, count)
        except (psycopg2.OperationalError, psycopg2.InterfaceError, Interrupted, Overtaken) as error:
            what = "the database: " if isinstance(error, psycopg2.Error) else ""
            tell(Progress(counts, waiting=f"{what}{one_line(error)}"))
            time.sleep(pauses.next_s())
