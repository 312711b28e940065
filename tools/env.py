"""Writes .env with random secrets, or shows where the system is and how to get in (`make env`, `make credentials`).

Whatever .env says already stays, development defaults excepted; so it may run again. It is read as Compose reads it.
"""

from __future__ import annotations

import argparse
import base64
import io
import os
import secrets
import sys
from pathlib import Path

from dotenv import dotenv_values, set_key

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / ".env.example"
ENV = ROOT / ".env"
DEFAULT = "dev-"  # how every development default begins
API_KEY_BYTES = 20  # 40 hexadecimal digits: Redash keeps no more


def read(text: str, *, raw: bool = False) -> dict[str, str]:
    """The settings of a .env file, with what they refer to filled in unless they shall be `raw`."""
    found = dotenv_values(stream=io.StringIO(text), interpolate=not raw)
    return {name: value or "" for name, value in found.items()}


def present() -> str | None:
    """The text of .env, None where there is none."""
    return ENV.read_text(encoding="utf-8-sig") if ENV.exists() else None


def settings() -> dict[str, str]:
    """What Compose takes: the environment over .env, that over the defaults, which stand for what is empty too."""
    given = read(present() or "") | os.environ
    defaults = read(EXAMPLE.read_text(encoding="utf-8"))
    return given | {name: given.get(name) or default for name, default in defaults.items()}


def fresh(name: str) -> str:
    """A random secret, made of letters that need no quoting in a URL or in .env."""
    if name.endswith("FERNET_KEY"):
        return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_hex(API_KEY_BYTES) if name.endswith("API_KEY") else secrets.token_urlsafe(24)


def owner() -> dict[str, str]:
    """Who saves notebooks: whoever runs this, unless that is root."""
    uid, gid = os.getuid(), os.getgid()
    return {"NOTEBOOKS_UID": str(uid), "NOTEBOOKS_GID": str(gid)} if uid else {}


def made(example: str, text: str | None, *, renew: bool) -> dict[str, str]:
    """New secrets for what is a development default yet, or for all, by name."""
    there, raw = read(text or ""), read(text or "", raw=True)
    secret = [name for name, default in read(example).items() if default.startswith(DEFAULT)]
    default = [name for name in secret if there.get(name, "").startswith(DEFAULT) or not raw.get(name)]
    return {name: fresh(name) for name in (secret if renew else default)}


def written(path: Path, text: str, values: dict[str, str]) -> None:
    """Write the text with these settings in it, into a new file that is readable by its owner only."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    for name, value in values.items():
        set_key(path, name, value, quote_mode="never")


def write(*, renew: bool) -> int:
    """Write .env at once or not at all."""
    text, example = present(), EXAMPLE.read_text(encoding="utf-8")
    new = made(example, text, renew=renew)
    unsaid = {name: value for name, value in owner().items() if text is None or name not in read(text)}
    if not new and not unsaid:
        print(".env has secrets of its own already; ARGS=--renew makes new ones", file=sys.stderr)
        return 0
    draft = ENV.with_name(".env.new")
    written(draft, example if text is None else text, new | unsaid)
    draft.replace(ENV)
    if new:
        print(f".env: random secrets for {', '.join(new)}", file=sys.stderr)
    if unsaid:
        print(
            f".env: who saves notebooks: {' and '.join(unsaid)}",
            file=sys.stderr,
        )
    print("They take effect with the next `make up`; `make credentials` shows them.", file=sys.stderr)
    return 0


def show() -> int:
    """Print where things are and how to get in."""
    values = settings()
    address = values["BIND_ADDRESS"].strip("[]")
    host = "localhost" if address in {"127.0.0.1", "0.0.0.0", "::"} else f"[{address}]" if ":" in address else address
    database = f"{host}:{values['POSTGRES_PORT']}/bazaar"
    print(f"Redash      http://{host}:{values['REDASH_PORT']}")
    print(f"            {values['REDASH_ADMIN_EMAIL']}   {values['REDASH_ADMIN_PASSWORD']}")
    print(f"            API key {values['REDASH_ADMIN_API_KEY']}")
    print(f"JupyterLab  http://{host}:{values['JUPYTER_PORT']}/lab?token={values['JUPYTER_TOKEN']}")
    print(f"PostgreSQL  postgresql://bazaar_reader:{values['BAZAAR_READER_PASSWORD']}@{database}   (only reads)")
    print(f"            postgresql://bazaar:{values['BAZAAR_PASSWORD']}@{database}   (the owner)")
    profiles = set(values.get("COMPOSE_PROFILES", "").split(","))
    if {"events", "pipeline"} & profiles:
        print(f"Kafka       kafka://localhost:{values['KAFKA_PORT']}   (from this machine)")
        landed = f"{host}:{values['POSTGRES_PORT']}/pipeline"
        print(f"            postgresql://bazaar_reader:{values['BAZAAR_READER_PASSWORD']}@{landed}   (what was landed)")
    if "pipeline" in profiles:
        print(f"Airflow     http://{host}:{values['AIRFLOW_PORT']}")
        print(f"            admin   {values['AIRFLOW_ADMIN_PASSWORD']}")
        print(f"Spark       http://localhost:{values['SPARK_PORT']}   (from this machine)")
        server = f"{host}:{values['MYSQL_PORT']}"
        reader = f"bazaar_reader:{values['BAZAAR_READER_PASSWORD']}"
        print(f"MySQL       mysql://{reader}@{server}/bazaar   (the replica, only reads)")
        print(f"            mysql://bazaar:{values['MYSQL_PASSWORD']}@{server}/bazaar   (its owner)")
        print(f"            mysql://{reader}@{server}/marts   (the marts, only reads)")
    return 0


def main() -> int:
    """Write by default, show on request."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--show", action="store_true", help="print where things are and how to get in")
    parser.add_argument("--says", metavar="NAME", help="exit 0 when the environment or .env sets that name, else 1")
    parser.add_argument("--renew", action="store_true", help="make all secrets anew, not only the defaults")
    given = parser.parse_args()
    try:
        if given.says:
            return 0 if settings().get(given.says) else 1
        return show() if given.show else write(renew=given.renew)
    except (OSError, UnicodeDecodeError) as error:
        print(f".env: the file can't be read or written: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
