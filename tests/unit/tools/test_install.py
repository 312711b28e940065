"""What people have told pip about their own packages does not change where ours go."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tools.install import pip_install

VARIABLES = {
    "PIP_USER": "1",
    "PIP_TARGET": "elsewhere",
    "PIP_PREFIX": "elsewhere",
    "PIP_ROOT": "elsewhere",
    "PIP_DRY_RUN": "1",
    "PIP_NO_DEPS": "1",
    "PIP_CONSTRAINT": "/nowhere/constraints.txt",
    "PIP_REQUIREMENT": "/nowhere/requirements.txt",
    "PIP_NO_BINARY": ":all:",
    "PIP_PLATFORM": "win_amd64",
}


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with a package of one line, which is all that pip is told of where packages come from."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "bazaar_here-1.0-py3-none-any.whl", "w") as wheel:
        about = "bazaar_here-1.0.dist-info"
        wheel.writestr("bazaar_here.py", "HERE = True\n")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: bazaar-here\nVersion: 1.0\n")
        wheel.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{about}/RECORD", "")
    return folder


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """The Python of an environment of its own."""
    folder = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder / "bin" / "python"


@pytest.mark.parametrize("how", ["variables", "file"])
def test_packages_go_where_they_belong(
    python: Path, wheels: Path, tmp_path: Path, how: str, monkeypatch: pytest.MonkeyPatch
):
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    whence = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels.as_uri()}
    if how == "variables":
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        for name, value in (VARIABLES | whence).items():
            monkeypatch.setenv(name, value)
    else:
        told = {
            name.removeprefix("PIP_").lower().replace("_", "-"): value for name, value in (VARIABLES | whence).items()
        }
        config = tmp_path / "pip.conf"
        config.write_text(
            "[install]\n" + "".join(f"{name} = {value}\n" for name, value in told.items()), encoding="utf-8"
        )
        monkeypatch.setenv("PIP_CONFIG_FILE", str(config))
    pip_install(python, "bazaar-here")
    found = subprocess.run(
        [python, "-c", "import bazaar_here; print(bazaar_here.__file__)"], capture_output=True, text=True, check=False
    )
    assert found.stdout.startswith(str(python.parents[1])), found.stderr
