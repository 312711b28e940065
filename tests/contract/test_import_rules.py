"""The import rules have no holes: every room is in them, and each breaks when what it forbids is imported."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.configuration import configure
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import Contract

ROOT = Path(__file__).parents[2]
RULES = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in RULES["contracts"]}
KINDS: dict[str, type[Contract]] = {
    "acyclic_siblings": AcyclicSiblingsContract,
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}
SINKS = ("sim.sinks.memory", "sim.postgres.writing.sink", "sim.postgres.writing.encoder", "sim.sinks.shapes")
DRIVERS = ("sim.run.pacing.runner", "sim.run.pacing.drain", "sim.run.history.worker", "sim.run.history.coordinator")
PLANTED = [
    *(("driving", driver, sink) for driver in DRIVERS for sink in SINKS),
    ("driving", "sim.run.history.worker", "sqlalchemy"),
    ("driving", "sim.run.world", "db.apply"),  # what history imports may not either
    ("rooms", "sim.journal.port", "sim.sinks.memory"),
    ("rooms", "sim.run.pacing.runner", "sim.run.lifecycle"),
    ("circles", "sim.journal.batch", "sim.journal.port"),
    ("circles", "sim.engines.job", "sim.engines.dask_engine"),
    ("journal", "sim.journal.fan_out", "sim.sinks.memory"),
    ("processes", "sim.processes.session", "sim.postgres.connection"),
    ("experiments", "sim.experiments.replication", "sim.postgres.writing.sink"),
    ("lake", "sim.lake.task", "sim.postgres.writing.encoder"),
    ("export", "sim.export.reading", "sim.run.configuration"),
]


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    configure()
    return grimp.build_graph(
        *RULES["root_packages"], include_external_packages=True, cache_dir=str(ROOT / ".cache" / "import_linter")
    )


def is_kept(contract: dict[str, Any], graph: grimp.ImportGraph) -> bool:
    rule = KINDS[contract["type"]](name=contract["name"], session_options=RULES, contract_options=contract)
    return bool(rule.check(deepcopy(graph), verbose=False).kept)


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_rule_is_kept(graph: grimp.ImportGraph, contract: str):
    assert is_kept(CONTRACTS[contract], graph)


@pytest.mark.parametrize(("contract", "importer", "imported"), PLANTED)
def test_a_rule_breaks_when_what_it_forbids_is_imported(
    graph: grimp.ImportGraph, contract: str, importer: str, imported: str
):
    planted = deepcopy(graph)
    assert {importer, imported} <= planted.modules
    planted.add_import(importer=importer, imported=imported)
    assert not is_kept(CONTRACTS[contract], planted)


def test_every_rule_has_a_name_of_its_own():
    assert len(CONTRACTS) == len(RULES["contracts"])


def test_no_rule_looks_away():
    assert [id_ for id_, contract in CONTRACTS.items() if "ignore_imports" in contract] == []


def test_every_room_has_its_layer(graph: grimp.ImportGraph):
    """What is in no layer may import anything and be imported by anything."""
    named = {name.strip() for layer in CONTRACTS["rooms"]["layers"] for name in layer.replace(":", "|").split("|")}
    rooms = graph.find_children("sim") - {"sim.run"} | graph.find_children("sim.run")
    assert sorted(rooms - named) == []
