"""Random streams of many entities at once: the very numbers that `Luck.draws` gives, some fifty times quicker.

numpy's Philox cannot be re-keyed for a whole array, so its ten rounds (Philox4x64-10, Salmon et al. 2011) are written
out here on arrays. A test holds the two together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.luck import KEY_TAG

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from sim.luck import Luck, Purpose

Words = np.ndarray[tuple[int], np.dtype[np.uint64]]

LUCK_AT_ONCE = 10_000  # entities whose luck is little in memory

_ROUNDS = 10
_MULTIPLIERS = 0xD2E7470EE14C6C93, 0xCA5A826395121157
_KEY_STEPS = 0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def first_draws(
    seed: int, purpose: Purpose, entities: NDArray[np.integer], occurrences: NDArray[np.integer], n: int = 4
) -> NDArray[np.float64]:
    """Return the first `n` uniforms of each (entity, occurrence): row i holds everybody's i-th."""
    count = len(entities)
    key = seed, KEY_TAG
    last_three = occurrences.astype(np.uint64), entities.astype(np.uint64), np.full(count, purpose, np.uint64)
    # A block gives four words. The generator counts up before it gives anything: the first one's counter is 1.
    blocks = [_philox((np.full(count, block, np.uint64), *last_three), key) for block in range(1, -(-n // 4) + 1)]
    words = np.stack([word for block in blocks for word in block][:n])
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def draws_of_many(luck: Luck, purpose: Purpose, entities: Sequence[int], n: int) -> list[list[float]]:
    """Return what `luck.draws(purpose, entity, n=n)` returns for each of many entities."""
    ids = np.array(entities, np.uint64)
    draws: list[list[float]] = first_draws(luck.seed, purpose, ids, np.zeros_like(ids), n).T.tolist()
    return draws


def _philox(counter: tuple[Words, Words, Words, Words], key: tuple[int, int]) -> tuple[Words, Words, Words, Words]:
    a, b, c, d = counter
    key_0, key_1 = key
    for _ in range(_ROUNDS):
        (high_0, low_0), (high_1, low_1) = _product(_MULTIPLIERS[0], a), _product(_MULTIPLIERS[1], c)
        a, b, c, d = high_1 ^ b ^ np.uint64(key_0), low_1, high_0 ^ d ^ np.uint64(key_1), low_0
        key_0, key_1 = ((word + step) % 2**64 for word, step in zip((key_0, key_1), _KEY_STEPS, strict=True))
    return a, b, c, d


def _product(multiplier: int, words: Words) -> tuple[Words, Words]:
    """Return the high and the low 64 bits of the 128-bit products."""
    m_high, m_low = np.uint64(multiplier >> 32), np.uint64(multiplier & 0xFFFFFFFF)
    high, low = words >> _HALF, words & _LOW
    cross_1, cross_2 = m_high * low, m_low * high
    carry = ((m_low * low) >> _HALF) + (cross_1 & _LOW) + (cross_2 & _LOW)
    upper = m_high * high + (cross_1 >> _HALF) + (cross_2 >> _HALF) + (carry >> _HALF)
    return upper, np.uint64(multiplier) * words
