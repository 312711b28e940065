"""What a market's grammar of reviews may not say: always one line, before anything is made."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from sim.markets import Reviews, load_market
from sim.markets.grammar import Forms, Name, choices_of, pieces
from sim.markets.reviews import SUBJECTS

PLAIN = {subject: ["All right."] for subject in SUBJECTS}


def refusal(**reviews: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Reviews.model_validate(PLAIN | reviews)
    return str(caught.value.errors()[0]["msg"])


def test_a_text_consists_of_words_names_and_forms():
    assert pieces("The {called} {is|are} {Fine}.") == (
        "The ",
        Name("called", capital=False),
        " ",
        Forms(("is", "are")),
        " ",
        Name("fine", capital=True),
        ".",
    )


@pytest.mark.parametrize(
    ("reviews", "says"),
    [
        ({"late": ["Very {lat}."], "words": {"later": ["late"]}}, "late: {lat} is not among the words, which are"),
        ({"late": ["{a}"], "words": {"a": ["{b}"], "b": ["x", "{c}"], "c": ["{a}"]}}, "(a → b → c → a)"),
        ({"late": ["{a}"], "words": {"a": ["and {a}", "end"]}}, "words.a: must not lead back to itself (a → a)"),
        ({"late": ["Late."], "words": {"spare": ["x"]}}, "words.spare: no text has {spare}"),
        ({"late": ["{item}"], "words": {"item": ["x"]}}, "words.item: must be of small letters"),
        ({"late": ["{Two}"], "words": {"Two": ["x"]}}, "words.Two: must be of small letters"),
        ({"late": [{"stars": [1], "say": ["Awful."]}]}, "late: must have an alternative without conditions"),
        ({"late": ["{a}"], "words": {"a": [{"days": [0], "say": ["x"]}]}}, "words.a: must have an alternative without"),
        ({"late": ["{} late"]}, "must have a name or forms in its braces, as {detail} or {is|are}, not {}"),
        ({"late": ["{so late}"]}, "must have a name or forms in its braces"),
        ({"late": ["{late"]}, "must have braces in pairs, one within no other"),
        ({"late": ["late}"]}, "must have braces in pairs"),
        ({"late": ["{a{b}}"], "words": {"b": ["x"]}}, "must have braces in pairs"),
        ({"late": []}, "Tuple should have at least 1 item"),
        ({"late": ["{a}"], "words": {"a": []}}, "Tuple should have at least 1 item"),
        ({"late": [""]}, "String should have at least 1 character"),
        ({"late": [{"say": []}]}, "Tuple should have at least 1 item"),
        ({"late": [{"say": ["Late."], "weight": 0}]}, "Input should be greater than 0"),
        ({"late": ["x", {"say": ["Late."], "stars": [6]}]}, "Input should be less than or equal to 5"),
        ({"late": ["x", {"say": ["Late."], "star": [1]}]}, "Extra inputs are not permitted"),
        ({"styles": []}, "Tuple should have at least 1 item"),
    ],
)
def test_what_could_not_be_written_is_refused(reviews, says):
    message = refusal(**reviews)
    assert says in message
    assert "\n" not in message


def test_a_few_words_that_would_make_an_endless_text_are_refused():
    doubling = {f"w{n}": [f"{{w{n + 1}}} {{w{n + 1}}}"] for n in range(40)} | {"w40": ["ha"]}
    assert "a text may come of 60 alternatives at most" in refusal(late=["{w0}"], words=doubling)


def test_the_longest_text_is_counted():
    words = {"a": ["x", "{b} {b}"], "b": ["y", "{c}"], "c": ["z"]}
    assert choices_of({"late": ["{c}", "{a} {item} {b}"]}, words) == {"late": 1 + (1 + 2 * 2) + 2}


@pytest.mark.parametrize("market", ["international", "russian"])
def test_the_markets_that_come_along_have_words_for_every_subject(market):
    reviews = load_market(market).reviews
    assert [subject for subject in SUBJECTS if getattr(reviews, subject) is None] == []
    assert reviews.answers
    assert reviews.words
    assert reviews.styles
    assert {style.length for style in reviews.styles} == {"brief", "usual", "wordy"}
