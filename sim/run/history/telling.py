"""How the world of a share of the cities tells its facts: in portions, and without those that another tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sim.facts import Fact
    from sim.journal.journal import Journal

_PORTION = 20_000  # facts


def in_portions(tell: Callable[[Fact], None], journal: Journal) -> Callable[[Fact], None]:
    """Tell, and hand over what is told portion by portion, as of the epoch: an opening is large."""
    told = 0

    def tell_in_portions(fact: Fact) -> None:
        nonlocal told
        tell(fact)
        told += 1
        if told % _PORTION == 0:
            journal.commit(0)

    return tell_in_portions


def all_but(kinds: Collection[type], tell: Callable[[Fact], None]) -> Callable[[Fact], None]:
    """Tell all facts but those of some kinds."""
    others = frozenset(kinds)

    def tell_own(fact: Fact) -> None:
        if type(fact) not in others:
            tell(fact)

    return tell_own
