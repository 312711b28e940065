"""What is wished for, understood: the settings of a run, and the digest by which a shop made of them is found again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bazaar.place import ROOMS
from common.files import write_whole
from sim import __version__
from sim.settings import Given, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SOURCES = ("common", "db", "models", "sim")
_KINDS = {".py", ".sql", ".yaml"}


@dataclass(frozen=True, slots=True)
class Wish:
    """The options of the run that makes the shop."""

    options: Mapping[str, str]
    digest: str


def understood(asked: Mapping[str, Any], folder: Path) -> Wish:
    """The wish; a scenario that comes as its parameters is written into the folder. Raises ValueError, in one line."""
    scenario = asked["scenario"]
    if not isinstance(scenario, str):
        path = folder / "custom.yaml"
        write_whole(path, json.dumps(scenario))  # JSON is YAML
        scenario = str(path)
    options = {
        "seed": asked["seed"],
        "scale": asked["scale"],
        "start": asked["start"],
        "duration": in_seconds(asked["days"] * 86_400),
        "scenario": scenario,
        "market": asked["market"],
        "speed": "max",
    }
    resolve(Given(options, {}))
    return Wish(options, _digest(options))


def in_seconds(seconds: float) -> str:
    """A length of time as options take it."""
    return f"{seconds:.6f}s"


def _digest(options: Mapping[str, str]) -> str:
    """Of what decides the rows; of files what they say. What comes along need not be loaded to be known."""
    said = dict(options)
    if not _comes_along("scenarios", said["scenario"]):
        from sim.scenario import load_scenario

        name, scenario = load_scenario(said["scenario"])
        said["scenario"] = name + scenario.model_dump_json()
    if not _comes_along("markets", said["market"]):
        from sim.markets import load_market

        said["market"] = load_market(said["market"]).digest()
    return sha256(json.dumps([program(), said], sort_keys=True).encode()).hexdigest()[:16]


def _comes_along(kind: str, name: str) -> bool:
    return "/" not in name and (ROOMS / "sim" / kind / f"{name}.yaml").exists()


@cache
def program() -> str:
    """The version, and the program to the letter: two builds may bear one version."""
    digest = sha256(__version__.encode())
    for room in _SOURCES:
        for path in sorted(path for path in (ROOMS / room).rglob("*") if path.suffix in _KINDS):
            digest.update(path.relative_to(ROOMS).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
