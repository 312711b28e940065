"""What a type of event is: its name, topic, key and fields; a field is a column of the shop's tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Column

from models import Base


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the payload: `column` gives its type and its meaning, unless `says` gives another.

    `known` says that the value is there whenever the event is, though the column may be null at other times.
    """

    name: str
    column: Column[object]
    known: bool = False
    says: str | None = None

    @property
    def nullable(self) -> bool:
        """Whether the value may be null."""
        return bool(self.column.nullable) and not self.known

    @property
    def meaning(self) -> str:
        """What the value is, with its unit."""
        return self.says or self.column.comment or ""


@dataclass(frozen=True, slots=True)
class Lines:
    """A list of objects of the payload, at least one: the rows of another table that belong to the event's."""

    name: str
    says: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class EventType:
    """A kind of event. Its id is `name/key`; `entity` says whose events keep their order within a partition."""

    name: str
    topic: str
    source: str  # the table, and so the file in sources/, whose rows tell of it
    says: str
    key: str
    entity: str
    fields: tuple[Field | Lines, ...] = field(default=())
    version: int = 1

    @property
    def dataschema(self) -> str:
        """The URI of the payload's schema, which is its `$id`."""
        return f"urn:bazaar:events:{self.name}:{self.version}"


def of(table: str, *names: str, known: bool = False) -> tuple[Field, ...]:
    """Fields named as the columns of a table."""
    columns = Base.metadata.tables[table].columns
    return tuple(Field(name, columns[name], known) for name in names)


def told(name: str, column: str, says: str, *, known: bool = False) -> Field:
    """A field of another name or meaning than its column, given as `table.column`."""
    table, _, of_table = column.rpartition(".")
    return Field(name, Base.metadata.tables[table].columns[of_table], known, says)
