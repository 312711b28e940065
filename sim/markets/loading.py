"""Reads a market file and says in one line what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from common.messages import one_line
from common.strict_yaml import load_yaml
from sim.markets.grammar import A_GROUP, A_TEXT
from sim.markets.schema import Market

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_HERE = Path(__file__).parent


class MarketError(ValueError):
    """A market that is not known or not well-formed; its text is one line for people."""


def known_markets() -> list[str]:
    """Return the names of the markets that come with the program, in alphabetical order."""
    return sorted(path.stem for path in _HERE.glob("*.yaml"))


def load_market(name_or_path: str | Path) -> Market:
    """Return the market of that name, or the one in that YAML file; raise MarketError when there is none."""
    path = _path_of(name_or_path)
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise MarketError(f"market file {path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise MarketError(f"market file {path} is not YAML: {one_line(error)}") from error
    try:
        return Market.model_validate(content)
    except ValidationError as error:
        raise MarketError(f"market file {path}: {_first_of(error)}") from error


def _path_of(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if text.endswith((".yaml", ".yml")) or "/" in text or "\\" in text:
        return Path(text)
    if text not in known_markets():
        raise MarketError(f"unknown market {text!r}; known: {', '.join(known_markets())}, or a path to a .yaml file")
    return _HERE / f"{text}.yaml"


def _first_of(error: ValidationError) -> str:
    errors = error.errors(include_url=False)
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return _line(errors[0]) + more


def _line(error: ErrorDetails) -> str:
    where = ".".join(str(part) for part in error["loc"] if part not in {A_TEXT, A_GROUP})
    message = error["msg"].removeprefix("Value error, ")
    if isinstance(error["input"], str | int | float | bool | None) and error["type"] != "missing":
        message += f" (it is {str(error['input'])[:60]!r})"
    return f"{where}: {message}" if where else message
