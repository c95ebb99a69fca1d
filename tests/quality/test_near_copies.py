"""How many copies the fold finds, and how many it finds that are none.

    python -m tests.quality.wire_edits

prints the whole card, beside what the rules of others score. Thresholds were set on the other half of the articles.
The Reuters pairs, though, were all looked at while choosing: their figures are not of unseen data.
"""

from functools import lru_cache

import pytest

from tests.data import needs_data
from tests.quality.figures import share
from tests.quality.floors import floors
from tests.quality.plugin import Recorder
from tests.quality.reuters_pairs import reuters_pairs
from tests.quality.wire_edits import positives
from tests.quality.wire_edits.bench import HALF, SEED, judged
from tests.quality.wire_edits.card import FALSE, MEASURE, Score, met, reasons, table

pytestmark = [pytest.mark.quality, needs_data]


@lru_cache(maxsize=1)
def scored() -> dict[str, Score]:
    """Return newswire's score by kind."""
    return judged(HALF, SEED, lambda what: None)


def test_every_floor_stands_for_a_kind(card: Recorder) -> None:
    missed = [kind for kind, score in scored().items() if not met(kind, score.share)]
    card.tell(f"seed {SEED}\n{table({HALF: scored()}, HALF)}\nwanted and missed: {'; '.join(missed) or 'none'}")
    kinds = floors()[MEASURE].parts
    assert kinds.keys() <= scored().keys()
    assert scored().keys() - kinds.keys() <= positives.ANYWHERE.keys()
    assert {kind for kind, bar in kinds.items() if bar.better == "lower"} == FALSE


@pytest.mark.parametrize("kind", floors()[MEASURE].parts)
def test_copies_are_found_and_others_are_not_called_copies(kind: str, card: Recorder) -> None:
    found = scored()[kind]
    card.check(MEASURE, {kind: found.figure}, f"seed {SEED}: {reasons({kind: found})}")


def test_reuters_pairs(card: Recorder) -> None:
    counts = reuters_pairs()
    near = {what: counts[">= .8", "text", what] for what in ("same words", "copy", "other", "contains")}
    # By alignment only: "9:40 a.m." and "0940 hrs", "2,29" and "2.29" and two more are no other figures.
    templates = [(n, what) for (_, kind, what), n in counts.items() if kind == "template"]
    copies = sum(n for n, what in templates if what == "copy")
    figures = {
        "copies, of pairs with equal figures": share(near["same words"] + near["copy"], sum(near.values())),
        "copies, of pairs with other figures": share(copies, sum(n for n, _ in templates)),
    }
    card.check("reuters_pairs", figures, counts)
