"""An output that loses count, as Kafka does when a transaction's end is not known: it is asked, and gone on with."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from pipeline.events.copying import Copying, Progress
from pipeline.events.envelope import Event
from pipeline.events.noise.profile import Profile, load_profile
from pipeline.events.outputs.port import Lost
from pipeline.events.selection import Selection
from pipeline.events.source import clean, noisy
from tests.integration.test_running import Shop
from tests.pipeline.events.reading import lines_of


class Forgetful:
    """Loses count at every other block, which it has kept, or not: the second of them it has."""

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.lost = 0
        self._writes = 0
        self._asked = False

    def last(self) -> bytes | None:
        self._asked = True
        return self.kept[-1].encode() if self.kept else None

    def write(self, events: Sequence[Event]) -> None:
        assert self._asked, "written to without having been asked where it stands"
        self._writes += 1
        fails = self._writes % 2 == 0
        if not fails or self._writes % 4 == 0:
            self.kept += [event.line for event in events]
        if fails:
            self._asked = False
            self.lost += 1
            raise Lost("Kafka: the commit timed out")

    def close(self) -> None: ...


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.pauses.FIRST_S", 0.001)
    monkeypatch.setattr("pipeline.pauses.LONGEST_S", 0.001)
    monkeypatch.setattr("pipeline.events.stream.BLOCK", 2_000)


@pytest.mark.usefixtures("impatient")
def test_every_event_is_there_once_and_the_wait_is_said(day: Shop):
    output, told = Forgetful(), list[Progress]()
    Copying(day.url, clean(Selection()), None, output, told.append, threading.Event()).once()
    assert output.kept == lines_of(day.url)
    assert output.lost > 4
    assert [step.waiting for step in told if step.waiting] == ["Kafka: the commit timed out"] * output.lost


@pytest.mark.usefixtures("impatient")
def test_a_feed_with_noise_is_gone_on_with_too(day: Shop):
    profile = load_profile("mild")
    assert isinstance(profile, Profile)
    begin = noisy(Selection(types=("order.placed", "review.written", "customer.registered")), profile)
    whole, output = Forgetful(), Forgetful()
    whole.write = lambda events: whole.kept.extend(event.line for event in events)  # type: ignore[method-assign]
    for each in (whole, output):
        Copying(day.url, begin, None, each, lambda _: None, threading.Event()).once()
    assert output.kept == whole.kept
    assert output.lost > 1


@pytest.mark.usefixtures("impatient")
def test_told_to_stop_while_it_waits_it_ends(day: Shop):
    stop, output = threading.Event(), Forgetful()

    def tell(step: Progress) -> None:
        if step.waiting:
            stop.set()

    Copying(day.url, clean(Selection()), None, output, tell, stop).follow()
    assert output.lost == 1
