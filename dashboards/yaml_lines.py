"""Reads YAML and remembers the line of everything in it, so that an error can name one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from dashboards.problems import BadFiles, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Place = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """The safe loader, except that a date stays the text it is: Redash's options are JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(slots=True)
class Document:
    """A YAML file: its text, its plain value, and the line (from 1) of every place in it."""

    path: Path
    text: str
    value: Any = None
    root: yaml.Node | None = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, place: Sequence[str | int]) -> int:
        """The line of a place, or of the nearest one around it (pydantic names some places that no file has)."""
        known: Place = ()
        for step in place:
            known = (*known, step) if (*known, step) in self.lines else known
        return self.lines.get(known, 1)

    def problem(self, place: Sequence[str | int], message: str) -> Problem:
        """Something wrong at a place."""
        return Problem(self.path, self.line(place), message)


def read_document(path: Path) -> Document:
    """The file, or BadFiles when it is not YAML or says a key twice."""
    try:
        document = parse_document(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadFiles([Problem(path, 1, f"can't be read: {error}")]) from error
    if document.problems:
        raise BadFiles(document.problems)
    return document


def parse_document(path: Path, text: str) -> Document:
    """A document from its text; what is wrong with it is in its `problems`."""
    document = Document(path, text)
    loader = _Loader(text)
    try:
        document.root = loader.get_single_node()
        if document.root is not None:
            document.value = _value(loader, document.root, (), document)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(part for part in (error.context, error.problem) if part)
        document.problems.append(Problem(path, mark.line + 1 if mark else 1, f"not YAML: {said}"))
    except yaml.YAMLError as error:
        document.problems.append(Problem(path, 1, f"not YAML: {error}"))
    finally:
        loader.dispose()
    return document


def _value(loader: _Loader, node: yaml.Node, place: Place, document: Document) -> Any:
    document.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, place, document)
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*place, number), document) for number, item in enumerate(node.value)]
    return loader.construct_object(node, deep=True)


def _mapping(loader: _Loader, node: yaml.MappingNode, place: Place, document: Document) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)  # as written: `yes:` is the key "yes", and JSON has no other keys than text
        line = key_node.start_mark.line + 1
        if key in mapping:
            document.problems.append(Problem(document.path, line, f"'{key}' is said twice"))
        document.lines[*place, key] = line
        mapping[key] = _value(loader, value_node, (*place, key), document)
    return mapping
