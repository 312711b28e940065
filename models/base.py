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

SCHEMA_VERSION = 15
"""Raised whenever the tables change, by a migration of this number in db/migrations/versions/."""

Small = Annotated[int, "SMALLINT"]
Whole = Annotated[int, "INTEGER"]
Money = Annotated[Decimal, "NUMERIC(12,2), in the market's one currency"]
Thousandths = Annotated[Decimal, "NUMERIC(8,3): kilometres to the metre, kilograms to the gram"]
Json = dict[str, Any]

ENTITY, APPENDED, PURGED, IN_BATCHES = "entity", "appended", "purged", "in batches"
"""What a table may declare of itself, in its `info`."""
PURGED_ALONE, PURGED_AS_CHAIN = "alone", "as a chain"
"""How rows are purged that do not go with a visit."""
WORDS = "words"
"""In the `info` of a constraint: by its column's name the words that it may hold."""
MAY_LIE_AHEAD = "may lie ahead"
"""In the `info` of a column: its time is that of a promise or a plan, and may be after sim_now()."""

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


def planned(comment: str) -> MappedColumn[Any]:
    """The time of a promise or a plan, which may lie after sim_now(); all other times are of what has happened."""
    return mapped_column(comment=comment, info={MAY_LIE_AHEAD: True})


def to(target: str) -> ForeignKey:
    """A foreign key to `table.column`."""
    return ForeignKey(target)


def check(name: str, condition: str) -> CheckConstraint:
    """A CHECK named `ck_<table>_<name>`."""
    return CheckConstraint(condition, name=name)


def one_of(column_name: str, *words: str) -> CheckConstraint:
    """A CHECK that a text column holds one of these words (or NULL, where the column allows it)."""
    listed = ", ".join(f"'{word}'" for word in words)
    made = check(f"{column_name}_known", f"{column_name} IN ({listed})")
    made.info[WORDS] = {column_name: words}
    return made


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


def table_options(
    comment: str,
    *,
    fillfactor: int | None = None,
    entity: str | None = None,
    appended: bool = False,
    purged: str | None = None,
    in_batches: bool = False,
) -> dict[str, Any]:
    """The last element of `__table_args__`; what a table declares here is read by `models.declarations`.

    `fillfactor`: room (%) is left in the pages of tables that are updated. `entity`: the rows have ids by city of this
    name. `appended`: they never change, and nobody looks for one by its key while history is made. `purged`: how
    retention purges them, with a row of a visit (the name of its table), as a customer's chain, or alone; otherwise
    they stay. `in_batches`: rows of a table of another schema that come in batches as the shop's do.
    """
    declared = {ENTITY: entity, APPENDED: appended, PURGED: purged, IN_BATCHES: in_batches}
    options: dict[str, Any] = {"comment": comment, "info": {name: said for name, said in declared.items() if said}}
    if fillfactor is not None:
        options["postgresql_with"] = {"fillfactor": fillfactor}
    return options
