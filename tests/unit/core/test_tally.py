"""Counts by key: what a plain dict would count, however it grew."""

import random
from collections import Counter

import numpy as np
import pytest

from streams.core.tally import Tally

FEW = (0, 1, 2, 2**31, 2**32 - 1)


def _keys(keys: list[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array(keys, np.uint64)


@pytest.mark.parametrize("seed", range(10))
def test_it_counts_as_a_dict_does(seed: int) -> None:
    rng, tally, model = random.Random(seed), Tally(), Counter[int]()
    known = [*FEW, *(rng.randrange(2**32) for _ in range(400))]
    for _ in range(300):
        added = rng.choices(known, k=rng.randrange(30))
        tally.add(_keys(added))
        model.update(added)
        taken = list({key for key in rng.choices(known, k=10) if model[key]})
        tally.take(_keys(taken))
        model.subtract(taken)
    asked = [*known, *(rng.randrange(2**32) for _ in range(50))]
    assert tally.counts(_keys(asked)).tolist() == [model[key] for key in asked]


def test_keys_that_are_counted_down_to_nothing_give_their_room_back() -> None:
    tally = Tally()
    for start in range(0, 400_000, 40):
        keys = _keys(list(range(start, start + 40)))
        tally.add(keys)
        tally.take(keys)
    assert len(tally._slots) <= 4_096


def test_neighbouring_keys_are_told_apart_where_slots_wrap_around() -> None:
    tally = Tally()
    tally.add(_keys(list(range(500))))
    tally.add(_keys(list(range(0, 500, 2))))
    assert tally.counts(_keys(list(range(502)))).tolist() == [2 - key % 2 for key in range(500)] + [0, 0]
