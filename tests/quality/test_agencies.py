"""Agency credits are found, and mentions of agencies are no credits."""

from functools import lru_cache

import pytest

from tests.data import needs_data
from tests.quality.agencies import Judged, judged, labels, precision, recall, table
from tests.quality.plugin import Recorder

pytestmark = [pytest.mark.quality, needs_data]


@lru_cache(maxsize=1)
def found() -> list[Judged]:
    return judged()


def test_every_labelled_article_is_judged() -> None:
    assert {one.article for one in found()} == labels().keys()


def test_credits_are_found_and_only_credits(card: Recorder) -> None:
    card.check("agencies", {"precision": precision(found()), "recall": recall(found())}, table(found()))
