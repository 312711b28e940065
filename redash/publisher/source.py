"""The data source: the shop's database as Redash reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from dashboards.problems import BadInput
from redash.publisher.failures import Failure, Refused
from redash.publisher.remote import SOURCE_NAME, read_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from redash.publisher.api import Api, Json
    from redash.publisher.settings import SourceSettings
    from redash.publisher.tally import Tally

_GAVE_UP, _TESTS = 500, 3


@dataclass(frozen=True, slots=True)
class Source:
    """The data source in Redash. To prove that it works takes a worker, so that is done beside the rest."""

    id: int
    prove: Callable[[], None]


def publish_source(api: Api, settings: SourceSettings | None, tally: Tally) -> Source:
    """The data source; made where there is none. Proving it mends it where it differs or does not work."""
    now = read_source(api)
    if settings is None:
        if now is None:
            raise BadInput(
                f"Redash has no data source '{SOURCE_NAME}' yet: say the reader's password in BAZAAR_READER_PASSWORD"
            )
        return Source(int(now["id"]), lambda: None)
    if now is None:
        made = int(api.post("data_sources", _body(settings.model_dump()))["id"])
        tally.create("source", SOURCE_NAME)
        return Source(made, partial(_prove, api, made))
    return Source(int(now["id"]), partial(_mend, api, settings, now, tally))


def _mend(api: Api, settings: SourceSettings, now: Json, tally: Tally) -> None:
    source_id, options = int(now["id"]), settings.model_dump()
    differing = [name for name, value in options.items() if name != "password" and _option(now, name) != value]
    # The password can't be read back: that the source works has to do as proof of it.
    if not differing and now["type"] == "pg" and _tested(api, source_id)["ok"]:
        return
    kept = {name: value for name, value in now["options"].items() if name not in options}
    api.post(f"data_sources/{source_id}", _body(kept | options))
    tally.change("source", SOURCE_NAME, differing or ["password"])
    _prove(api, source_id)


def _body(options: Json) -> Json:
    return {"name": SOURCE_NAME, "type": "pg", "options": options}


def _option(now: Json, name: str) -> object:
    return now["options"].get(name, "prefer" if name == "sslmode" else None)


def _prove(api: Api, source_id: int) -> None:
    answer = _tested(api, source_id)
    if not answer["ok"]:
        said = " ".join(str(answer.get("message")).split())
        raise Failure(f"Redash can't read the shop's database with the settings given (BAZAAR_SOURCE_…): {said}")


def _tested(api: Api, source_id: int) -> Json:
    """What Redash says of a source. While none of its workers has started yet it gives up after a minute, with 500."""
    for _ in range(_TESTS - 1):
        try:
            answer: Json = api.post(f"data_sources/{source_id}/test", {})
        except Refused as refused:
            if refused.status != _GAVE_UP:
                raise
        else:
            return answer
    last: Json = api.post(f"data_sources/{source_id}/test", {})
    return last
