"""Changes values in a YAML file where they stand, so that comments and formatting around them stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from dashboards.yaml_lines import Document, Place, parse_document
from dashboards.yaml_text import block, inline, pair

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# For a list at a place: of each new item its number in the old list, None for a new one.
Kept = dict[Place, list[int | None]]


def edited(document: Document, value: Any, kept: Kept | None = None) -> str:
    """The document's text, saying the value instead: the same text when it says so already."""
    if value == document.value:
        return document.text
    if isinstance(document.root, yaml.MappingNode) and isinstance(value, dict):
        editor = _Editor(document, kept or {})
        try:
            editor.mapping(document.root, document.value, value, ())
        except _Rewrite:
            return block(value) + "\n"
        text = editor.text()
        again = parse_document(document.path, text)
        if again.value == value and not again.problems:
            return text
    return block(value) + "\n"


class _Rewrite(Exception):
    """This change can't be made in place."""


class _Editor:
    """Collects replacements of stretches of the text."""

    def __init__(self, document: Document, kept: Kept) -> None:
        self._text = document.text
        self._kept = kept
        self._edits: list[tuple[int, int, str]] = []

    def text(self) -> str:
        """The text with every replacement made."""
        text = self._text
        for begin, end, new in sorted(self._edits, reverse=True):
            text = text[:begin] + new + text[end:]
        return text

    def mapping(self, node: yaml.MappingNode, old: Mapping[str, Any], new: Mapping[str, Any], place: Place) -> None:
        """Changes a mapping in block style key by key; new keys come last."""
        if node.flow_style or not node.value:
            raise _Rewrite
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key not in new:
                self._drop(key_node.start_mark.index, self._end(value_node))
            elif old[key] != new[key]:
                self._value(key_node, value_node, old[key], new[key], (*place, key))
        column = node.start_mark.column
        added = {key: value for key, value in new.items() if key not in old}
        if added:
            self._insert(self._end(node), f"\n{' ' * column}{block(added, column)}")

    def _value(self, key_node: yaml.Node, node: yaml.Node, old: Any, new: Any, place: Place) -> None:
        if isinstance(node, yaml.MappingNode) and isinstance(new, dict) and new and not node.flow_style:
            self.mapping(node, old, new, place)
        elif (
            isinstance(node, yaml.SequenceNode)
            and isinstance(new, list)
            and not node.flow_style
            and (kept := self._which(place, old, new))
        ):
            self._items(node, old, new, place, kept)
        else:
            column = key_node.start_mark.column
            self._edits.append((key_node.start_mark.index, self._end(node), pair(str(key_node.value), new, column)))

    def _which(self, place: Place, old: Sequence[Any], new: Sequence[Any]) -> list[int | None]:
        """Of each new item its number before; without word of it only lists of the same length are compared."""
        return self._kept.get(place) or (list(range(len(old))) if len(old) == len(new) else [])

    def _items(
        self, node: yaml.SequenceNode, old: Sequence[Any], new: Sequence[Any], place: Place, kept: list[int | None]
    ) -> None:
        """Changes a list in block style item by item."""
        stayed = [number for number in kept if number is not None]
        if not stayed or stayed != sorted(stayed) or None in kept[: len(stayed)]:
            raise _Rewrite
        for number, item in enumerate(node.value):
            if number not in stayed:
                self._drop(self._dash(item), self._end(item))
        for number, value in zip(stayed, new, strict=False):
            if old[number] != value:
                self._item(node.value[number], old[number], value, (*place, number))
        column = self._dash(node.value[0]) - self._line_start(self._dash(node.value[0]))
        for value in reversed(new[len(stayed) :]):
            self._insert(self._end(node), f"\n{' ' * column}{block([value], column)}")

    def _item(self, item: yaml.Node, old: Any, new: Any, place: Place) -> None:
        if isinstance(item, yaml.MappingNode) and isinstance(new, dict) and not item.flow_style:
            self.mapping(item, old, new, place)
        else:
            self._edits.append((item.start_mark.index, self._end(item), inline(new)))

    def _insert(self, at: int, text: str) -> None:
        """After the rest of the line: a remark there belongs to what stands before it."""
        end = self._text.find("\n", at)
        end = len(self._text) if end < 0 else end
        self._edits.append((end, end, text))

    def _drop(self, begin: int, end: int) -> None:
        line_start, line_end = self._line_start(begin), self._text.find("\n", end)
        if self._text[line_start:begin].strip():
            raise _Rewrite  # it shares its line with something before it
        self._edits.append((line_start, len(self._text) if line_end < 0 else line_end + 1, ""))

    def _dash(self, item: yaml.Node) -> int:
        dash = self._text.rfind("-", self._line_start(item.start_mark.index), item.start_mark.index)
        if dash < 0:
            raise _Rewrite
        return dash

    def _line_start(self, index: int) -> int:
        return self._text.rfind("\n", 0, index) + 1

    def _end(self, node: yaml.Node) -> int:
        """Where the node's own text ends; PyYAML lets a block reach to the next token, over comments."""
        if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
            return self._end(node.value[-1][1])
        if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
            return self._end(node.value[-1])
        end: int = node.end_mark.index
        return len(self._text[:end].rstrip()) if isinstance(node, yaml.ScalarNode) else end
