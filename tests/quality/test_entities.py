"""Names and what is one entity, on the half of the annotated articles at which nobody looked."""

import pytest

from tests.data import needs_data
from tests.quality.annotated import HELD_OUT
from tests.quality.entities import (
    MAIN,
    MAIN_LABELS,
    OTHER_LABELS,
    OTHERS,
    by_annotation,
    by_shipped,
    by_stock_alone,
    groups,
    names,
    score,
)

# Percent, just below what was measured.
NAMES_FLOOR = {MAIN: 89.4, OTHERS: 82.5}
GROUPS_FLOOR = 99.0

pytestmark = [pytest.mark.quality, needs_data]


@pytest.mark.parametrize(("name", "labels"), [(MAIN, MAIN_LABELS), (OTHERS, OTHER_LABELS)])
def test_names(name: str, labels: tuple[str, ...]) -> None:
    assert score(names(HELD_OUT, by_shipped(HELD_OUT), labels)).f1.value >= NAMES_FLOOR[name]


def test_nothing_was_unlearned() -> None:
    ours, theirs = (score(names(HELD_OUT, f(HELD_OUT), OTHER_LABELS)) for f in (by_shipped, by_stock_alone))
    assert ours.f1.value >= theirs.f1.value


def test_what_is_one_entity() -> None:
    for found in (by_shipped(HELD_OUT), by_annotation(HELD_OUT)):
        assert score(groups(HELD_OUT, found)).f1.value >= GROUPS_FLOOR
