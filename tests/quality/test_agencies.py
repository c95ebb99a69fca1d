"""Agency credits are found, and mentions of agencies are no credits."""

from functools import lru_cache
from typing import Final

import pytest

from tests.data import needs_data
from tests.quality.agencies import Judged, judged, labels, precision, recall, table

pytestmark = [pytest.mark.quality, needs_data]

PRECISION_FLOOR: Final = 0.98
RECALL_FLOOR: Final = 0.96


@lru_cache(maxsize=1)
def found() -> list[Judged]:
    return judged()


def test_every_labelled_article_is_judged() -> None:
    assert {one.article for one in found()} == labels().keys()


def test_precision() -> None:
    assert precision(found()) >= PRECISION_FLOOR, table(found())


def test_recall() -> None:
    assert recall(found()) >= RECALL_FLOOR, table(found())
