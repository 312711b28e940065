"""Scenarios and markets are read once a start."""

from __future__ import annotations

from pathlib import Path

from sim.run.files import RunFiles

MARKETS = Path(__file__).parents[3] / "sim" / "markets"


def test_a_file_is_read_once(tmp_path: Path):
    market, scenario = tmp_path / "own.yaml", tmp_path / "calm.yaml"
    market.write_text((MARKETS / "international.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    scenario.write_text("demand: {sessions_per_day: 1000}\n", encoding="utf-8")
    files = RunFiles()
    read = files.market(str(market)), files.scenario(str(scenario))
    market.write_text("no market any more", encoding="utf-8")
    scenario.unlink()
    assert (files.market(str(market)), files.scenario(str(scenario))) == read
