"""Wording: texts out of a market's grammar, each a pure function of what it is about and of its own uniforms."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sim.luck import Purpose, Weighted
from sim.markets.grammar import Forms, Name, choices_of, pieces, sayings
from sim.markets.reviews import SUBJECTS, Style

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sim.luck import Luck
    from sim.markets.grammar import Alternatives, Saying
    from sim.markets.reviews import Reviews
    from sim.shop.catalogue import Naming

_PLAIN = Style(weight=1.0)
_CONDITIONS = ("stars", "categories", "items", "lengths", "days")


class Topic(NamedTuple):
    """What a review is about, as far as its words depend on it."""

    subject: str  # a field of the market's reviews
    stars: int
    days: int  # from the order to the delivery, by the customer's calendar
    category: str
    naming: Naming


class _Choice:
    """One list of alternatives: which of them fit is worked out once for each case that its conditions tell apart."""

    def __init__(self, alternatives: Alternatives) -> None:
        self._sayings = tuple(sayings(alternatives))
        self._asked = [name for name in _CONDITIONS if any(getattr(each, name) for each in self._sayings)]
        self._fitting: dict[tuple[object, ...], Weighted[str]] = {}

    def pick(self, case: dict[str, object], u: float, said: set[str]) -> str:
        """Choose what fits, by a uniform; who has said it already says the next thing instead."""
        key = tuple(case[name] for name in self._asked)
        fitting = self._fitting.get(key)
        if fitting is None:
            fit = [each for each in self._sayings if self._fits(each, case)]
            texts = [text for each in fit for text in each.say]
            fitting = self._fitting[key] = Weighted(texts, [each.weight for each in fit for _ in each.say])
        chosen = fitting.pick(u)
        if chosen in said:
            at = fitting.options.index(chosen)
            others = fitting.options[at + 1 :] + fitting.options[:at]
            chosen = next((other for other in others if other not in said), chosen)
        return chosen

    def _fits(self, saying: Saying, case: dict[str, object]) -> bool:
        conditions = ((getattr(saying, name), case[name]) for name in self._asked)
        return all(allowed is None or value in allowed for allowed, value in conditions)


class Wording:
    """Writes the texts of a market's reviews, each customer in a style of their own."""

    def __init__(self, reviews: Reviews, luck: Luck) -> None:
        self._luck = luck
        subjects = {subject: reviews.about(subject) for subject in SUBJECTS}
        self.answers = reviews.answers is not None  # whether there are words for them
        everything = dict(reviews.all_alternatives())
        self._most_choices = max(choices_of(everything, reviews.words or {}).values())
        self._answers = _Choice(reviews.answers or ())
        self._subjects = {subject: _Choice(texts) for subject, texts in subjects.items()}
        self._words = {name: _Choice(alternatives) for name, alternatives in (reviews.words or {}).items()}
        styles = reviews.styles or (_PLAIN,)
        self._styles = Weighted(styles, [style.weight for style in styles])

    def text(self, topic: Topic, order_id: int, line_no: int, customer_id: int) -> str:
        """Return the text of the review of an order's line."""
        style = self._styles.pick(self._luck.draws(Purpose.WRITING_STYLE, customer_id, n=1)[0])
        uniforms = self._luck.draws(Purpose.REVIEW_TEXT, order_id, line_no, self._most_choices)
        return styled(self.expand(topic, style, uniforms), style, praises=topic.stars > 3)

    def answer(self, review_id: int, stars: int, category: str, naming: Naming) -> str:
        """Return what the shop answers to a review; no days are known of it."""
        uniforms = self._luck.draws(Purpose.ANSWER_TEXT, review_id, 0, self._most_choices)
        topic = Topic("answers", stars, -1, category, naming)
        return self._expand(self._answers, naming, _case(topic, _PLAIN), iter(uniforms), set())

    def expand(self, topic: Topic, style: Style, uniforms: Sequence[float]) -> str:
        """Return a text before it is written in the style, by as many uniforms as the grammar may take."""
        choice = self._subjects[topic.subject]
        return self._expand(choice, topic.naming, _case(topic, style), iter(uniforms), set())

    def _expand(
        self, choice: _Choice, naming: Naming, case: dict[str, object], uniforms: Iterator[float], said: set[str]
    ) -> str:
        chosen = choice.pick(case, next(uniforms), said)
        said.add(chosen)
        text = ""
        for piece in pieces(chosen):
            if isinstance(piece, Forms):
                text += piece.forms[naming.form - 1]
            elif isinstance(piece, Name):
                inner = self._words.get(piece.name)
                if inner is None:
                    words = str(getattr(naming, piece.name))
                else:
                    words = self._expand(inner, naming, case, uniforms, said)
                text += words[:1].upper() + words[1:] if piece.capital else words
            else:
                text += piece
        return text


def _case(topic: Topic, style: Style) -> dict[str, object]:
    """What conditions ask for."""
    return {
        "stars": topic.stars, "categories": topic.category, "items": topic.naming.item,
        "lengths": style.length, "days": topic.days,
    }  # fmt: skip


def styled(text: str, style: Style, *, praises: bool) -> str:
    """Return a text as somebody of that style writes it."""
    for usual, own in style.instead.items():
        text = text.replace(usual, own)
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1] + (style.praise_ends if praises else style.complaint_ends)
    if style.capitals == "kept":
        return text
    return text.lower() if style.capitals == "none" else text.upper()
