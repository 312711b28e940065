"""docs/proofs.md names tests that are there, and every proof is on it."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGE = (HERE.parents[1] / "docs" / "proofs.md").read_text(encoding="utf-8")
PROOFS = ("test_queueing", "test_floor", "test_stock_theory", "test_rows", "test_monotone")
# Tests of the tests and of what is no theory.
ASIDE = {
    "test_the_formulas_agree_with_their_textbook_values",
    "test_a_wrong_theory_is_refused",
    "test_a_desk_without_load_keeps_nobody_waiting",
    "test_two_couriers_halve_the_work_and_shorten_the_wait_more_than_that",
    "test_what_was_sold_left_the_shelf",
    "test_another_level_or_another_lead_time_is_noticed",
    "test_a_row_in_ten_left_out_would_be_noticed",
    "test_couriers_change_nothing_about_when_somebody_comes_in",
    "test_a_longer_promise_turns_more_shoppers_away",
}


def named_in(*names: str) -> set[str]:
    return {
        test
        for name in names
        for test in re.findall(r"^def (test_\w+)", (HERE / f"{name}.py").read_text("utf-8"), re.MULTILINE)
    }


def test_every_proof_is_on_the_page_and_every_test_named_is_there():
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named <= named_in(*PROOFS, "test_arrivals")
    assert named_in(*PROOFS) - named == ASIDE
