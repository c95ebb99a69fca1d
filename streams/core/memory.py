"""What the dedupe fold remembers: its decisions, and the indexes by which it finds them again.

Everything but the decisions is derived from them, whatever their order, so recovery and life give the same state.
"""

import heapq
from collections.abc import Iterator
from typing import Final

import xxhash

from streams.contracts.events import Verdict
from streams.core.decision import Decision, Filed, filed, filed_of
from streams.core.forget import is_forgetting
from streams.core.groups import COLUMNS, GroupIndex
from streams.core.matching import DedupePolicy, Relationship
from streams.core.override import Overrides, is_override, remembered
from streams.core.pages import Pages
from streams.core.postings import Postings
from streams.core.shelf import MemoryShelf, Shelf
from streams.core.stories import StoryIndex, StoryPolicy

NO_TIME: Final = -(2**63)
COPY_OF_COPY: Final = "same_words_as_copy"  # the words of a near copy again: judged once
VERDICTS: Final[dict[Relationship, Verdict]] = {"copy": "near_copy", "contained": "contained"}
_NUMBER_BITS: Final = 40  # decisions for 35 years of 1,000 a second
_NUMBER: Final = (1 << _NUMBER_BITS) - 1
_FEW: Final = 4  # decisions read at first; mostly one is enough
_COPIES: Final = tuple(VERDICTS.values())


class Memory:
    """The decisions of the window and their indexes. Only `apply`, `restore` and `forget` change them."""

    def __init__(
        self,
        policy: DedupePolicy | None = None,
        stories: StoryPolicy | None = None,
        pipeline: str = "",
        shelf: Shelf | None = None,
    ) -> None:
        self.policy = policy or DedupePolicy()
        self._story_policy = stories or StoryPolicy()
        self._policy_version = f"{self.policy.version}+{self._story_policy.version}"
        self._pipeline = pipeline
        self._shelf = shelf or MemoryShelf()  # origin and encoded decision
        self._numbers: dict[str, int] = {}  # origin -> sequence number
        # By sequence number; `place` is that on the shelf.
        self._rows = Pages({"place": "i8", "ingested_at": "i8", "copy": "?", **COLUMNS})
        self._next = 0
        self._keyed = Postings(self._rows.present)  # by `_key`: what the decisions of one key have in common
        self._shingles = Postings(self._rows.present)
        self._stories = StoryIndex(self._story_policy)
        self._overrides = Overrides()
        self._groups = GroupIndex(self._rows, self._at)
        self._queue: list[int] = []  # heap of ingested_at and sequence, the forgotten until they surface
        self._newest_at: int | None = None

    def __len__(self) -> int:
        return len(self._numbers)

    def recorded(self, origin: str) -> Decision | None:
        """Return the decision on an origin, None where there is none yet."""
        value = self.stored(origin)
        return None if value is None else Decision.decode(value)

    def stored(self, origin: str) -> bytes | None:
        """Return the decision on an origin as it is encoded, None where there is none yet."""
        number = self._numbers.get(origin)
        return None if number is None else self._taken(number)[1]

    def _taken(self, number: int) -> tuple[str, bytes]:
        """Take a decision from the shelf: its origin, and how it is encoded."""
        origin, _, value = self._shelf.get(int(self._rows.get("place", number))).partition(b"\n")
        return origin.decode(), value

    def key(self, origin: str, attempt: int) -> str:
        """Return what stands for the origin where a record of this attempt is decided: itself but for an override."""
        return self._overrides.key(origin, attempt)

    def taken_back(self, decision: Decision) -> tuple[str, Decision] | None:
        """Return origin and decision of the newest order that took the article back after this decision on it."""
        [order] = self._newest(decision.article_id, "order")
        merge = self._overrides.merge_of(decision.article_id)
        number = max(order.sequence if order else -1, merge.number if merge else -1)
        return None if number < decision.sequence else (self._taken(number)[0], self._at(number))

    def apply(self, origin: str, decision: Decision) -> None:
        """Take a decision into the state."""
        if origin not in self._numbers:
            self._take(origin, decision.encode(), filed_of(decision, self.policy.probe))

    def restore(self, origin: str, value: bytes) -> None:
        """Take an encoded decision into the state; in any order, any number of times. The first of an origin stays.

        Raises:
            Malformed: `bad_event` when the value is no decision.
        """
        if origin not in self._numbers:
            self._take(origin, value, filed(value, self.policy.probe))

    def _take(self, origin: str, value: bytes, known: Filed) -> None:
        if known.sequence in self._rows:
            # Two workers counted at the same time. The log's order holds: whoever comes later has the next number.
            known = known._replace(sequence=self._next)
            value = Decision.decode(value).model_copy(update={"sequence": self._next}).encode()
        number = known.sequence
        if number < self._next and self._rows.was_present(number):
            self._keyed.purge(number)
            self._shingles.purge(number)
            self._groups.purge(number)
        self._numbers[origin] = number
        self._rows.set(number, {
            "place": self._shelf.put(b"%b\n%b" % (origin.encode(), value)),
            "ingested_at": NO_TIME if known.ingested_at is None else known.ingested_at,
            "copy": known.verdict is not None, "group": known.group_hash, "newsroom": known.newsroom_hash,
        })  # fmt: skip
        self._next = max(self._next, number + 1)
        self._file(known, number)
        if known.ingested_at is not None:
            heapq.heappush(self._queue, _queued(known.ingested_at, number))
            self._newest_at = max(self._newest_at or 0, known.ingested_at)

    def _file(self, known: Filed, number: int) -> None:
        """Index what later articles are compared with."""
        keys = [_key("identity", known.article_id)]
        if is_forgetting(known):
            self._keyed.add([*keys, _key("order", known.article_id)], number)
            return
        if is_override(known):
            self._keyed.add(keys, number)
            self._overrides.add(remembered(self._at(number), number))
            return
        keys.append(_key("version", known.article_id, known.title_hash, known.text_hash))
        if _first_of_its_content(known):
            keys.append(_key("content", known.content))
        if known.verdict is None:
            keys.append(_key("unique", known.article_id))
            self._stories.add(number, known.story_id, known.terms, known.published, known.swallowed)
        if known.words:
            self._shingles.add(self._keys(known), number)
        self._keyed.add(keys, number)
        self._groups.add(number, known.changed_groups)

    def forget(self, origin: str) -> None:
        """Drop a decision and all that was derived from it; an unknown origin changes nothing."""
        number = self._numbers.pop(origin, None)
        if number is None:
            return
        self._shelf.drop(int(self._rows.get("place", number)))
        self._rows.clear(number)
        self._stories.remove(number)
        self._overrides.remove(number)

    def expired(self, now_ms: int | None) -> list[str]:
        """Return the origins to forget, oldest first, when a record of this time (ms since 1970 UTC) arrives.

        Those are the ones that came in before the window, counted from the newest record known, and the oldest above
        `max_articles`. None is a record without a time: it expires nothing.
        """
        if now_ms is None:
            return []
        limit = max(now_ms, self._newest_at or 0) - self.policy.window_ms
        surplus = len(self._numbers) - self.policy.max_articles
        found: list[int] = []
        while self._queue and (self._queue[0] < _queued(limit, 0) or len(found) < surplus):
            entry = heapq.heappop(self._queue)
            if self._is_current(entry) and entry not in found[-1:]:
                found.append(entry)
        for entry in found:
            heapq.heappush(self._queue, entry)
        return [self._taken(entry & _NUMBER)[0] for entry in found]

    def shortened_ms(self) -> int | None:
        """Return how far back the memory reaches where `max_articles` cut the window short, None where it did not."""
        if len(self._numbers) < self.policy.max_articles:
            return None
        while self._queue and not self._is_current(self._queue[0]):
            heapq.heappop(self._queue)
        if not self._queue or self._newest_at is None:
            return None
        reach = self._newest_at - (self._queue[0] >> _NUMBER_BITS)
        return reach if reach < self.policy.window_ms else None

    def _is_current(self, entry: int) -> bool:
        number = entry & _NUMBER
        return number in self._rows and int(self._rows.get("ingested_at", number)) == entry >> _NUMBER_BITS

    def _keys(self, known: Filed) -> tuple[int, ...]:
        """The shingles under which an article is found again."""
        return () if known.words < self.policy.min_words or known.bare else known.shingles

    def _at(self, number: int) -> Decision:
        return Decision.decode(self._taken(number)[1])

    def _first(self, kind: str, parts: tuple[str, ...]) -> Iterator[Decision]:
        """Yield the decisions filed under a key, the oldest first."""
        passed, count = 0, _FEW
        while True:
            numbers = self._keyed.oldest([_key(kind, *parts)], count).numbers.tolist()
            for number in numbers[passed:]:
                known = self._at(number)
                if _told(kind, known) == parts:
                    yield known
            if len(numbers) < count:
                return
            passed, count = count, count * _FEW

    def _newest(self, article_id: str, *kinds: str) -> list[Decision | None]:
        """Return the newest decision of each kind on an article."""
        found = self._keyed.newest([_key(kind, article_id) for kind in kinds], 1)
        newest: list[Decision | None] = [None] * len(kinds)
        for place, number in zip(found.places.tolist(), found.numbers.tolist(), strict=True):
            known = self._at(number)
            newest[place] = known if known.article_id == article_id else self._searched(article_id, kinds[place])
        return newest

    def _searched(self, article_id: str, kind: str) -> Decision | None:
        """Return the newest decision of a kind, where another article has the same key."""
        return next(self._latest(kind, article_id), None)

    def _latest(self, kind: str, article_id: str) -> Iterator[Decision]:
        """Yield the decisions of a kind on an article, the newest first."""
        passed, count = 0, _FEW
        while True:
            numbers = self._keyed.newest([_key(kind, article_id)], count).numbers.tolist()[::-1]
            for known in map(self._at, numbers[passed:]):
                if known.article_id == article_id:
                    yield known
            if len(numbers) < count:
                return
            passed, count = count, count * _FEW


def _key(kind: str, *parts: str) -> int:
    """Return 32 bits under which decisions are filed; others may have the same, so what is found is read again."""
    return xxhash.xxh3_64_intdigest("\n".join((kind, *parts)).encode()) >> 32


def _told(kind: str, known: Decision) -> tuple[str, ...]:
    """Return what a decision was filed by."""
    return (known.content,) if kind == "content" else (known.article_id, known.title_hash, known.text_hash)


def _queued(ingested_at: int, number: int) -> int:
    """Return time and number as one integer, which sorts as they do and takes a third of the memory of a pair."""
    return ingested_at << _NUMBER_BITS | number


def _first_of_its_content(decision: Filed) -> bool:
    """Whether later articles of the same words are judged by this decision."""
    return decision.verdict is None or (decision.verdict in _COPIES and decision.rule != COPY_OF_COPY)
