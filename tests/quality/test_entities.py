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
    difference,
    groups,
    names,
    score,
)
from tests.quality.plugin import Recorder

pytestmark = [pytest.mark.quality, needs_data]


@pytest.mark.parametrize(("name", "labels"), [(MAIN, MAIN_LABELS), (OTHERS, OTHER_LABELS)])
def test_names(name: str, labels: tuple[str, ...], card: Recorder) -> None:
    card.check("names", {name: score(names(HELD_OUT, by_shipped(HELD_OUT), labels)).f1})


def test_nothing_was_unlearned(card: Recorder) -> None:
    ours, theirs = (names(HELD_OUT, f(HELD_OUT), OTHER_LABELS) for f in (by_shipped, by_stock_alone))
    card.check("names", {f"{OTHERS}, above the stock model": difference(ours, theirs)})


def test_what_is_one_entity(card: Recorder) -> None:
    ways = {"the model's mentions": by_shipped(HELD_OUT), "the annotated mentions": by_annotation(HELD_OUT)}
    card.check("entities", {way: score(groups(HELD_OUT, marks)).f1 for way, marks in ways.items()})
