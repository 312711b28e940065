"""Texts of reviews: as many as there are reviews, fitting their stars, and written like a person writes."""

from __future__ import annotations

import random
import re
from collections import Counter
from itertools import product as every
from typing import Any, get_args

import pytest

from sim.luck import Luck, Weighted
from sim.markets import Market, Reviews, load_market
from sim.markets.grammar import Length, sayings
from sim.markets.reviews import SUBJECTS, Style
from sim.shop.catalogue import Catalogue, Naming
from sim.shop.wording import Topic, Wording, styled

PRAISE = {"good_product", "again", "early", "late_but_good", "failed_attempt_but_good", "small_fault"}
STARS = {subject: (4, 5) if subject in PRAISE else (1, 2, 3) for subject in SUBJECTS} | {
    "early": (5,),
    "neutral": (3,),
    "unhappy": (1, 2),
    "wrong_size": (3, 4, 5),
    "changed_mind": (3, 4, 5),
}
FREQUENT = ["good_product"] * 10 + ["early"] * 2 + ["bad_product"] * 2
MUG = Naming("Northwind", "mug", "red", "mug", 1)
PLAIN = dict.fromkeys(SUBJECTS, ("All right.",))


@pytest.fixture(scope="module", params=["international", "russian"])
def market(request) -> Market:
    return load_market(request.param)


@pytest.fixture(scope="module")
def topics(market) -> list[Topic]:
    """Many reviews of a shop's products, the popular ones more often."""
    chance, catalogue = random.Random(20260105), Catalogue.build(market, Luck(1))
    by_rank = sorted(catalogue.products, key=lambda product: product.rank)
    popular = Weighted(by_rank, [product.popularity for product in by_rank])
    found = []
    for _ in range(6_000):
        product = popular.pick(chance.random())
        category = catalogue.category(product.category_id)
        subject = chance.choice([*SUBJECTS, *FREQUENT])
        if subject != "wrong_size" or category.sized:
            days = chance.choice((0, 0, 1, 1, 2))
            found.append(Topic(subject, chance.choice(STARS[subject]), days, category.name, product.naming))
    return found


@pytest.fixture(scope="module")
def texts(market, topics) -> list[str]:
    """What somebody writes about each."""
    wording = Wording(market.reviews, Luck(1))
    return [wording.text(topic, number, 1, number % 4_000) for number, topic in enumerate(topics)]


def plain(**reviews: object) -> Wording:
    return Wording(Reviews.model_validate(PLAIN | reviews), Luck(1))


def said(wording: Wording, subject: str = "late", stars: int = 1, **topic: Any) -> set[str]:
    """What is written about something, by many people."""
    about = Topic(subject, stars, 0, "Kitchen", MUG)._replace(**topic)
    return {wording.text(about, number, 1, number) for number in range(300)}


# --- the markets that come along -------------------------------------------------------------------------------------


def test_nine_texts_in_ten_are_unlike(texts):
    assert len(set(texts)) > 0.95 * len(texts)
    assert Counter(texts).most_common(1)[0][1] < 0.005 * len(texts)


def test_texts_are_of_two_words_to_a_few_sentences(texts):
    words = sorted(len(text.split()) for text in texts)
    assert words[len(words) // 20] <= 4
    assert 6 <= words[len(words) // 2] <= 14
    assert 14 <= words[-len(words) // 20] <= 30
    assert max(map(len, texts)) < 300


def test_texts_are_clean(market, topics):
    """As they are before somebody writes them in a style: no blank, brace or letter out of place."""
    wording = Wording(market.reviews, Luck(1))
    chance = random.Random(1)
    for topic, length in every(topics[:2_000], get_args(Length)):
        text = wording.expand(topic, Style(weight=1.0, length=length), [chance.random() for _ in range(60)])
        assert not re.search(r"\s\s|^\s|\s$|[{}|]|\s[,.!?]|\.\.|,\.", text), text
        assert text[-1] in ".!?", text
        # A new sentence begins with a capital, a digit or a quoted name; "2 шт." and the like are no ends of sentences.
        sentences = re.split(r"(?<![шп]т)[.!?] (?=\w)", text)
        assert all(not sentence[0].islower() for sentence in sentences), text


def test_answers_are_clean_and_fit_the_stars(market, topics):
    wording = Wording(market.reviews, Luck(1))
    regret = r"sorry|apolog|not happy|should not|извин|жаль|прощения|огорчение|не должно"
    sorry: Counter[int] = Counter()
    for number, topic in enumerate(topics[:3_000]):
        text = wording.answer(number, topic.stars, topic.category, topic.naming)
        assert not re.search(r"\s\s|^\s|\s$|[{}|]|\s[,.!?]", text), text
        assert text[0].isupper(), text
        sorry[topic.stars] += bool(re.search(regret, text.lower()))
    assert sorry[4] == sorry[5] == 0
    assert sorry[1] > 100


@pytest.mark.parametrize("length", ["brief", "usual", "wordy"])
def test_everything_can_be_said_of_everything(market, length):
    """Each subject with each of its stars, of each item there is, after any number of days."""
    wording = Wording(market.reviews, Luck(1))
    chance = random.Random(2)
    for category in market.categories:
        for item in category.items:
            naming = Naming(category.brands[0], item.name, item.variants[0], item.called or item.name, item.form)
            for subject in SUBJECTS:
                for stars in STARS[subject]:
                    topic = Topic(subject, stars, chance.randrange(9), category.name, naming)
                    assert wording.expand(topic, Style(weight=1.0, length=length), [chance.random() for _ in range(60)])


def test_every_text_is_of_use(market):
    """Each alternative is allowed somewhere: a category and an item, say, that go together."""
    of_items = {item.name: category.name for category in market.categories for item in category.items}
    for where, alternatives in market.reviews.all_alternatives():
        for saying in sayings(alternatives):
            categories = set(saying.categories or of_items.values())
            assert {of_items[name] for name in saying.items or of_items} & categories, where
            if where in STARS:
                assert set(saying.stars or STARS[where]) & set(STARS[where]), where


COMPLAINTS_OF_LATENESS = r"\blate\b|delay|on time|punctual|опозд|задерж|позже|не вовремя"


def test_only_who_waited_complains_of_lateness(topics, texts):
    for topic, text in zip(topics, texts, strict=True):
        if re.search(COMPLAINTS_OF_LATENESS, text.lower()):
            assert "late" in topic.subject, (topic, text)


def test_lateness_with_many_stars_comes_with_praise(market, topics, texts):
    """Nobody gives four stars or five for a delay alone: there is at least a second sentence, or a "but"."""
    for topic, text in zip(topics, texts, strict=True):
        if topic.subject == "late_but_good":
            assert len(re.findall(r"[.!?…)]\s|,\s", f"{text} ")) >= 1, text


EXTREMES = {
    1: r"\b(never again|terrible|awful|rubbish|hands off)|\b(ужас|кошмар|никогда больше|деньги на ветер)",
    5: r"\b(superb|fantastic|over the moon|couldn't be happier)|\b(великолепн|потрясающ|шикарн|превзош)",
}


@pytest.mark.parametrize("stars", [1, 5])
def test_strong_words_go_with_extreme_stars(topics, texts, stars):
    found = [topic for topic, text in zip(topics, texts, strict=True) if re.search(EXTREMES[stars], text.lower())]
    assert len(found) > 10
    assert {topic.stars for topic in found} == {stars}


def test_people_keep_their_style(market, topics):
    wording = Wording(market.reviews, Luck(1))
    shouting = [
        [wording.text(topic, number, 1, customer).isupper() for number, topic in enumerate(topics[:5])]
        for customer in range(400)
    ]
    assert {len(set(one)) for one in shouting} == {1}
    assert 0 < sum(one[0] for one in shouting) < 40


# --- the expander ----------------------------------------------------------------------------------------------------


def test_conditions_hold():
    wording = plain(
        late=["{who} {how}"],
        words={
            "who": ["I", {"categories": ["Kitchen"], "weight": 1e9, "say": ["the cook"]}],
            "how": ["waited", {"stars": [1], "days": [2], "items": ["mug"], "weight": 1e9, "say": ["swore"]}],
        },
    )
    assert said(wording, days=2) == {"the cook swore"}
    assert said(wording, days=1) == said(wording, stars=2, days=2) == {"the cook waited"}
    assert said(wording, days=2, category="Books") == {"I swore"}
    assert said(wording, days=2, naming=MUG._replace(item="pot")) == {"the cook waited"}


def test_weights_are_odds():
    wording = plain(late=["Late.", {"weight": 3, "say": ["Later.", "Too late."]}])
    topic = Topic("late", 1, 0, "Kitchen", MUG)
    counts = Counter(wording.text(topic, number, 1, 1) for number in range(7_000))
    assert counts["Late."] == pytest.approx(1_000, abs=150)
    assert counts["Later."] == pytest.approx(3_000, abs=220)


def test_a_product_is_called_by_its_name_with_the_words_that_go_with_it():
    wording = plain(late=["{Called} ({brand} {item}, {variant}) {is|are} late."])
    assert said(wording) == {"Mug (Northwind mug, red) is late."}
    assert said(wording, naming=MUG._replace(called="mugs", form=2)) == {"Mugs (Northwind mug, red) are late."}


def test_nobody_says_the_same_thing_twice():
    wording = plain(late=["{thing} {thing} {thing}"], words={"thing": ["Late.", "Slow.", "Bad."]})
    assert {tuple(sorted(text.split())) for text in said(wording)} == {("Bad.", "Late.", "Slow.")}


def test_the_same_review_is_the_same_text_whoever_wrote_before():
    reviews = load_market("international").reviews
    topic = Topic("good_product", 5, 1, "Books", MUG)
    one, other = Wording(reviews, Luck(7)), Wording(reviews, Luck(7))
    forward = [one.text(topic, order_id, 1, 5) for order_id in range(50)]
    assert [other.text(topic, order_id, 1, 5) for order_id in reversed(range(50))] == forward[::-1]


@pytest.mark.parametrize(
    ("style", "praises", "written"),
    [
        ({}, True, "Fine, thank you."),
        ({"praise_ends": "!"}, True, "Fine, thank you!"),
        ({"praise_ends": "!"}, False, "Fine, thank you."),
        ({"complaint_ends": ""}, False, "Fine, thank you"),
        ({"capitals": "none", "praise_ends": ""}, True, "fine, thank you"),
        ({"capitals": "all"}, True, "FINE, THANK YOU."),
        ({"instead": {"thank you": "thx"}}, True, "Fine, thx."),
    ],
)
def test_styles(style, praises, written):
    assert styled("Fine, thank you.", Style.model_validate({"weight": 1} | style), praises=praises) == written


def test_only_a_full_stop_is_replaced():
    style = Style(weight=1.0, complaint_ends="!")
    assert styled("Why?", style, praises=False) == "Why?"
    assert styled("Well...", style, praises=False) == "Well..."
