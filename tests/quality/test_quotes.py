"""Measured bars of the quotes; `python -m tests.quality.quotes` prints all figures."""

from functools import lru_cache

import pytest

from tests.data import needs_data
from tests.quality.annotated import DEVELOPED, HELD_OUT
from tests.quality.figures import ratio
from tests.quality.plugin import Recorder
from tests.quality.quotes import MEASURES, Read, read_all, total

pytestmark = [pytest.mark.quality, needs_data]

MEASURED = (
    ("direct, named speaker", DEVELOPED),
    ("direct, named speaker", HELD_OUT),
    ("direct, any speaker", HELD_OUT),
    ("reported, named speaker", HELD_OUT),
    ("reported, any speaker", HELD_OUT),
)


@lru_cache(maxsize=1)
def _reads() -> tuple[Read, ...]:
    return tuple(read_all())


@pytest.mark.parametrize(("name", "half"), MEASURED)
def test_the_right_speaker(name: str, half: str, card: Recorder) -> None:
    counts = [MEASURES[name](read) for read in _reads() if read.article.half == half]
    figures = {
        f"{name}, {half}: precision": ratio((each.right, each.found) for each in counts),
        f"{name}, {half}: recall": ratio((each.met, each.wanted) for each in counts),
    }
    card.check("quotes", figures, total(counts))
