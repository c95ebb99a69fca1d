"""Names and what is one entity, on the half of the annotated articles at which nobody looked."""

import pytest

from tests.data import needs_data
from tests.quality.annotated import HELD_OUT
from tests.quality.entities import (
    MAIN,
    MAIN_LABELS,
    OTHER_LABELS,
    OTHERS,
    Estimate,
    by_annotation,
    by_shipped,
    by_stock_alone,
    difference,
    groups,
    names,
    score,
)
from tests.quality.figures import Figure
from tests.quality.plugin import Recorder

pytestmark = [pytest.mark.quality, needs_data]


def figure(estimate: Estimate, support: int) -> Figure:
    """Return an estimate, in percent, for the card."""
    value, low, high = (each / 100 for each in estimate)
    return Figure(value, support, low, high)


@pytest.mark.parametrize(("name", "labels"), [(MAIN, MAIN_LABELS), (OTHERS, OTHER_LABELS)])
def test_names(name: str, labels: tuple[str, ...], card: Recorder) -> None:
    found = score(names(HELD_OUT, by_shipped(HELD_OUT), labels))
    card.check("names", {name: figure(found.f1, found.support)})


def test_nothing_was_unlearned(card: Recorder) -> None:
    ours, theirs = (names(HELD_OUT, f(HELD_OUT), OTHER_LABELS) for f in (by_shipped, by_stock_alone))
    card.check("names", {f"{OTHERS}, above the stock model": figure(difference(ours, theirs), score(ours).support)})


def test_what_is_one_entity(card: Recorder) -> None:
    ways = {"the model's mentions": by_shipped(HELD_OUT), "the annotated mentions": by_annotation(HELD_OUT)}
    found = {way: score(groups(HELD_OUT, marks)) for way, marks in ways.items()}
    card.check("entities", {way: figure(each.f1, each.support) for way, each in found.items()})
