"""`python -m pipeline.consumer run` lands the topics' events in tables; `… replay` tries dead letters once more."""

from __future__ import annotations

import argparse
import signal
import sys
from collections import Counter

import psycopg2
from pydantic import Field

from common.messages import one_line
from pipeline.consumer.consuming import run
from pipeline.consumer.replay import replay
from pipeline.consumer.telling import Lines
from pipeline.database import NoDatabase
from pipeline.kafka.cluster import BadAddress, Cluster
from pipeline.settings import BadSetting, KafkaUrl, PipelineDatabase

LOCAL = "kafka://localhost:9092"


class ConsumerSettings(PipelineDatabase):
    """Where events come from and where they go."""

    kafka_url: KafkaUrl = Field(LOCAL, validation_alias="KAFKA_URL", repr=False)


def main(arguments: list[str] | None = None) -> int:
    """The command; 2 for what cannot be, 1 for what went wrong, 0 after a Ctrl-C too."""
    given = _arguments(arguments)
    try:
        settings = ConsumerSettings()
    except BadSetting as error:
        return _refused(str(error))
    url = given.database_url or settings.pipeline_database
    if url is None:
        return _refused("no database is named; give --database-url, PIPELINE_DATABASE_URL or DATABASE_URL")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is under way is rolled back, and read again
    lines = Lines()
    try:
        if given.command == "replay":
            print(f"replay: {_said(replay(url))}", file=sys.stderr)
        else:
            run(Cluster.of(given.kafka or settings.kafka_url), url, lines.take)
    except KeyboardInterrupt:
        return 0
    except (BadAddress, NoDatabase) as error:
        return _refused(str(error))
    except psycopg2.Error as error:
        print(f"pipeline.consumer: the database: {one_line(error)}", file=sys.stderr)
        return 1
    return 0


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m pipeline.consumer", description=__doc__)
    database = argparse.ArgumentParser(add_help=False)
    database.add_argument(
        "--database-url",
        metavar="URL",
        help="where to land [PIPELINE_DATABASE_URL; else the database `pipeline` on the server of DATABASE_URL]",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    running = commands.add_parser("run", parents=[database], help="land events until Ctrl-C")
    running.add_argument(
        "--kafka",
        metavar="URL",
        help=f"kafka://[USER:PASSWORD@]HOST[:PORT] [KAFKA_URL; else {LOCAL}]",
    )
    commands.add_parser("replay", parents=[database], help="put the dead letters through again")
    return parser.parse_args(arguments)


def _said(counts: Counter[str]) -> str:
    remain = counts.total() - counts["landed"]
    why = ", ".join(f"{reason} {count}" for reason, count in sorted(counts.items()) if reason != "landed")
    return f"{counts['landed']} landed, {remain} remain" + (f" ({why})" if why else "")


def _refused(why: str) -> int:
    print(f"pipeline.consumer: {why}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
