"""The usual rule as a matcher: MinHash over runs of five words."""

import re
from collections.abc import Sequence
from typing import Final

import xxhash
from datasketch import MinHash, MinHashLSH

from tests.quality.wire_edits.matchers import Answer, Progress, counted, earlier_stories
from tests.quality.wire_edits.story import Case, Story

SHINGLE_WORDS: Final = 5
PERMUTATIONS: Final = 128  # datasketch's default
_WORD: Final = re.compile(r"\w+")


class MinHashRule:
    """datasketch's MinHashLSH over runs of five words: whatever it returns is a copy, of the most alike of them."""

    def __init__(self, thresholds: Sequence[float]) -> None:
        self.name = "MinHash"
        self.thresholds = thresholds

    def answers_at(self, cases: Sequence[Case], say: Progress) -> list[list[Answer]]:
        """Return the answers at each threshold; the hashes are the same for all."""
        stories = earlier_stories(cases)
        known = {story.url: _hashes(story) for story in counted(stories, f"{self.name}: earlier", say)}
        later = [_hashes(case.later) for case in counted(cases, f"{self.name}: later", say)]
        return [self._at(threshold, known, later) for threshold in self.thresholds]

    def _at(self, threshold: float, known: dict[str, MinHash], later: Sequence[MinHash]) -> list[Answer]:
        index = MinHashLSH(threshold=threshold, num_perm=PERMUTATIONS)
        for url, hashes in known.items():
            index.insert(url, hashes)
        return [self._nearest(index.query(hashes), known, hashes) for hashes in later]

    def _nearest(self, found: Sequence[str], known: dict[str, MinHash], hashes: MinHash) -> Answer:
        if not found:
            return Answer("different")
        return Answer("copy", (max(sorted(found), key=lambda url: hashes.jaccard(known[url])),))


def _hashes(story: Story) -> MinHash:
    words = _WORD.findall(story.text.lower())
    runs = [" ".join(words[at : at + SHINGLE_WORDS]).encode() for at in range(max(1, len(words) - SHINGLE_WORDS + 1))]
    hashes = MinHash(PERMUTATIONS, hashfunc=xxhash.xxh32_intdigest)
    hashes.update_batch(runs)
    return hashes
