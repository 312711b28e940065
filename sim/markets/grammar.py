"""The grammar of texts: alternatives with conditions and weights, whose texts name others in braces.

`{name}` stands for one of the alternatives of that name, `{Name}` for the same with a capital; `{is|are}` for the form
that the item asks for. No name leads back to itself, so that every text ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Discriminator, Field, Tag

from sim.markets.part import Part, Positive, Text, Texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Length = Literal["brief", "usual", "wordy"]
OF_THE_PRODUCT = frozenset({"item", "brand", "variant", "called"})  # what the goods themselves are called
_BRACES = re.compile(r"\{([^{}]*)\}")
_MOST_CHOICES = 60  # more than any review needs, and few enough to draw for each
_NAME = re.compile(r"[^\W\d_]\w*")


class Name(NamedTuple):
    """A name in braces, and whether what it stands for begins with a capital."""

    name: str
    capital: bool


class Forms(NamedTuple):
    """Words of which an item's form says one: the first for form 1."""

    forms: tuple[str, ...]


@cache
def pieces(template: str) -> tuple[str | Name | Forms, ...]:
    """Return what a text consists of; raises ValueError when its braces say nothing."""
    found: list[str | Name | Forms] = []
    end = 0
    for match in _BRACES.finditer(template):
        found += [template[end : match.start()]] if match.start() > end else []
        end = match.end()
        found.append(_in_braces(match[1]))
    found += [template[end:]] if end < len(template) else []
    if any(isinstance(piece, str) and ("{" in piece or "}" in piece) for piece in found):
        raise ValueError("must have braces in pairs, one within no other")
    return tuple(found)


def _in_braces(inside: str) -> Name | Forms:
    if "|" in inside:
        return Forms(tuple(inside.split("|")))
    if not _NAME.fullmatch(inside):
        raise ValueError(f"must have a name or forms in its braces, as {{detail}} or {{is|are}}, not {{{inside}}}")
    return Name(inside[0].lower() + inside[1:], inside[0].isupper())


def _template(text: str) -> str:
    pieces(text)
    return text


Template = Annotated[Text, AfterValidator(_template)]


class Saying(Part):
    """Texts that may be said where all that is given here holds, each with this weight."""

    unsaid = ("stars", "categories", "items", "lengths", "days")

    stars: Annotated[tuple[Annotated[int, Field(ge=1, le=5)], ...], Field(min_length=1)] | None = None
    categories: Texts | None = None
    items: Texts | None = None
    lengths: Annotated[tuple[Length, ...], Field(min_length=1)] | None = None
    days: Annotated[tuple[Annotated[int, Field(ge=0, le=30)], ...], Field(min_length=1)] | None = None
    weight: Positive = 1.0
    say: Annotated[tuple[Template, ...], Field(min_length=1)]

    @property
    def always(self) -> bool:
        """Whether this may be said of anything by anybody."""
        return not (self.stars or self.categories or self.items or self.lengths or self.days)


A_TEXT, A_GROUP = "a text", "a group"  # how an error calls the two kinds, which a file does not name


def _kind(alternative: object) -> str:
    return A_GROUP if isinstance(alternative, dict | Saying) else A_TEXT


Alternative = Annotated[Annotated[Template, Tag(A_TEXT)] | Annotated[Saying, Tag(A_GROUP)], Discriminator(_kind)]
Alternatives = Annotated[tuple[Alternative, ...], Field(min_length=1)]
Lists = Mapping[str, Sequence[str | Saying]]  # of alternatives, by where they stand


def sayings(alternatives: Sequence[str | Saying]) -> Iterator[Saying]:
    """Return alternatives as groups: a text alone may always be said."""
    for each in alternatives:
        yield each if isinstance(each, Saying) else Saying(say=(each,))


def check_grammar(everything: Lists, words: Lists) -> None:
    """Refuse, in one line, what could not be written: unknown names, words that come back to themselves or to none."""
    for name in words:
        if not _NAME.fullmatch(name) or name[0].isupper() or name in OF_THE_PRODUCT:
            raise ValueError(f"words.{name}: must be of small letters, digits and _, and not {_listed(OF_THE_PRODUCT)}")
    for where, alternatives in everything.items():
        if not any(each.always for each in sayings(alternatives)):
            raise ValueError(f"{where}: must have an alternative without conditions, for where no other holds")
        for name in sorted(_names(alternatives) - words.keys() - OF_THE_PRODUCT):
            known = _listed(words.keys() | OF_THE_PRODUCT)
            raise ValueError(f"{where}: {{{name}}} is not among the words, which are {known}")
    choices = choices_of(everything, words)
    for where, most in choices.items():
        if most > _MOST_CHOICES:
            raise ValueError(f"{where}: a text may come of {_MOST_CHOICES} alternatives at most, not of {most}")
    used = set().union(*(_names(each) for each in everything.values()))
    for name in sorted(words.keys() - used):
        raise ValueError(f"words.{name}: no text has {{{name}}}")


def choices_of(everything: Lists, words: Lists) -> dict[str, int]:
    """Return of how many alternatives a text comes at most, by where it begins."""
    known: dict[str, int] = {}
    for name in words:
        _count_choices(name, words, known, ())
    return {
        where: 1 + max(sum(known.get(name, 0) for name in names) for names in _names_by_text(alternatives))
        for where, alternatives in everything.items()
    }


def forms_of(alternatives: Sequence[str | Saying]) -> Iterator[Forms]:
    """Return all words in forms."""
    for each in sayings(alternatives):
        for text in each.say:
            yield from (piece for piece in pieces(text) if isinstance(piece, Forms))


def _names_by_text(alternatives: Sequence[str | Saying]) -> Iterator[list[str]]:
    for each in sayings(alternatives):
        for text in each.say:
            yield [piece.name for piece in pieces(text) if isinstance(piece, Name)]


def _names(alternatives: Sequence[str | Saying]) -> set[str]:
    return set().union(*_names_by_text(alternatives))


def _count_choices(name: str, words: Lists, known: dict[str, int], above: tuple[str, ...]) -> int:
    """Count the alternatives that a name's longest text is made of, and refuse a name that leads back to itself."""
    if name in above:
        way = " → ".join((*above[above.index(name) :], name))
        raise ValueError(f"words.{name}: must not lead back to itself ({way})")
    if name not in words:
        return 0
    if name not in known:
        texts = _names_by_text(words[name])
        known[name] = 1 + max(
            sum(_count_choices(inner, words, known, (*above, name)) for inner in inners) for inners in texts
        )
    return known[name]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"
