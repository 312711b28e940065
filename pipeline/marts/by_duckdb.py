"""The commands with `--engine duckdb`: from PostgreSQL or an export into a file, without any server of its own."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

import duckdb
from pydantic import Field

from common.messages import one_line
from pipeline.marts.engines import duckdb as engine
from pipeline.marts.engines.duckdb_file import BuildFailed
from pipeline.marts.engines.from_files import FromFiles
from pipeline.marts.engines.from_postgres import from_postgres
from pipeline.marts.engines.source import BadFolder, NoSource, Source
from pipeline.marts.head import Mart
from pipeline.marts.problems import MEMORY, OUT, BadInput, Failed
from pipeline.settings import PostgresUrl, Settings

_SIZE = re.compile(r"[1-9]\d{0,5}(MB|GB)")


class ShopSettings(Settings):
    """Where the shop is."""

    database_url: PostgresUrl | None = Field(None, validation_alias="DATABASE_URL", repr=False)


def build(wanted: Sequence[Mart], as_of: datetime | None, given: argparse.Namespace, tell: engine.Tell) -> bool:
    """Build marts; whether nothing is wrong. Raises BadInput, BadSetting, Failed."""
    memory = _memory(given)
    return _well(given, lambda source: engine.build(wanted, source, given.into or OUT, as_of, tell, memory))


def check(wanted: Sequence[Mart], given: argparse.Namespace, tell: engine.Tell) -> bool:
    """Compare marts that are built with the shop; whether nothing is wrong. Raises BadInput, BadSetting, Failed."""
    memory = _memory(given)
    return _well(given, lambda source: engine.check(wanted, source, given.into or OUT, tell, memory))


def _memory(given: argparse.Namespace) -> str:
    said = given.memory or MEMORY
    if not _SIZE.fullmatch(said):
        raise BadInput(f"memory: {said!r}: allowed is a size in MB or GB, such as 500MB or 2GB")
    return str(said)


def _well(given: argparse.Namespace, work: Callable[[Source], list[engine.Result]]) -> bool:
    try:
        with _source(given) as source:
            return not any(result.wrong for result in work(source))
    except (engine.BadInstant, BadFolder) as error:
        raise BadInput(str(error)) from None
    except (BuildFailed, NoSource) as error:
        raise Failed(str(error)) from None
    except duckdb.Error as error:  # of reading, above all: a file that is damaged, a disk that is full
        raise Failed(f"DuckDB: {one_line(error)}") from None


@contextmanager
def _source(given: argparse.Namespace) -> Iterator[Source]:
    if given.folder is not None:
        yield FromFiles(given.folder)
        return
    url = given.database_url or ShopSettings().database_url
    if not url:
        raise BadInput(
            "no shop is named; give --from, --database-url or DATABASE_URL (`make marts` finds `make sim`'s)"
        )
    with from_postgres(url) as source:
        yield source
