"""What no real shop can see goes nowhere: no event, no replica, no mart, no export and no dashboard has any of it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from models import metadata, truth
from pipeline.replica import chosen, publication
from sim.export.catalogue import TIMES

ROOT = Path(__file__).resolve().parents[2]
TABLES = {table.name for table in metadata.sorted_tables if table.schema == truth.SCHEMA}
ASKED = [
    *sorted((ROOT / "redash").glob("**/*.sql")),
    *sorted((ROOT / "pipeline").glob("**/*.sql")),
    ROOT / "db" / "views.sql",
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
]


def test_no_copy_of_a_shop_has_any_of_its_tables():
    assert len(TABLES) >= 6
    assert not TABLES & set(chosen.replicated_tables())
    assert not [name for name in publication.wanted() if name.startswith(f"{truth.SCHEMA}.")]
    assert not TABLES & set(TIMES)


def test_a_replica_of_an_older_shop_gives_back_what_has_moved():
    assert chosen.no_longer() == ["satisfaction_changes"]


@pytest.mark.parametrize("path", ASKED, ids=lambda path: path.name)
def test_nobody_who_reads_a_shop_asks_for_it(path: Path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code")
    assert not [word for word in (*TABLES, "persona", "satisfaction", "whim") if re.search(rf"\b{word}\b", text)]
