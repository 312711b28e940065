"""Why a replica can't be trusted to become right by going on: each reason is one to make it anew."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.replica import catalogue, mysql_tables, publication, shop, slot, state, topic
from pipeline.replica.connect import Connector
from pipeline.replica.connectors import SINK, changed, in_doubt, wanted
from pipeline.replica.problems import Waiting
from pipeline.replica.reach import Reach

_UNFINISHED = " (begun before, and not finished)"
_NAMED = 3


def reason_to_rebuild(reach: Reach, connectors: Mapping[str, Connector | None]) -> str | None:
    """The first reason that there is; None where what is there can be mended, or is right."""
    now = state.read(reach.replica)
    if now is None:
        return "there is no replica yet"
    if now.phase != state.Phase.FOLLOWING:
        return str(now.reason).removesuffix(_UNFINISHED) + _UNFINISHED
    return (
        _another_shop(reach, now)
        or _other_tables(reach)
        or _unpublished(reach)
        or _lost_in_postgres(reach)
        or _lost_in_kafka(reach, now)
        or _other_connectors(reach, connectors)
    )


def _another_shop(reach: Reach, now: state.State) -> str | None:
    try:
        is_same = shop.moment(reach.shop).identity == now.shop
    except Waiting:
        return "the shop is gone"
    return None if is_same else "the shop is another one"


def _other_tables(reach: Reach) -> str | None:
    wrong = catalogue.differences(mysql_tables.of_models(), catalogue.found(reach.replica))
    return "; ".join(f"table {name} {said}" for name, said in list(wrong.items())[:_NAMED]) or None


def _unpublished(reach: Reach) -> str | None:
    published = publication.found(reach.shop)
    if published is None:
        return f"the publication {publication.NAME} is gone"
    missing = sorted(publication.wanted() - published.tables)
    return f"the publication has been without {', '.join(missing[:_NAMED])}" if missing else None


def _lost_in_postgres(reach: Reach) -> str | None:
    held = slot.found(reach.shop)
    if held is None:
        return f"the slot {slot.NAME} is gone"
    if held.lost:
        return f"the slot {slot.NAME} is lost: PostgreSQL has not kept enough of its log"
    if not held.of_this_database or held.plugin != "pgoutput":
        return f"the slot {slot.NAME} is of another database or plugin"
    return None


def _lost_in_kafka(reach: Reach, now: state.State) -> str | None:
    if (found := topic.identity(reach.kafka)) is None:
        return f"the topic {topic.NAME} is gone"
    if found != now.topic:
        return f"the topic {topic.NAME} is another one, or {topic.OFFSETS} is"
    if topic.ends(reach.kafka).cut_off:
        return f"what {SINK} has to read next is not in the topic any more"
    return None


def _other_connectors(reach: Reach, connectors: Mapping[str, Connector | None]) -> str | None:
    for name, config in wanted(reach.settings).items():
        connector = connectors[name]
        if connector is None:
            return f"the connector {name} is gone"
        if doubtful := in_doubt(name, changed(config, connector.config)):
            return f"{name} has had other settings: {', '.join(doubtful[:_NAMED])}"
    return None
