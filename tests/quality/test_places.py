"""Places given the mention, on local news. Floors just below the figures of the half that no weight was set on."""

from functools import lru_cache
from typing import Final

import pytest

from streams.models.gazetteer import load_gazetteer
from tests.data import needs_data
from tests.quality.places import Judged, judged, ours, share
from tests.quality.toponyms import half

pytestmark = [pytest.mark.quality, needs_data]

FLOORS: Final = {"exact id": 0.79, "within 161 km, or the place itself": 0.81, "precision of links": 0.89}
SURE: Final = 0.9
SURE_FLOOR: Final = 0.94  # of the links that are said to be right nine times in ten


@lru_cache(maxsize=1)
def held_out() -> list[Judged]:
    gazetteer = load_gazetteer()
    return judged(half("held out"), ours(gazetteer), gazetteer)


@pytest.mark.parametrize(("measure", "floor"), FLOORS.items())
def test_places_are_found(measure: str, floor: float) -> None:
    found = share(held_out(), measure)
    print(f"{measure}: {found:.3f}")
    assert found >= floor


def test_a_sure_link_is_right_more_often_than_an_unsure_one() -> None:
    links = [row for row in held_out() if row.link is not None]
    sure = [row.exact for row in links if row.link is not None and row.link.score >= SURE]
    unsure = [row.exact for row in links if row.link is not None and row.link.score < SURE]
    print(f"right of sure links {sum(sure) / len(sure):.3f}, of others {sum(unsure) / len(unsure):.3f}")
    assert sum(sure) / len(sure) >= SURE_FLOOR
    assert sum(unsure) / len(unsure) < sum(sure) / len(sure)
