"""Columns by sequence number: they hold what a dict would hold."""

import random

import numpy as np
import pytest

from streams.core.pages import PAGE, Pages


@pytest.mark.parametrize("seed", range(10))
def test_rows_are_what_was_set_and_not_cleared(seed: int) -> None:
    rng = random.Random(seed)
    pages, model, ever = Pages({"value": "i8", "pair": ("u4", 2)}), dict[int, int](), set[int]()
    numbers = [rng.randrange(10) * PAGE + rng.randrange(4) for _ in range(300)]
    for number in numbers:
        if rng.random() < 0.5:
            value = rng.randrange(-9, 9)
            pages.set(number, {"value": value, "pair": (number % 7, 1)})
            model[number] = value
            ever.add(number)
        else:
            cleared = rng.choice(numbers)
            pages.clear(cleared)
            model.pop(cleared, None)
        asked = [rng.choice(numbers), *rng.sample(range(12 * PAGE), 5)]
        assert pages.gather("value", np.array(asked)).tolist() == [model.get(number, 0) for number in asked]
        assert pages.present(np.array(asked)).tolist() == [number in model for number in asked]
        assert [number in pages for number in asked] == [number in model for number in asked]
    assert len(pages) == len(model)
    assert all(int(pages.get("value", number)) == value for number, value in model.items())
    assert all(pages.get("pair", number).tolist() == [number % 7, 1] for number in model)
    assert all(pages.was_present(number) for number in ever)
    assert not any(pages.was_present(11 * PAGE + row) for row in range(4))


def test_a_page_whose_rows_are_all_cleared_is_used_again() -> None:
    pages = Pages({"value": "i8"})
    for page in range(500):
        pages.set(page * PAGE, {"value": 1})
        pages.clear(page * PAGE)
    assert pages.gather("value", np.arange(0, 500 * PAGE, PAGE)).sum() == 0
    assert pages._arrays["value"].shape[0] <= 3


def test_numbers_far_apart_cost_no_memory_in_between() -> None:
    pages = Pages({"value": "i8"})
    for number in (5, 10**9, 3 * 10**9):
        pages.set(number, {"value": number})
    asked = np.array([5, 10**9, 3 * 10**9, 7, -1, 4 * 10**9])
    assert pages.gather("value", asked).tolist() == [5, 10**9, 3 * 10**9, 0, 0, 0]
