"""The benchmark as a whole: the cases of one half and seed, and what newswire says of them."""

from functools import lru_cache
from typing import Final

from tests.quality.wire_edits.articles import material
from tests.quality.wire_edits.card import Score, scores
from tests.quality.wire_edits.matchers import Progress
from tests.quality.wire_edits.negatives import negatives
from tests.quality.wire_edits.newswire import Newswire
from tests.quality.wire_edits.positives import positives
from tests.quality.wire_edits.story import Case

SEED: Final = 20_260_407
SECOND_SEED: Final = 8_128
HALF: Final = "held out"  # floors are taken on it


@lru_cache(maxsize=1)
def cases_of(half: str, seed: int) -> list[Case]:
    """Return all cases of one half."""
    given = material(half, seed)
    return [*positives(given, half, seed), *negatives(given, half, seed)]


def judged(half: str, seed: int, say: Progress) -> dict[str, Score]:
    """Return newswire's score by kind."""
    say(f"{half}, seed {seed}: making the cases")
    cases = cases_of(half, seed)
    return scores(cases, Newswire().answers(cases, say))
