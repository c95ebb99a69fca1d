"""What is said of made revisions is right, all of it: title, places of paragraphs, note.

    python -m tests.quality.revisions

prints the table. Limits were set on the other half of the articles.
"""

from functools import lru_cache

import pytest

from tests.data import needs_data
from tests.quality.figures import share
from tests.quality.plugin import Recorder
from tests.quality.revisions.edits import EDITS
from tests.quality.revisions.made import REVISIONS, revisions
from tests.quality.revisions.measure import ALL, SEED, Judged, judged, shares

pytestmark = [pytest.mark.quality, needs_data]


@lru_cache(maxsize=1)
def found() -> list[Judged]:
    return judged(revisions("held out", SEED))


def wrong(kind: str) -> list[str]:
    return [f"{one.revision.edits}: {one.wrong}" for one in found() if one.wrong and kind in (ALL, *one.revision.edits)]


@pytest.mark.parametrize("kind", [ALL, *EDITS])
def test_what_changed_is_named_rightly(kind: str, card: Recorder) -> None:
    count, right = shares(found())[kind]
    assert count == REVISIONS or kind != ALL
    card.check("revisions", {kind: share(right, count)}, f"seed {SEED}: {wrong(kind)}")
