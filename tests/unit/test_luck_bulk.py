"""The luck of many at once is the luck of each."""

from __future__ import annotations

import numpy as np
import pytest

from sim.luck import Luck, Purpose
from sim.luck_bulk import draws_of_many, first_draws


@pytest.mark.parametrize("seed", [0, 1, 2**63 - 1])
@pytest.mark.parametrize("purpose", [Purpose.NAMES, Purpose.REVIEW, Purpose.RETURN])
def test_many_draws_are_the_draws_one_by_one(seed: int, purpose: Purpose):
    generator = np.random.default_rng(5)
    entities = np.concatenate([[0, 1, 101, 2**47 - 1], generator.integers(0, 2**47, 300)])
    occurrences = np.concatenate([[0, 2**31, 3, 1], generator.integers(0, 12, 300)])
    luck = Luck(seed)
    one_by_one = [
        luck.draws(purpose, entity, occurrence, 4)
        for entity, occurrence in zip(entities.tolist(), occurrences.tolist(), strict=True)
    ]
    assert first_draws(seed, purpose, entities, occurrences).T.tolist() == one_by_one


def test_narrow_integers_are_no_other_entities():
    wide, narrow = np.arange(1, 9, dtype=np.int64), np.arange(1, 9, dtype=np.int16)
    assert (first_draws(3, Purpose.REVIEW, wide, wide) == first_draws(3, Purpose.REVIEW, wide, narrow)).all()


def test_nobody_draws_nothing():
    nobody = np.array([], dtype=np.int64)
    assert first_draws(1, Purpose.REVIEW, nobody, nobody).shape == (4, 0)


@pytest.mark.parametrize("n", [1, 4, 5, 9])
def test_however_many_each_draws(n: int):
    luck, people = Luck(3), [101, 205, 2**40 + 1]
    one_by_one = [luck.draws(Purpose.NAMES, person, n=n) for person in people]
    assert draws_of_many(luck, Purpose.NAMES, people, n) == one_by_one
