"""`make audit` finds what it is for, and never takes silence for an answer."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tools import audit

HASH = "--hash=sha256:" + "0" * 64
GOOD = f"""\
# made by a tool
six==1.17.0 \\
    {HASH} \\
    {HASH}
    # via something
tzdata==2026.6 ; sys_platform == 'win32' \\
    {HASH}
"""


def test_the_repository_is_in_order():
    assert list(audit.findings()) == []


def test_every_lock_is_looked_at():
    names = {path.relative_to(audit.ROOT).as_posix() for path in audit.locks()}
    ours = {"requirements.lock", "requirements.txt", "tools/audit.txt", "tools/env.txt", "docker/requirements/sim.txt"}
    assert names >= ours
    assert all(audit.pins(path.read_text(encoding="utf-8")) for path in audit.locks())


def test_a_lock_is_read_whatever_the_platform():
    assert audit.unpinned(GOOD) == []
    assert audit.pins(GOOD) == [audit.Pin("six", "1.17.0"), audit.Pin("tzdata", "2026.6")]


@pytest.mark.parametrize(
    "entry",
    [
        "six==1.17.0",
        f"six>=1.17 \\\n    {HASH}",
        f"six \\\n    {HASH}",
        "six==1.17.0 --hash=md5:00",
        f"six==1.17.0 --hash=sha256:{'0' * 63}",
        "git+https://example.org/six",
        "--extra-index-url https://example.org/simple",
        "-e .",
    ],
)
def test_what_is_not_pinned_by_a_hash_is_found(entry: str):
    assert len(audit.unpinned(GOOD + entry + "\n")) == 1


def test_images_are_those_from_elsewhere_with_their_defaults():
    dockerfile = "FROM python:3.13-slim AS python\nFROM python AS packages\nFROM example.org:5000/other AS user\n"
    assert audit.images(dockerfile) == ["python:3.13-slim", "example.org:5000/other"]
    assert audit.images('  image: "redash/redash:${REDASH_VERSION:-25.8.0}"\n  image: redis:8\n') == [
        "redash/redash:25.8.0", "redis:8",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("image", "may_change"),
    [
        ("postgres:18", False),
        ("python:3.13-slim", False),
        ("example.org:5000/postgres:v18.1", False),
        ("postgres@sha256:" + "a" * 64, False),
        ("postgres:latest", True),
        ("postgres", True),
        ("example.org:5000/postgres", True),
        ("redash/redash:preview", True),
    ],
)
def test_an_image_without_a_version_is_found(image: str, may_change: bool):
    assert audit.unversioned(image) is may_change


def test_an_install_without_hashes_is_found():
    lines = "RUN pip install --require-hashes -r a.txt\nRUN python -m pip install six\nRUN apt-get install x\n"
    assert audit.unhashed_installs(lines) == ["RUN python -m pip install six"]


@pytest.mark.parametrize(
    "secret",
    [
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
        "AKIA" + "Q" * 16,
        "ghp_" + "a1" * 18,
        "xoxb-" + "1234567890" * 3,
        "AIza" + "b" * 35,
        ".".join(["eyJ" + "a" * 12, "eyJ" + "b" * 12, "c" * 12]),
    ],
)
def test_what_looks_like_a_secret_is_found(secret: str):
    assert len(audit.secrets(f"x = '{secret}'\n".encode())) == 1
    assert audit.secrets(secret[: len(secret) // 2].encode()) == []


# --- the advisory service --------------------------------------------------------------------------------------------

SIX, OLD_SIX, TZDATA = audit.Pin("six", "1.17.0"), audit.Pin("six", "1.16.0"), audit.Pin("tzdata", "2026.6")
HARMLESS: dict[str, Any] = {"vulns": []}
UNKNOWN = {"skip_reason": "not found"}
BROKEN = {"vulns": [{"id": "PYSEC-1", "aliases": ["CVE-1"], "fix_versions": ["2"], "description": ""}]}


@pytest.fixture
def service(monkeypatch, tmp_path: Path):
    """A pip-audit that knows what it is told: a name and a version to its answer."""

    def knowing(answers: dict[str, dict[str, Any]]) -> None:
        program = tmp_path / "pip-audit"
        program.write_text(
            f"#!{sys.executable}\n"
            "import json, sys\n"
            f"answers = json.loads({json.dumps(answers)!r})\n"
            "lines = open(sys.argv[sys.argv.index('--requirement') + 1]).read().split()\n"
            "assert len({line.split('==')[0] for line in lines}) == len(lines), 'a package twice'\n"
            "if not set(lines) <= set(answers): sys.exit('Traceback\\nConnectionError: nobody there')\n"
            "told = [dict(zip(('name', 'version'), line.split('==')), **answers[line]) for line in lines]\n"
            "print(json.dumps({'dependencies': told, 'fixes': []}))\n"
            "sys.exit(any(answer.get('vulns') for answer in told))\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        monkeypatch.setattr(audit, "PIP_AUDIT", program)
        monkeypatch.setattr(sys, "argv", ["audit.py"])
        monkeypatch.setattr(audit, "locks", list)
        monkeypatch.setattr(audit, "findings", lambda: iter([]))

    return knowing


def of(*pins: audit.Pin, **how) -> audit.Answer:
    return audit.vulnerabilities(pins, "pypi", set(how.get("ignored", ())))


def test_nothing_known_is_nothing_found(service):
    service({"six==1.17.0": HARMLESS, "six==1.16.0": HARMLESS, "tzdata==2026.6": HARMLESS})
    assert of(SIX, OLD_SIX, TZDATA) == ([], [])


def test_a_known_vulnerability_is_told_with_its_cure_unless_it_is_ignored(service):
    service({"six==1.17.0": HARMLESS, "six==1.16.0": BROKEN})
    assert of(SIX, OLD_SIX) == (["six 1.16.0: PYSEC-1, mended in 2"], [])
    assert of(SIX, OLD_SIX, ignored=["CVE-1"]) == ([], [])


def test_a_package_that_the_service_does_not_know_is_missing_and_hides_nothing(service):
    service({"six==1.16.0": HARMLESS, "six==1.17.0": BROKEN, "tzdata==2026.6": UNKNOWN})
    assert of(SIX, OLD_SIX, TZDATA) == (["six 1.17.0: PYSEC-1, mended in 2"], ["not found"])


def test_when_nobody_answers_one_question_is_enough(service):
    service({})
    assert of(SIX, OLD_SIX, TZDATA) == ([], ["ConnectionError: nobody there"])


@pytest.mark.parametrize(("answer", "code"), [(HARMLESS, 0), (BROKEN, audit.FOUND), (UNKNOWN, audit.UNASKED)])
def test_silence_a_find_and_an_all_clear_end_differently(
    service, monkeypatch, tmp_path: Path, capsys, answer: dict[str, Any], code: int
):
    lock = tmp_path / "a.txt"
    lock.write_text(f"six==1.17.0 {HASH}\n", encoding="utf-8")
    service({"six==1.17.0": answer})
    monkeypatch.setattr(audit, "locks", lambda: [lock])
    assert audit.main() == code
    assert ("NOT" in capsys.readouterr().err) is (code == audit.UNASKED)
