"""Measured bars of days, event dates and datelines; `python -m tests.quality.essentials` prints all figures."""

import pytest

from tests.data import needs_data
from tests.quality.essentials import by_article, read_articles
from tests.quality.figures import ratio, share
from tests.quality.plugin import Recorder

pytestmark = [pytest.mark.quality, needs_data]


@pytest.mark.parametrize("kind", ["day", "event", "dateline"])
def test_what_is_given_is_right(kind: str, card: Recorder) -> None:
    counts = by_article(kind)
    card.check("essentials", {f"{kind}: precision": ratio((count.right, count.given) for count in counts)})


def test_most_of_what_is_told_is_found(card: Recorder) -> None:
    counts = by_article("day")
    card.check("essentials", {"day: recall": ratio((count.right, count.wanted) for count in counts)})


def test_articles_have_a_lead(card: Recorder) -> None:
    leads = [found.essentials.lead for found in read_articles().values()]
    card.check("essentials", {"a lead of two sentences": share(sum(len(lead) == 2 for lead in leads), len(leads))})
