"""The words of reviews: texts by what caused the stars, the words they are made of, and how people write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from sim.markets.grammar import Alternatives, Length, check_grammar
from sim.markets.part import Part, Positive, Text

if TYPE_CHECKING:
    from collections.abc import Iterator


def _in_the_words_of(subject: str, description: str) -> Any:
    """Declare texts that a market may have; without them reviews are in the words of another subject."""
    return Field(None, description=f"{description}; without them those of {subject}", json_schema_extra={"as": subject})


class Style(Part):
    """How some people write, all their lives."""

    weight: Positive
    length: Length = "usual"
    capitals: Literal["kept", "none", "all"] = "kept"
    praise_ends: Annotated[str, Field(max_length=8, description="in place of the last full stop of praise")] = "."
    complaint_ends: Annotated[str, Field(max_length=8, description="the same of three stars and fewer")] = "."
    instead: dict[Text, str] = Field(default_factory=dict, description="what they write in place of something else")


class Reviews(Part):
    """Short review texts by what caused the rating."""

    good_product: Annotated[Alternatives, Field(description="four stars or five, as all that praises")]
    again: Alternatives | None = _in_the_words_of("good_product", "of a second one of the same")
    early: Annotated[Alternatives, Field(description="five stars, delivered long before the promise")]
    late_but_good: Alternatives | None = _in_the_words_of("good_product", "late, and yet four stars or five")
    failed_attempt_but_good: Alternatives | None = _in_the_words_of("good_product", "the same after a failed attempt")
    small_fault: Alternatives | None = _in_the_words_of("neutral", "four stars or five for what has a fault")
    wrong_size: Alternatives | None = _in_the_words_of("neutral", "good, and sent back for its size")
    changed_mind: Alternatives | None = _in_the_words_of("neutral", "good, and sent back all the same")
    neutral: Annotated[Alternatives, Field(description="three stars, and nothing went wrong")]
    unhappy: Alternatives | None = _in_the_words_of("bad_product", "one star or two, and nothing went wrong")
    bad_product: Annotated[
        Alternatives, Field(description="not as described; three stars and fewer, as all complaints")
    ]
    damaged: Alternatives | None = _in_the_words_of("bad_product", "damaged")
    late: Annotated[Alternatives, Field(description="later than promised")]
    very_late: Alternatives | None = _in_the_words_of("late", "later by more than satisfaction.very_late_by_min")
    failed_attempt: Annotated[Alternatives, Field(description="in time, but not at the first attempt: nobody at home")]
    address_problem: Alternatives | None = _in_the_words_of(
        "failed_attempt", "the same: the courier did not find the door"
    )
    answers: Annotated[Alternatives | None, Field(description="what the shop answers, if it does")] = None
    words: Annotated[dict[str, Alternatives] | None, Field(description="what texts have in braces, by name")] = None
    styles: Annotated[tuple[Style, ...] | None, Field(min_length=1, description="how people write")] = None

    @model_validator(mode="after")
    def _check(self) -> Reviews:
        check_grammar(dict(self.all_alternatives()), self.words or {})
        return self

    def all_alternatives(self) -> Iterator[tuple[str, Alternatives]]:
        """Return every list of alternatives by where it stands."""
        yield from ((subject, texts) for subject in SUBJECTS if (texts := getattr(self, subject)) is not None)
        if self.answers is not None:
            yield "answers", self.answers
        yield from ((f"words.{name}", alternatives) for name, alternatives in (self.words or {}).items())

    def about(self, subject: str) -> Alternatives:
        """Return the texts about a subject."""
        texts: Alternatives | None = getattr(self, subject)
        return self.about(_SAME_WORDS[subject]) if texts is None else texts


Reviews.unsaid = tuple(name for name, field in Reviews.model_fields.items() if not field.is_required())
SUBJECTS = tuple(name for name in Reviews.model_fields if name not in {"answers", "words", "styles"})
_SAME_WORDS = {
    name: str(field.json_schema_extra["as"])
    for name, field in Reviews.model_fields.items()
    if isinstance(field.json_schema_extra, dict)
}
