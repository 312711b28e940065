"""YAML as people mean it: a name that is given twice in one table is a mistake, and not the last one's victory."""

from __future__ import annotations

from typing import Any

import yaml

# The loader in C, where it was built, is ten times as fast.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _StrictLoader(_Base):  # type: ignore[misc]  # which of the two it is, is known at run time
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names: set[str] = set()
        for name, _ in node.value:
            if isinstance(name, yaml.ScalarNode):
                if name.value in names:
                    raise yaml.YAMLError(f"line {name.start_mark.line + 1}: {name.value!r} is there twice")
                names.add(name.value)
        table: dict[Any, Any] = super().construct_mapping(node, deep)
        return table


def load_yaml(text: str) -> Any:
    """Return what the text says; raises yaml.YAMLError."""
    return yaml.load(text, Loader=_StrictLoader)
