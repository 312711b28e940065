"""The replica's server in a container, asked by its own client: any user, over TCP as somebody outside would come."""

from __future__ import annotations

from tests.system.compose import Compose
from tools.env import read

PASSWORDS = {
    "bazaar": "MYSQL_PASSWORD", "bazaar_sink": "MYSQL_SINK_PASSWORD", "bazaar_reader": "BAZAAR_READER_PASSWORD",
    "marts": "MARTS_PASSWORD", "root": "MYSQL_ROOT_PASSWORD",
}  # fmt: skip


class Refused(Exception):
    """MySQL's own words."""


def asked(
    system: Compose, sql: str, user: str = "bazaar_reader", *, password: str | None = None, host: str = "127.0.0.1"
) -> list[tuple[str, ...]]:
    """The rows of an answer, as text; `localhost` is the socket's way."""
    password = password or read(system.settings.read_text(encoding="utf-8"))[PASSWORDS[user]]
    client = ["mysql", "--no-defaults", f"--host={host}", f"--user={user}", "--batch", "--skip-column-names"]
    if host == "localhost":
        client.append("--socket=/var/run/mysqld/mysqld.sock")
    done = system.exec("mysql", "env", f"MYSQL_PWD={password}", *client, f"--execute={sql}", "bazaar", check=False)
    if done.returncode:
        raise Refused(done.stderr.strip())
    return [tuple(line.split("\t")) for line in done.stdout.splitlines()]
