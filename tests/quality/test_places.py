"""Places given the mention, on local news. Floors just below the figures of the half that no weight was set on."""

from functools import lru_cache

import pytest

from streams.models.gazetteer import load_gazetteer
from tests.data import needs_data
from tests.quality.floors import floors
from tests.quality.places import SURE_SCORE, Judged, judged, ours, share
from tests.quality.plugin import Recorder
from tests.quality.toponyms import half

pytestmark = [pytest.mark.quality, needs_data]


@lru_cache(maxsize=1)
def held_out() -> list[Judged]:
    gazetteer = load_gazetteer()
    return judged(half("held out"), ours(gazetteer), gazetteer)


def test_places_are_found(card: Recorder) -> None:
    card.check("places", {measure: share(held_out(), measure) for measure in floors()["places"].parts})


def test_a_sure_link_is_right_more_often_than_an_unsure_one() -> None:
    links = [(row.link.score, row.exact) for row in held_out() if row.link is not None]
    sure, unsure = ([right for score, right in links if (score >= SURE_SCORE) is wanted] for wanted in (True, False))
    assert sum(unsure) / len(unsure) < sum(sure) / len(sure)
