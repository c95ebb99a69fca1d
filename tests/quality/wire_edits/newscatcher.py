"""NewsCatcher's rule as a matcher."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from tests.quality.wire_edits.levenshtein import alike
from tests.quality.wire_edits.matchers import Answer, Progress, earlier_stories
from tests.quality.wire_edits.story import Case, Story

MIN_COSINE: Final = 0.95
MIN_TITLE: Final = 0.97
MIN_BODY: Final = 0.92
LOOKED_AT: Final = 5  # articles of the highest cosine
BLOCK: Final = 500  # rows multiplied at a time


class NewsCatcherRule:
    """Cosine of TF-IDF vectors, then Levenshtein ratio of title or body.

    https://www.newscatcherapi.com/docs/news-api/guides-and-concepts/articles-deduplication names the thresholds, for
    embeddings; here the vectors are fitted on the benchmark itself. Either ratio is enough: the kinder reading.
    """

    name = "NewsCatcher"

    def answers(self, cases: Sequence[Case], say: Progress) -> list[Answer]:
        """Judge each case against the earlier articles of the highest cosine."""
        stories = earlier_stories(cases)
        say(f"{self.name}: vectors")
        vectors = TfidfVectorizer(dtype=np.float32).fit_transform(
            [story.text for story in (*stories, *(case.later for case in cases))]
        )
        known, later = vectors[: len(stories)].T.tocsr(), vectors[len(stories) :]
        return [
            _first_alike(case.later, [stories[at] for at in near])
            for case, near in zip(cases, _nearest(later, known, self.name, say), strict=True)
        ]


def _nearest(later: Any, known: Any, name: str, say: Progress) -> Iterable[list[int]]:
    """Yield for each later vector the places of the earlier ones above the threshold, the nearest first."""
    for start in range(0, later.shape[0], BLOCK):
        say(f"{name}: later {start} of {later.shape[0]}")
        block = (later[start : start + BLOCK] @ known).tocsr()
        for row in range(block.shape[0]):
            found = slice(block.indptr[row], block.indptr[row + 1])
            places, cosines = block.indices[found], block.data[found]
            near = np.flatnonzero(cosines >= MIN_COSINE)
            yield places[near[np.argsort(-cosines[near], kind="stable")]][:LOOKED_AT].tolist()


def _first_alike(later: Story, near: Sequence[Story]) -> Answer:
    for story in near:
        if alike(later.title, story.title, MIN_TITLE) or alike(later.text, story.text, MIN_BODY):
            return Answer("copy", (story.url,))
    return Answer("different")
