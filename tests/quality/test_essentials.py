"""Measured bars of days, event dates and datelines; `python -m tests.quality.essentials` prints all figures."""

import pytest

from tests.data import needs_data
from tests.quality.essentials import judged, of_kind, precision, read_articles, recall

pytestmark = [pytest.mark.quality, needs_data]

# Precision, a little below what is measured; it moves only upwards.
FLOORS = {"day": 0.97, "event": 0.92, "dateline": 0.97}
DAYS_FOUND = 0.80


@pytest.mark.parametrize("kind", FLOORS)
def test_what_is_given_is_right(kind: str) -> None:
    counts = judged(kind, of_kind(kind))
    assert precision(counts) >= FLOORS[kind], counts
    assert counts.given >= 0.9 * counts.wanted or kind == "day", counts


def test_most_days_that_are_told_are_found() -> None:
    counts = judged("day", of_kind("day"))
    assert recall(counts) >= DAYS_FOUND, counts


def test_articles_have_a_lead() -> None:
    leads = [found.essentials.lead for found in read_articles().values()]
    assert sum(len(lead) == 2 for lead in leads) >= 0.97 * len(leads)
