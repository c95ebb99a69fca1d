"""The index of sequence numbers: it finds what a plain dict of lists would find, however it was filled."""

import random
from collections import defaultdict

import numpy as np
import numpy.typing as npt
import pytest

from streams.core import postings
from streams.core.pages import Numbers
from streams.core.postings import Postings

SEEDS = range(20)


class Model:
    """The same by a dict of sets, and which numbers are present."""

    def __init__(self) -> None:
        self.filed: dict[int, set[int]] = defaultdict(set)
        self.present: set[int] = set()

    def is_present(self, numbers: Numbers) -> npt.NDArray[np.bool_]:
        return np.array([number in self.present for number in numbers.tolist()], np.bool_)

    def of(self, key: int) -> list[int]:
        return sorted(self.filed[key] & self.present)


def by_key(found: postings.Found, keys: list[int]) -> list[list[int]]:
    return [found.numbers[found.places == place].tolist() for place in range(len(keys))]


@pytest.mark.parametrize("seed", SEEDS)
def test_it_finds_what_is_filed_and_present(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "YOUNG", 16)
    monkeypatch.setattr(postings, "UNREAD", 2 * 16)
    rng, model = random.Random(seed), Model()
    index = Postings(model.is_present)
    start = rng.choice((0, 2**31, 2**32))
    numbers = rng.sample(range(start, start + 900), 900)
    for number in numbers:
        keys = rng.sample(range(2**32 - 30, 2**32), rng.randrange(6))
        model.present.add(number)
        index.add(keys, number)
        for key in keys:
            model.filed[key].add(number)
        if rng.random() < 0.4:
            model.present.discard(rng.choice(numbers))
        if rng.random() < 0.2:
            asked, count = rng.sample(range(2**32 - 30, 2**32), 5), rng.choice((1, 3, 40))
            assert by_key(index.newest(asked, count), asked) == [model.of(key)[-count:] for key in asked]
            assert by_key(index.oldest(asked, count), asked) == [model.of(key)[:count] for key in asked]


def test_everything_is_found_where_the_lower_half_of_numbers_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "YOUNG", 16)
    monkeypatch.setattr(postings, "UNREAD", 2 * 16)
    model = Model()
    index = Postings(model.is_present)
    numbers = list(range(2**32 - 50, 2**32 + 50))
    for number in numbers:
        model.present.add(number)
        index.add([5], number)
    assert index.oldest([5], 1_000).numbers.tolist() == numbers


def test_a_key_under_which_most_are_forgotten_is_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "YOUNG", 1_000_000)
    monkeypatch.setattr(postings, "UNREAD", 2 * 1_000_000)
    model = Model()
    index = Postings(model.is_present)
    for number in range(1_000):
        index.add([7], number)
    model.present = {500, 501, 502}
    assert index.oldest([7], 2).numbers.tolist() == [500, 501]
    assert index.newest([7], 2).numbers.tolist() == [501, 502]


def test_what_was_purged_may_be_filed_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "YOUNG", 4)
    monkeypatch.setattr(postings, "UNREAD", 2 * 4)
    model = Model()
    index = Postings(model.is_present)
    model.present = set(range(20))
    for number in range(20):
        index.add([1, 2], number)
    index.purge(3)
    index.add([2], 3)
    assert 3 not in index.oldest([1], 50).numbers
    assert 3 in index.oldest([2], 50).numbers


def test_merging_leaves_the_forgotten_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "YOUNG", 10)
    monkeypatch.setattr(postings, "UNREAD", 2 * 10)
    model = Model()
    index = Postings(model.is_present)
    for number in range(1_000):
        model.present = {number}
        index.add([number % 3], number)
    assert len(index) < 200


def test_what_nobody_looks_for_is_given_back_once_it_is_forgotten() -> None:
    window, per_number = 2_000, 20
    newest = 0
    index = Postings(lambda numbers: numbers > newest - window)
    held = 0
    for newest in range(20_000):
        index.add(range(per_number), newest)
        held = max(held, len(index))
    assert held <= 3 * window * per_number


def test_nothing_filed_is_nothing_found() -> None:
    index = Postings(Model().is_present)
    assert index.oldest([1, 2], 3).numbers.tolist() == []
    assert index.newest([], 3).numbers.tolist() == []
