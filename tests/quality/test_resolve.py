"""Names across articles, of the period that no rule was made on; `python -m tests.quality.resolve` prints more."""

from functools import lru_cache

import pytest

from tests.data import needs_data
from tests.quality.figures import Figure
from tests.quality.plugin import Recorder
from tests.quality.resolve import Asked, Measure, agreement, articles_of, asked, figure, precision, recall

pytestmark = [pytest.mark.quality, needs_data]


@lru_cache(maxsize=1)
def held_out() -> list[Asked]:
    return asked(articles_of("held out"))


@pytest.mark.parametrize("kind", ["surname", "acronym"])
@pytest.mark.parametrize("measure", [precision, recall])
def test_hidden_names_are_found(kind: str, measure: Measure, card: Recorder) -> None:
    rows = [row for row in held_out() if row.kind == kind]
    card.check("resolve", {f"{kind}s: {measure.__name__}": figure(rows, measure)})


def test_the_order_of_arrival_changes_little(card: Recorder) -> None:
    found = agreement(articles_of("held out"))
    figures = {f"shuffled, least: {what}": Figure(min(each), len(each)) for what, each in found.items()}
    card.check("resolve", figures, found)
