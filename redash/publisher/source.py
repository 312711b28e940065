"""A data source: a database as Redash reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from common.messages import one_line
from dashboards.problems import BadInput
from redash.publisher.failures import Failure, Refused
from redash.publisher.remote import read_source

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


def publish_source(api: Api, name: str, settings: SourceSettings | None, tally: Tally) -> Source:
    """The data source; made where there is none. Proving it mends it where it differs or does not work."""
    now = read_source(api, name)
    if settings is None:
        if now is None:
            raise BadInput(
                f"Redash has no data source '{name}' yet: say the reader's password in BAZAAR_READER_PASSWORD"
            )
        return Source(int(now["id"]), lambda: None)
    if now is None:
        made = int(api.post("data_sources", _body(settings, settings.options()))["id"])
        tally.create("source", name)
        return Source(made, partial(_prove, api, settings, made))
    return Source(int(now["id"]), partial(_mend, api, settings, now, tally))


def knows(api: Api, settings: SourceSettings) -> bool:
    """Whether this Redash has the driver for such a source."""
    return any(kind["type"] == settings.TYPE for kind in api.get("data_sources/types"))


def _mend(api: Api, settings: SourceSettings, now: Json, tally: Tally) -> None:
    source_id, options = int(now["id"]), settings.options()
    differing = [
        name
        for name, value in options.items()
        if name != settings.SECRET and now["options"].get(name, settings.UNSAID.get(name)) != value
    ]
    # The password can't be read back: that the source works has to do as proof of it.
    if not differing and now["type"] == settings.TYPE and _tested(api, source_id)["ok"]:
        return
    kept = {name: value for name, value in now["options"].items() if name not in options}
    api.post(f"data_sources/{source_id}", _body(settings, kept | options))
    tally.change("source", settings.NAME, differing or ["password"])
    _prove(api, settings, source_id)


def _body(settings: SourceSettings, options: Json) -> Json:
    return {"name": settings.NAME, "type": settings.TYPE, "options": options}


def _prove(api: Api, settings: SourceSettings, source_id: int) -> None:
    answer = _tested(api, source_id)
    if not answer["ok"]:
        said = one_line(str(answer.get("message")))
        raise Failure(f"Redash can't read {settings.WHAT} with the settings given ({settings.HINT}): {said}")


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
