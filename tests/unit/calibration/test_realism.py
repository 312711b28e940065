"""The frame of the figures of realism: when one holds, is judged and is shown, and what every figure has."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sim.calibration.figures import Measured
from sim.calibration.realism.figure import Figure, Found, found
from sim.calibration.realism.measuring import FIGURES
from sim.cli.calibrate import Calibrated, _judge
from sim.cli.calibrate_realism import section, table, verdict
from sim.cli.failure import Failure

PAGE = (Path(__file__).parents[3] / "docs" / "calibration.md").read_text(encoding="utf-8")
ROWS = pd.DataFrame({"n": [1.0, 2.0]})


def total(rows: pd.DataFrame) -> float:
    return float(rows["n"].sum())


AIM = Figure("total", "the total of n", 2.0, 4.0, "%", "a shop: 3", "SELECT n", total)
HELD = Figure("total", "the total of n", 2.0, 4.0, "%", "a shop: 3", "SELECT n", total, held=True)


def with_seeds(figure: Figure, *values: float | None) -> dict[int, list[Found]]:
    return {seed: [Found(figure, value)] for seed, value in enumerate(values, start=1)}


def judged(found_by_seed: dict[int, list[Found]]) -> None:
    average = Measured("an average", "0–1", "0.5", holds=True, published=())
    _judge({seed: Calibrated([average], realism) for seed, realism in found_by_seed.items()})


# --- one figure ------------------------------------------------------------------------------------------------------


def test_a_figure_is_what_its_function_makes_of_the_rows():
    assert found(AIM, ROWS, days=7.0) == Found(AIM, 3.0)


def test_a_shop_too_young_has_no_value_and_one_without_rows_neither():
    assert found(AIM, ROWS, days=6.9) == Found(AIM, None, ripe=False)
    assert found(AIM, ROWS[:0], days=7.0) == Found(AIM, None)
    assert found(AIM, pd.DataFrame({"n": [float("nan"), float("inf")]}), days=7.0) == Found(AIM, None)


def test_the_edges_belong_to_the_band_and_nothing_lies_in_it():
    assert [Found(AIM, value).holds for value in (1.9, 2.0, 4.0, 4.1, None)] == [False, True, True, False, False]


@pytest.mark.parametrize(("value", "says"), [(3.0, "3.00 %"), (0.0, "0.00 %"), (0.0125, "0.013 %"), (None, "–")])
def test_a_value_is_shown_with_digits_that_tell_it_from_nothing(value, says):
    assert Found(AIM, value).shown == says


# --- the verdict -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("figure", "values", "says"),
    [
        (AIM, (3.0, 3.0), "in"),
        (AIM, (3.0, 9.0), "not yet: in 1 of 2"),
        (AIM, (9.0, None), "not yet"),
        (HELD, (3.0, 3.0), "in, held"),
        (HELD, (3.0, 9.0), "OUT, held: in 1 of 2"),
    ],
)
def test_the_verdict_tells_aims_from_what_is_held(figure, values, says):
    by_seed = with_seeds(figure, *values)
    assert verdict([one[0] for one in by_seed.values()]) == says
    assert table(by_seed).rows[0][-1] == says
    assert says in section(by_seed)


def test_a_figure_of_a_shop_too_young_says_how_old_it_wants_to_be():
    assert verdict([Found(HELD, None, ripe=False)]) == "wants 7 days"


def test_an_aim_that_is_missed_fails_nothing_and_a_held_figure_does():
    judged(with_seeds(AIM, 9.0, None))
    judged(with_seeds(HELD, 3.0, 2.0))
    judged({1: [Found(HELD, None, ripe=False)]})
    for values in ((3.0, 9.0), (3.0, None)):
        with pytest.raises(Failure, match=r"with seed 2: the total of n: (9\.00 %|–); 2–4 % is held"):
            judged(with_seeds(HELD, *values))


def test_the_page_marks_what_is_out_and_counts():
    page = section(with_seeds(AIM, 3.0, 9.0))
    assert "| the total of n | a shop: 3 | 2–4 % | 3.00 % | **9.00 %** | **not yet: in 1 of 2** |" in page
    assert "- seed 2: 0 of 1 in their band, 0 held" in page


# --- the figures there are -------------------------------------------------------------------------------------------


def test_names_and_sentences_are_given_once():
    assert len({figure.name for figure in FIGURES}) == len(FIGURES)
    assert len({figure.sentence for figure in FIGURES}) == len(FIGURES)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_a_figure_has_a_band_a_source_and_a_description(figure: Figure):
    assert figure.low <= figure.high
    assert figure.source
    assert (figure.value.__doc__ or "").count("eeds ") == 1, "what it needs"
    assert "|" not in figure.sentence + figure.source  # they are cells of a table


def test_what_is_held_is_in_its_band_on_the_page_committed():
    rows = {line.strip("| ").split(" | ")[0]: line for line in PAGE.splitlines() if line.startswith("| ")}
    held = [figure.sentence for figure in FIGURES if figure.held]
    assert [sentence for sentence in held if "| in, held |" not in rows.get(sentence, "")] == []
