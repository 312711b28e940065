"""The data source: the shop's database as Redash reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from redash.publisher.problems import BadInput, Failure
from redash.publisher.remote import SOURCE_NAME, read_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from redash.publisher.api import Api, Json
    from redash.publisher.tally import Tally

_PASSWORD = "BAZAAR_READER_PASSWORD"


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """How Redash, not this command, reaches the shop."""

    options: Json

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> SourceSettings | None:
        """From BAZAAR_SOURCE_HOST and the like, whose defaults fit Compose; None without a reader's password."""
        password = environment.get(_PASSWORD)
        if not password:
            return None
        port = environment.get("BAZAAR_SOURCE_PORT") or "5432"
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise BadInput(f"BAZAAR_SOURCE_PORT: '{port}' is not a port")
        options = {
            "host": environment.get("BAZAAR_SOURCE_HOST") or "postgres",
            "port": int(port),
            "dbname": environment.get("BAZAAR_SOURCE_DATABASE") or "bazaar",
            "user": environment.get("BAZAAR_SOURCE_USER") or "bazaar_reader",
            "password": password,
            "sslmode": environment.get("BAZAAR_SOURCE_SSLMODE") or "prefer",
        }
        return cls(options)


def publish_source(api: Api, settings: SourceSettings | None, tally: Tally) -> int:
    """The data source's id; made, or mended where it differs or does not work."""
    now = read_source(api)
    if settings is None:
        if now is None:
            raise BadInput(f"Redash has no data source '{SOURCE_NAME}' yet: say the reader's password in {_PASSWORD}")
        return int(now["id"])
    body = {"name": SOURCE_NAME, "type": "pg", "options": settings.options}
    if now is None:
        made = int(api.post("data_sources", body)["id"])
        tally.create("source", SOURCE_NAME)
        _prove(api, made)
        return made
    source_id = int(now["id"])
    differing = [name for name, value in settings.options.items() if name != "password" and _option(now, name) != value]
    # The password can't be read back: that the source works has to do as proof of it.
    if not differing and now["type"] == "pg" and api.post(f"data_sources/{source_id}/test", {})["ok"]:
        return source_id
    kept = {name: value for name, value in now["options"].items() if name not in settings.options}
    api.post(f"data_sources/{source_id}", body | {"options": kept | settings.options})
    tally.change("source", SOURCE_NAME, differing or ["password"])
    _prove(api, source_id)
    return source_id


def _option(now: Json, name: str) -> object:
    return now["options"].get(name, "prefer" if name == "sslmode" else None)


def _prove(api: Api, source_id: int) -> None:
    answer = api.post(f"data_sources/{source_id}/test", {})
    if not answer["ok"]:
        said = " ".join(str(answer.get("message")).split())
        raise Failure(f"Redash can't read the shop's database with the settings given (BAZAAR_SOURCE_…): {said}")
