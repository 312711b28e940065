"""What every model shares: the declarative base, the types of the shop's quantities and small column helpers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Boolean,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

SCHEMA_VERSION = 6
"""Raised whenever the tables change, by a migration of this number in db/migrations/versions/."""

Small = Annotated[int, "SMALLINT"]
Whole = Annotated[int, "INTEGER"]
Money = Annotated[Decimal, "NUMERIC(12,2), in the market's one currency"]
Thousandths = Annotated[Decimal, "NUMERIC(8,3): kilometres to the metre, kilograms to the gram"]
Json = dict[str, Any]

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def revision_of(version: int) -> str:
    """The name of the migration that makes this version of the schema, as Alembic's version table holds it."""
    return f"{version:04d}"


class Base(DeclarativeBase):
    """The base of every table; an `int` is a BIGINT and a `datetime` a timestamptz unless annotated otherwise."""

    metadata = metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger(),
        Small: SmallInteger(),
        Whole: Integer(),
        Money: Numeric(12, 2),
        Thousandths: Numeric(8, 3),
        float: Double(),
        str: Text(),
        bool: Boolean(),
        datetime: TIMESTAMP(timezone=True),
        Json: JSONB(),
    }


def key(comment: str, *references: ForeignKey) -> MappedColumn[Any]:
    """A column of the primary key; the simulator makes the values, never the database."""
    return mapped_column(*references, primary_key=True, autoincrement=False, comment=comment)


def column(comment: str, *references: ForeignKey, default: str | None = None) -> MappedColumn[Any]:
    """A plain column; `default` is an SQL literal."""
    return mapped_column(*references, server_default=default, comment=comment)


def to(target: str) -> ForeignKey:
    """A foreign key to `table.column`."""
    return ForeignKey(target)


def check(name: str, condition: str) -> CheckConstraint:
    """A CHECK named `ck_<table>_<name>`."""
    return CheckConstraint(condition, name=name)


def one_of(column_name: str, *words: str) -> CheckConstraint:
    """A CHECK that a text column holds one of these words (or NULL, where the column allows it)."""
    listed = ", ".join(f"'{word}'" for word in words)
    return check(f"{column_name}_known", f"{column_name} IN ({listed})")


def in_order(earlier: str, later: str) -> CheckConstraint:
    """A CHECK that `later` is set only after `earlier` was, and not before it."""
    return check(f"{later}_after_{earlier}", f"coalesce({later} >= {earlier}, {later} IS NULL)")


def by_time(column_name: str) -> Index:
    """An index for what asks for a stretch of time, as a stream does each second.

    Rows come nearly in the order of time, so a BRIN index answers almost for free, and an update that leaves the column
    alone stays in its page (HOT).
    """
    return Index(
        None, column_name, postgresql_using="brin", postgresql_with={"autosummarize": "on", "pages_per_range": 16}
    )


def table_options(comment: str, *, fillfactor: int | None = None) -> dict[str, Any]:
    """The last element of `__table_args__`; room is left in the pages (`fillfactor`, %) of tables that are updated."""
    options: dict[str, Any] = {"comment": comment}
    if fillfactor is not None:
        options["postgresql_with"] = {"fillfactor": fillfactor}
    return options
