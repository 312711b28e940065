"""A mart's file: a head in a comment, YAML that says what its table is, and the SQL that makes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy.dialects.mysql.reserved_words import RESERVED_WORDS_MYSQL

from common.messages import one_line
from common.strict_yaml import load_yaml
from pipeline.marts.column_types import ALLOWED, ColumnType, UnknownType, column_type
from pipeline.replica import chosen

MART = "{mart}"
"""Stands for the mart's own table in the query of a check."""
_HEAD = re.compile(r"\s*/\*(?P<head>.*?)\*/(?P<sql>.*)", re.DOTALL)
_COLUMN = re.compile(r"(?P<type>[a-z]+(?:\([\d, ]+\))?)(?P<null> null)?, (?P<comment>\S.*)", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")  # a run's name is added for its staging table, and MySQL allows 64

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class BadMart(ValueError):
    """A mart's file that can't be used: one line naming file, field, value and what is allowed."""


@dataclass(frozen=True, slots=True)
class MartColumn:
    """A column; its comment names the unit."""

    name: str
    type: ColumnType
    comment: str
    nullable: bool


@dataclass(frozen=True, slots=True)
class MartCheck:
    """A number asked of the mart (its table is `{mart}`) that must be the one asked of the cut tables."""

    name: str
    mart_sql: str
    source_sql: str


@dataclass(frozen=True, slots=True)
class Mart:
    """A question with a table of its own for an answer: what one row is, its columns, and the Spark SQL."""

    name: str
    question: str
    grain: str
    about: str
    columns: tuple[MartColumn, ...]
    keys: tuple[str, ...]
    reads: tuple[str, ...]
    checks: tuple[MartCheck, ...]
    may_be_empty: bool
    sql: str


class _Check(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    mart: Text
    source: Text


class _Head(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    question: Text
    grain: Text
    about: Text
    key: Annotated[list[Text], Field(min_length=1)]
    reads: Annotated[list[Text], Field(min_length=1)]
    may_be_empty: bool = False
    columns: Annotated[dict[str, Text], Field(min_length=1)]
    checks: Annotated[dict[str, _Check], Field(min_length=1)]


def read(path: Path) -> Mart:
    """The mart of a file. Raises BadMart, OSError."""
    return parsed(path.stem, path.read_text(encoding="utf-8"))


def parsed(name: str, text: str) -> Mart:
    """The mart of this name and this text. Raises BadMart."""
    file = f"{name}.sql"
    if not _NAME.fullmatch(name):
        raise BadMart(f"{file}: name: {name!r}: allowed are up to 40 of a-z, 0-9 and _, a letter first")
    if name in chosen.replicated_tables():
        raise BadMart(f"{file}: name: {name!r}: is a table of the shop, and in a mart's SQL means that")
    found = _HEAD.fullmatch(text)
    if found is None or not found["sql"].strip():
        raise BadMart(f"{file}: allowed is a head between /* and */ at its top, and SQL below")
    head = _head(file, found["head"])
    columns = tuple(_column(file, *each) for each in head.columns.items())
    _refuse_unknown(file, "key", head.key, [each.name for each in columns])
    _refuse_unknown(file, "reads", head.reads, sorted(chosen.replicated_tables()))
    if nullable := [each.name for each in columns if each.nullable and each.name in head.key]:
        raise BadMart(f"{file}: key: {nullable[0]!r}: may be null; allowed are columns that are always there")
    checks = tuple(MartCheck(check, each.mart, each.source) for check, each in head.checks.items())
    if wrong := [each for each in checks if MART not in each.mart_sql]:
        raise BadMart(f"{file}: checks.{wrong[0].name}.mart: {wrong[0].mart_sql!r}: allowed is a query of {MART}")
    return Mart(
        name, one_line(head.question), one_line(head.grain), head.about, columns, tuple(head.key), tuple(head.reads),
        checks, head.may_be_empty, found["sql"].strip().rstrip(";"),
    )  # fmt: skip


def _head(file: str, text: str) -> _Head:
    try:
        said: Any = load_yaml(text)
    except yaml.YAMLError as error:
        raise BadMart(f"{file}: the head is not YAML: {one_line(error)}") from None
    try:
        return _Head.model_validate(said)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"])) or "head"
        value = "" if first["type"] == "missing" else f"{first['input']!r}: "
        raise BadMart(f"{file}: {field}: {value}{one_line(first['msg'])}") from None


def _column(file: str, name: str, said: str) -> MartColumn:
    if not _NAME.fullmatch(name):
        raise BadMart(f"{file}: columns: {name!r}: allowed are up to 40 of a-z, 0-9 and _, a letter first")
    if name in RESERVED_WORDS_MYSQL:  # checks name it without quotes, of which no kind is right on both engines
        raise BadMart(f"{file}: columns: {name!r}: is a word of SQL's own; allowed is any that MySQL does not reserve")
    found = _COLUMN.fullmatch(said)
    if found is None:
        raise BadMart(f"{file}: columns.{name}: {said!r}: allowed is TYPE, COMMENT or TYPE null, COMMENT")
    try:
        kind = column_type(found["type"])
    except UnknownType:
        raise BadMart(f"{file}: columns.{name}: {found['type']!r}: allowed are {ALLOWED}") from None
    return MartColumn(name, kind, one_line(found["comment"]), found["null"] is not None)


def _refuse_unknown(file: str, field: str, names: list[str], known: list[str]) -> None:
    for index, name in enumerate(names):
        if name not in known:
            raise BadMart(f"{file}: {field}: {name!r}: allowed are {', '.join(known)}")
        if name in names[:index]:
            raise BadMart(f"{file}: {field}: {name!r}: is there twice")
