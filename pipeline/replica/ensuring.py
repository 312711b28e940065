"""`ensure()`: from any state to the right one, saying what it did."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.replica import publication, state, topic
from pipeline.replica.connect import Connector
from pipeline.replica.connectors import changed, wanted
from pipeline.replica.diagnosis import reason_to_rebuild
from pipeline.replica.pausing import let_go_on
from pipeline.replica.reach import Reach, alone
from pipeline.replica.rebuilding import Rebuild
from pipeline.replica.settings import ReplicaSettings


def ensure(
    settings: ReplicaSettings, *, rebuild: str | None = None, tell: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Bring the replica to what it should be; a line for each thing done, none where all was right.

    `rebuild` is a reason to make it anew in any case; `tell` hears each line at once, and how far a rebuild is.
    Raises Waiting, NotPossible.
    """
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        tell(line)

    with alone(settings) as reach:
        if made := topic.make_those_of_connect(reach.kafka):
            say(f"made {', '.join(made)} anew, which Kafka had lost")
        if let_go_on(reach.shop, reach.replica):
            say("let the shop go on, which a comparison had held that is no more")
        connectors = {name: reach.connect.connector(name) for name in wanted(settings)}
        reason = rebuild or reason_to_rebuild(reach, connectors)
        if reason is None:
            for line in _mended(reach, {name: there for name, there in connectors.items() if there is not None}):
                say(line)
            return said
        work = Rebuild(reach, say, tell)
        work.tear_down(reason)
        work.set_up()
        return said


def _mended(reach: Reach, connectors: dict[str, Connector]) -> list[str]:
    said = []
    published = publication.found(reach.shop)
    if published is None or published.otherwise or published.tables != publication.wanted():
        publication.make(reach.shop)
        said.append("published our tables and nothing else")
    if not state.has_trigger(reach.replica):
        state.make_trigger(reach.replica)
        said.append("made the trigger that keeps as_of")
    for name, connector in connectors.items():
        said += _set_right(reach, name, connector)
    return said


def _set_right(reach: Reach, name: str, connector: Connector) -> list[str]:
    said = []
    config = wanted(reach.settings)[name]
    if others := changed(config, connector.config):
        reach.connect.configure(name, config)
        said.append(f"{name}: set {', '.join(others)}")
    if connector.state in {"PAUSED", "STOPPED"}:
        reach.connect.resume(name)
        said.append(f"{name}: it was {connector.state.lower()}; resumed")
    elif connector.failed:
        reach.connect.restart_failed(name)
        said.append(f"{name}: it had failed ({connector.trace}); restarted")
    if said:
        reach.connect.wait_until_it_runs(name)
    return said
