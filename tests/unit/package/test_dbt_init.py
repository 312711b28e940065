"""The dbt project that `bazaar dbt init` writes: complete, derived from the models, and nobody's files in its way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from dashboards.files import load
from db.formats import FORMATS
from models.declarations import shop_tables
from tests.unit.package.test_command import bazaar

URL = "postgresql://owner:hush@db.example:5433/mine"


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("dbt")
    done = bazaar("dbt", "init", "project", "--database-url", URL, cwd=folder)
    assert done.returncode == 0, done.stderr
    return Path(folder, "project")


def test_a_staging_model_has_every_column_of_its_table(project: Path):
    staging = {path.stem: path.read_text(encoding="utf-8") for path in (project / "models" / "staging").glob("*.sql")}
    assert set(staging) == {f"stg_{table.name}" for table in shop_tables()}
    for table in shop_tables():
        columns = ",\n".join(f"    {column.name}" for column in table.columns)
        assert staging[f"stg_{table.name}"] == f"select\n{columns}\nfrom {{{{ source('bazaar', '{table.name}') }}}}\n"


def test_each_dashboard_is_an_exposure_of_what_it_reads(project: Path):
    exposures = yaml.safe_load((project / "models" / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    depends = {each["name"]: each["depends_on"] for each in exposures}
    assert set(depends) == set(load().dashboards)
    assert all(depends.values())
    assert "source('bazaar', 'promises_due')" in depends["delivery"]


def test_what_is_referred_to_is_there(project: Path):
    models = {path.stem for path in (project / "models").rglob("*.sql")} | {
        "customer_tiers",
        "product_prices_over_time",
    }
    texts = [path.read_text(encoding="utf-8") for path in project.rglob("*") if path.suffix in {".sql", ".yml"}]
    assert {name for text in texts for name in re.findall(r"\bref\('(\w+)'\)", text)} <= models
    assert (project / "models" / "sources.yml").read_text(encoding="utf-8") == FORMATS["dbt"]()


def test_the_profile_is_the_analysts_and_takes_no_password_of_somebody_else(project: Path):
    profile = (project / "profiles.yml").read_text(encoding="utf-8")
    output = yaml.safe_load(profile)["shop"]["outputs"]["dev"]
    assert output["user"] == "{{ env_var('SHOP_USER', 'bazaar_analyst') }}"
    assert output["host"] == "{{ env_var('SHOP_HOST', 'db.example') }}"
    assert output["port"] == "{{ env_var('SHOP_PORT', '5433') | int }}"
    assert output["password"] == "{{ env_var('SHOP_PASSWORD') }}"
    assert "hush" not in profile
    assert (project / "profiles.yml").stat().st_mode & 0o077 == 0
    assert "profiles.yml\n" in (project / ".gitignore").read_text(encoding="utf-8")


def test_a_folder_with_something_in_it_stays_as_it_is(tmp_path: Path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "file").touch()
    done = bazaar("dbt", "init", "mine", "--database-url", URL, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "bazaar: dbt: mine is there and not empty; give a new folder\n")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["file"]


def test_without_a_shop_one_is_asked_for(tmp_path: Path):
    done = bazaar("dbt", "init", "mine", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "bazaar: dbt: there is no shop here yet; `bazaar run` begins one\n")
    assert not (tmp_path / "mine").exists()
