"""Measured bars of the quotes; `python -m tests.quality.quotes` prints all figures."""

from functools import lru_cache

import pytest

from tests.data import needs_data
from tests.quality.annotated import DEVELOPED, HELD_OUT
from tests.quality.quotes import MEASURES, Read, read_all, total

pytestmark = [pytest.mark.quality, needs_data]

# Precision and recall, a little below what is measured; they move only upwards.
FLOORS = {
    ("direct, named speaker", DEVELOPED): (0.98, 0.88),
    ("direct, named speaker", HELD_OUT): (0.935, 0.82),
    ("direct, any speaker", HELD_OUT): (0.88, 0.79),
    ("reported, named speaker", HELD_OUT): (0.91, 0.675),
    ("reported, any speaker", HELD_OUT): (0.82, 0.70),
}


@lru_cache(maxsize=1)
def _reads() -> tuple[Read, ...]:
    return tuple(read_all())


@pytest.mark.parametrize(("name", "half"), sorted(FLOORS))
def test_the_right_speaker(name: str, half: str) -> None:
    counts = total(MEASURES[name](read) for read in _reads() if read.article.half == half)
    precision, recall = FLOORS[name, half]
    assert counts.precision >= precision, counts
    assert counts.recall >= recall, counts
