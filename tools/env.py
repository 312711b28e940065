"""Writes .env with random secrets, or shows where the system is and how to get in (`make env`, `make credentials`).

Whatever .env says already stays, development defaults excepted; so it may run again. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / ".env.example"
ENV = ROOT / ".env"
DEFAULT = "dev-"  # how every development default begins
API_KEY_BYTES = 20  # 40 hexadecimal digits: Redash keeps no more
_LINE = re.compile(r"^([A-Z][A-Z0-9_]*)=(.*)$")


def read(text: str) -> dict[str, str]:
    """The settings of a .env file; of a name that is there twice the last counts, as for Compose."""
    lines = (_LINE.match(line.strip()) for line in text.splitlines())
    return {line[1]: line[2].strip().strip("\"'") for line in lines if line}


def fresh(name: str) -> str:
    """A random secret, made of letters that need no quoting in a URL or in .env."""
    return secrets.token_hex(API_KEY_BYTES) if name.endswith("API_KEY") else secrets.token_urlsafe(24)


def owner() -> dict[str, str]:
    """Who saves notebooks: whoever runs this, unless that is root."""
    uid, gid = os.getuid(), os.getgid()
    return {"NOTEBOOKS_UID": str(uid), "NOTEBOOKS_GID": str(gid)} if uid else {}


def renewed(example: str, present: str | None, *, renew: bool) -> tuple[str, list[str]]:
    """The new text of .env, and the names of the secrets that were made for it."""
    defaults, there = read(example), read(present or "")
    values = defaults | owner() | there
    made = [
        name
        for name, default in defaults.items()
        if default.startswith(DEFAULT) and (renew or not values[name] or values[name].startswith(DEFAULT))
    ]
    values |= {name: fresh(name) for name in made}
    if present is None:
        return "\n".join(_replaced(line, values) for line in example.splitlines()) + "\n", made
    lines = [_replaced(line, values) for line in present.splitlines()]
    lines += [f"{name}={values[name]}" for name in made if name not in there]
    return "\n".join(lines) + "\n", made


def _replaced(line: str, values: dict[str, str]) -> str:
    match = _LINE.match(line.strip())
    if match is None or read(line)[match[1]] == values[match[1]]:
        return line
    return f"{match[1]}={values[match[1]]}"


def write(*, renew: bool) -> int:
    """Write .env, readable by its owner only, at once or not at all."""
    present = ENV.read_text(encoding="utf-8") if ENV.exists() else None
    text, made = renewed(EXAMPLE.read_text(encoding="utf-8"), present, renew=renew)
    if not made:
        print(".env has secrets of its own already; ARGS=--renew makes new ones", file=sys.stderr)
        return 0
    draft = ENV.with_name(".env.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(ENV)
    print(f".env: random secrets for {', '.join(made)}", file=sys.stderr)
    print("They take effect with the next `make up`; `make credentials` shows them.", file=sys.stderr)
    return 0


def show() -> int:
    """Print where things are and how to get in, as Compose does: the environment over .env over the defaults."""
    present = read(ENV.read_text(encoding="utf-8")) if ENV.exists() else {}
    values = read(EXAMPLE.read_text(encoding="utf-8"))
    values |= {name: value for source in (present, os.environ) for name in values if (value := source.get(name))}
    host = "localhost" if values["BIND_ADDRESS"] in {"127.0.0.1", "0.0.0.0"} else values["BIND_ADDRESS"]
    database = f"{host}:{values['POSTGRES_PORT']}/bazaar"
    print(f"Redash      http://{host}:{values['REDASH_PORT']}")
    print(f"            {values['REDASH_ADMIN_EMAIL']}   {values['REDASH_ADMIN_PASSWORD']}")
    print(f"            API key {values['REDASH_ADMIN_API_KEY']}")
    print(f"JupyterLab  http://{host}:{values['JUPYTER_PORT']}/lab?token={values['JUPYTER_TOKEN']}")
    print(f"PostgreSQL  postgresql://bazaar_reader:{values['BAZAAR_READER_PASSWORD']}@{database}   (only reads)")
    print(f"            postgresql://bazaar:{values['BAZAAR_PASSWORD']}@{database}   (the owner)")
    return 0


def main() -> int:
    """Write by default, show on request."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--show", action="store_true", help="print where things are and how to get in")
    parser.add_argument("--renew", action="store_true", help="make all secrets anew, not only the defaults")
    given = parser.parse_args()
    return show() if given.show else write(renew=given.renew)


if __name__ == "__main__":
    sys.exit(main())
