"""What Bazaar is made of: locked versions, base images, secrets in the tree, known vulnerabilities (`make audit`).

Exit code 0: nothing found. 1: something found. 3: nothing found, but the advisory service has not answered everything.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PIP_AUDIT = ROOT / ".cache" / "audit" / "bin" / "pip-audit"
FOUND, UNASKED = 1, 3
ANSWER_S = 15  # for one package
_PIN = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(\[[A-Za-z0-9._,-]+\])?==(?P<version>[^\s;]+)( ;[^\\]*?)?( --hash=sha256:[0-9a-f]{64})+"
)
_IMAGE = re.compile(r"^\s*(?:FROM|image:)\s+\"?([^\s\"]+)", re.MULTILINE)
_STAGE = re.compile(r"^FROM\s+\S+\s+AS\s+(\S+)", re.MULTILINE)
_DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
_PIP_INSTALL = re.compile(r"^.*\bpip\b.*\binstall\b.*$", re.MULTILINE)
_SECRETS = {
    "a private key": re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "a key of AWS": re.compile(rb"\bAKIA[0-9A-Z]{16}\b"),
    "a token of GitHub": re.compile(rb"\b(gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,})"),
    "a token of PyPI": re.compile(rb"\bpypi-AgEI[\w-]{50,}"),
    "a token of Slack": re.compile(rb"\bxox[abprs]-[\w-]{20,}"),
    "a key of Google": re.compile(rb"\bAIza[\w-]{35}\b"),
    "a JSON web token": re.compile(rb"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
}


class Pin(NamedTuple):
    """A package in the version that is installed."""

    name: str
    version: str


class Answer(NamedTuple):
    """What the advisory service says: vulnerabilities, and why it says nothing about something."""

    known: list[str]
    missing: list[str]


# --- what needs no network -------------------------------------------------------------------------------------------


def locks() -> list[Path]:
    """Every file that says what is installed."""
    own = [ROOT / "requirements.lock", ROOT / "requirements.txt"]
    return [*own, *sorted((ROOT / "tools").glob("*.txt")), *sorted((ROOT / "docker" / "requirements").glob("*.txt"))]


def entries(lock: str) -> Iterator[str]:
    """The requirements of a lock, each on one line."""
    for line in re.sub(r"\s*\\\n\s*", " ", lock).splitlines():
        entry = line.strip()
        if entry and not entry.startswith("#"):
            yield entry


def unpinned(lock: str) -> list[str]:
    """What a lock would install in whatever version or with whatever content."""
    return [entry.split(" --hash")[0] for entry in entries(lock) if _PIN.fullmatch(entry) is None]


def pins(lock: str) -> list[Pin]:
    """What a lock installs, on any platform and Python."""
    found = (_PIN.fullmatch(entry) for entry in entries(lock))
    return [Pin(match["name"].lower(), match["version"]) for match in found if match]


def images(text: str) -> list[str]:
    """The images that a Dockerfile or Compose file takes from elsewhere, settings at their defaults."""
    stages = set(_STAGE.findall(text))
    return [image for found in _IMAGE.findall(text) if (image := _DEFAULT.sub(r"\1", found)) not in stages]


def unversioned(image: str) -> bool:
    """Whether an image may be another one tomorrow: no version in its tag, and no digest."""
    if re.search(r"@sha256:[0-9a-f]{64}$", image):
        return False
    _, colon, tag = image.rpartition("/")[2].partition(":")
    return not colon or re.match(r"v?\d", tag) is None


def unhashed_installs(dockerfile: str) -> list[str]:
    """Commands that install packages without checking what they get."""
    return [line.strip() for line in _PIP_INSTALL.findall(dockerfile) if "--require-hashes" not in line]


def secrets(content: bytes) -> list[str]:
    """What kinds of secrets a file seems to hold."""
    return [kind for kind, pattern in _SECRETS.items() if pattern.search(content)]


def tracked() -> list[Path]:
    """Every file of the repository."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def findings() -> Iterator[str]:
    """All that is wrong and can be seen without a network."""
    for lock in locks():
        for entry in unpinned(lock.read_text(encoding="utf-8")):
            yield f"{lock.relative_to(ROOT)}: {entry}: without an exact version or a hash"
    for file in (*sorted((ROOT / "docker").rglob("Dockerfile")), ROOT / "docker-compose.yml"):
        text = file.read_text(encoding="utf-8")
        for image in filter(unversioned, images(text)):
            yield f"{file.relative_to(ROOT)}: {image}: an image without a version"
        for line in unhashed_installs(text):
            yield f"{file.relative_to(ROOT)}: {line}: installs without --require-hashes"
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.name == ".env" or name.startswith(".data/"):
            yield f"{name}: settings and data of a machine are no part of the repository"
        for kind in secrets(path.read_bytes()):
            yield f"{name}: holds what looks like {kind}"


# --- what the advisory service knows ---------------------------------------------------------------------------------


def rounds(wanted: Iterable[Pin]) -> list[list[Pin]]:
    """Lists without a package twice, as pip-audit wants them; the first, of one pin, shows whether anybody answers."""
    ordered = sorted(set(wanted))
    split: list[list[Pin]] = [ordered[:1]]
    for pin in ordered[1:]:
        fitting = next((there for there in split[1:] if pin.name not in {other.name for other in there}), None)
        if fitting is None:
            split.append(fitting := [])
        fitting.append(pin)
    return split


def asked(about: list[Pin], service: str, ignored: set[str]) -> Answer:
    """The service's answer on these."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.writelines(f"{pin.name}=={pin.version}\n" for pin in about)
        file.flush()
        command = [str(PIP_AUDIT), "--requirement", file.name, "--no-deps", "--disable-pip", "--format", "json"]
        command += ["--vulnerability-service", service, "--timeout", str(ANSWER_S), "--progress-spinner", "off"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        each: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        said = done.stderr.strip().splitlines() or [f"pip-audit ended with {done.returncode}"]
        return Answer([], [said[-1]])
    # pip-audit itself ends well when a service knows nothing of a package
    missing = [answer["skip_reason"] for answer in each if "skip_reason" in answer]
    if len(each) != len(about):
        missing.append(f"{len(each)} answers to {len(about)} questions")
    return Answer([line for answer in each for line in _lines(answer, ignored)], missing)


def _lines(answer: dict[str, Any], ignored: set[str]) -> Iterator[str]:
    for one in answer.get("vulns", []):
        if ignored.isdisjoint({one["id"], *one["aliases"]}):
            mended = ", ".join(one["fix_versions"]) or "no version"
            yield f"{answer['name']} {answer['version']}: {one['id']}, mended in {mended}"


def vulnerabilities(wanted: Iterable[Pin], service: str, ignored: set[str]) -> Answer:
    """What is known against all of these."""
    known: list[str] = []
    missing: list[str] = []
    for number, about in enumerate(rounds(wanted)):
        answer = asked(about, service, ignored)
        known += answer.known
        missing += answer.missing
        if number == 0 and missing:
            break  # nobody there: the others need not be asked about one by one
    return Answer(known, missing)


def main() -> int:
    """Look, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--offline", action="store_true", help="only what needs no network")
    parser.add_argument("--service", choices=["pypi", "osv"], default="pypi", help="who is asked (pypi)")
    parser.add_argument(
        "--ignore", action="append", default=[], metavar="ID", help="a vulnerability known to be harmless"
    )
    given = parser.parse_args()
    found = list(findings())
    wanted = {pin for lock in locks() for pin in pins(lock.read_text(encoding="utf-8"))}
    missing: list[str] = []
    if not given.offline:
        known, missing = vulnerabilities(wanted, given.service, set(given.ignore))
        found += known
    for finding in found:
        print(finding)
    if missing:
        print(f"known vulnerabilities: NOT all looked for: {given.service}: {missing[0]}", file=sys.stderr)
    print(f"{len(wanted)} locked versions, base images, files of the repository: {len(found) or 'nothing'} found")
    return FOUND if found else UNASKED if missing else 0


if __name__ == "__main__":
    sys.exit(main())
