"""Names across articles: floors just below the figures of the period that no rule was made on."""

from functools import lru_cache
from typing import Final

import pytest

from tests.data import needs_data
from tests.quality.resolve import Asked, Measure, agreement, articles_of, asked, precision, recall, share

pytestmark = [pytest.mark.quality, needs_data]

FLOORS: Final = {
    ("surname", precision): 0.94, ("surname", recall): 0.80, ("acronym", precision): 0.90, ("acronym", recall): 0.66,
}  # fmt: skip
SAME_FLOOR: Final = 0.96  # of short names that are taken for something in both of two orders
SHORT_FLOOR: Final = 0.77  # of all that are in one of them
MERGED_FLOOR: Final = 0.95  # of pairs of ids that are one in every article


@lru_cache(maxsize=1)
def held_out() -> list[Asked]:
    return asked(articles_of("held out"))


@pytest.mark.parametrize(("kind", "measure", "floor"), [(*key, floor) for key, floor in FLOORS.items()])
def test_hidden_names_are_found(kind: str, measure: Measure, floor: float) -> None:
    found = share([row for row in held_out() if row.kind == kind], measure)
    print(f"{kind} {measure.__name__}: {found:.3f}")
    assert found >= floor


def test_the_order_of_arrival_changes_little() -> None:
    found = agreement(articles_of("held out"))
    print(f"shuffled: {found}")
    assert min(found["same answer"]) >= SAME_FLOOR
    assert min(found["short names"]) >= SHORT_FLOOR
    assert min(found["merged pairs"]) >= MERGED_FLOOR
