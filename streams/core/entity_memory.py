"""What the resolve fold remembers: its decisions, and the indexes by which it finds them again.

Everything but the decisions is derived from them, whatever their order, so recovery and life give the same state.
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

import xxhash

from streams.core.entity_names import Article, names_of
from streams.core.entity_orders import Orders
from streams.core.entity_policy import POLICY_VERSION, ResolvePolicy
from streams.core.pages import Pages
from streams.core.postings import Postings
from streams.core.recent import Recent
from streams.core.resolution import NOTHING, Joined, Known, Resolution
from streams.core.shelf import MemoryShelf, Shelf

NO_TIME: Final = -(2**63)
MAX_STEPS: Final = 8  # from a name to what it was taken for in the end
_NUMBER_BITS: Final = 40  # decisions for 35 years of 1,000 a second
_NUMBER: Final = (1 << _NUMBER_BITS) - 1
_FEW: Final = 4  # decisions read at first; mostly one is enough
# Kept in memory, as what is in the news is read again and again. `python -m tests.bench.kept` prints the room.
_ARTICLES: Final = 8_192  # hundreds are read for each article; soon read from the shelf
_DECISIONS: Final = 2_048  # the newest one on each entity, which says how that stands; few of them are not kept


class EntityMemory:
    """The decisions of the window and their indexes. Only `apply`, `restore` and `forget` change them."""

    def __init__(self, policy: ResolvePolicy | None = None, shelf: Shelf | None = None) -> None:
        self.policy = policy or ResolvePolicy()
        self._policy_version = f"{POLICY_VERSION}+{self.policy.version}"
        self._shelf = shelf or MemoryShelf()  # at "place" origin and encoded decision, at "article" what is evidence
        self._numbers: dict[str, int] = {}  # origin -> sequence number
        self._rows = Pages({"place": "i8", "article": "i8", "ingested_at": "i8"})
        self._next = 0
        self._keyed = Postings(self._rows.present)
        self._orders = Orders()
        self._queue: list[int] = []  # heap of ingested_at and sequence, the forgotten until they surface
        self._newest_at: int | None = None
        self._articles = Recent(_ARTICLES, self._article)
        self._decisions = Recent(_DECISIONS, lambda number: Resolution.decode(self._taken(number)[1]))
        self._named: Counter[int] = Counter()  # hash of an entity_id -> decisions that name it
        self._looked_up: dict[int, list[int]] = {}  # key -> numbers, until something is filed or forgotten
        self._withdrawals: dict[str, dict[int, int | None]] = {}  # article_id -> number -> newest version taken back

    def __len__(self) -> int:
        return len(self._numbers)

    def recorded(self, origin: str) -> Resolution | None:
        """Return the decision on an origin, None where there is none yet."""
        value = self.stored(origin)
        return None if value is None else Resolution.decode(value)

    def stored(self, origin: str) -> bytes | None:
        """Return the decision on an origin as it is encoded, None where there is none yet."""
        number = self._numbers.get(origin)
        return None if number is None else self._taken(number)[1]

    def apply(self, origin: str, decision: Resolution) -> None:
        """Take a decision into the state."""
        if origin not in self._numbers:
            self._take(origin, decision.encode(), decision)

    def restore(self, origin: str, value: bytes) -> None:
        """Take an encoded decision into the state; in any order, any number of times. The first of an origin stays.

        Raises:
            Malformed: `bad_event` when the value is no decision.
        """
        if origin not in self._numbers:
            self._take(origin, value, Resolution.decode(value))

    def forget(self, origin: str) -> None:
        """Drop a decision and all that was derived from it; an unknown origin changes nothing."""
        number = self._numbers.pop(origin, None)
        if number is None:
            return
        for each in self.at(number).seen:
            self._named[_hash(each.entity_id)] -= 1
            if self._named[_hash(each.entity_id)] <= 0:
                del self._named[_hash(each.entity_id)]
        for column in ("place", "article"):
            self._shelf.drop(int(self._rows.get(column, number)))
        self._rows.clear(number)
        self._orders.remove(number)
        self._articles.drop(number)
        self._decisions.drop(number)
        self._looked_up.clear()
        if self._withdrawals:
            self._withdrawals = {
                article: left
                for article, told in self._withdrawals.items()
                if (left := {at: version for at, version in told.items() if at != number})
            }

    def expired(self, now_ms: int | None) -> list[str]:
        """Return the origins to forget, oldest first, when a record of this time (ms since 1970 UTC) arrives.

        Those are the ones that came in before the window, counted from the newest record known, and the oldest above
        `max_articles`. An operator's order never expires: what was undone does not come back by itself.
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

    def _take(self, origin: str, value: bytes, decision: Resolution) -> None:
        if decision.sequence in self._rows:
            # Two workers counted at the same time. The log's order holds: whoever comes later has the next number.
            decision = replace(decision, sequence=self._next)
            value = decision.encode()
        number = decision.sequence
        if number < self._next and self._rows.was_present(number):
            self._keyed.purge(number)
        self._numbers[origin] = number
        is_order = decision.about in ("merge", "split")
        self._rows.set(number, {
            "place": self._shelf.put(b"%b\n%b" % (origin.encode(), value)),
            "article": self._shelf.put(Article.of(decision).packed()),
            "ingested_at": NO_TIME if decision.ingested_at is None else decision.ingested_at,
        })  # fmt: skip
        self._next = max(self._next, number + 1)
        self._keyed.add(sorted(set(filed_under(decision))), number)
        self._named.update(_hash(each.entity_id) for each in decision.seen)
        self._looked_up.clear()
        if decision.about == "withdrawn":
            self._withdrawals.setdefault(decision.article_id, {})[number] = decision.version
        if is_order:
            self._orders.add(decision, number)
        elif decision.ingested_at is not None:
            heapq.heappush(self._queue, _queued(decision.ingested_at, number))
            self._newest_at = max(self._newest_at or 0, decision.ingested_at)

    def _taken(self, number: int) -> tuple[str, bytes]:
        """Take a decision from the shelf: its origin, and how it is encoded."""
        origin, _, value = self._shelf.get(int(self._rows.get("place", number))).partition(b"\n")
        return origin.decode(), value

    def _article(self, number: int) -> Article:
        return Article.unpacked(self._shelf.get(int(self._rows.get("article", number))))

    def at(self, sequence: int) -> Resolution:
        """Return a decision by its position."""
        return self._decisions.get(sequence)

    def _is_current(self, entry: int) -> bool:
        number = entry & _NUMBER
        return number in self._rows and int(self._rows.get("ingested_at", number)) == entry >> _NUMBER_BITS

    def known(self, entity_ids: Iterable[str]) -> dict[str, Known]:
        """Return what the newest decision on each id says of it; ids that nothing is known of are left out."""
        asked = list(dict.fromkeys(entity_ids))
        found = self._keyed.newest([_key("id", each) for each in asked], 1)
        known: dict[str, Known] = {}
        for place, number in zip(found.places.tolist(), found.numbers.tolist(), strict=True):
            said = said_of(self.at(number), asked[place]) or self._searched(asked[place])
            if said is not None:
                known[asked[place]] = said
        return known

    def _searched(self, entity_id: str) -> Known | None:
        """Return the same where another id has the same key."""
        return next(filter(None, (said_of(each, entity_id) for each in self._latest("id", entity_id))), None)

    def _latest(self, kind: str, *parts: str) -> Iterator[Resolution]:
        """Yield the decisions filed under a key, the newest first; others may have the same key."""
        passed, count = 0, _FEW
        while True:
            numbers = self._keyed.newest([_key(kind, *parts)], count).numbers.tolist()[::-1]
            yield from map(self.at, numbers[passed:])
            if len(numbers) < count:
                return
            passed, count = count, count * _FEW

    def look_up(self, names: Iterable[tuple[str, str]]) -> None:
        """Look up several names at once, each by its kind: asked for one by one they cost many times as much."""
        keys = sorted({_key(kind, name) for kind, name in names} - self._looked_up.keys())
        self._looked_up.update((key, []) for key in keys)
        found = self._keyed.newest(keys, self.policy.bearers) if keys else None
        if found is not None:
            for place, number in zip(found.places.tolist(), found.numbers.tolist(), strict=True):
                self._looked_up[keys[place]].append(number)

    def articles(self, kind: str, name: str) -> Iterator[Article]:
        """Yield the newest articles that have a name, the newest first; others may have the same key."""
        self.look_up([(kind, name)])
        for number in reversed(self._looked_up[_key(kind, name)]):
            article = self._articles.get(number)
            if not self.is_withdrawn(article):
                yield article

    def root_of(self, entity_id: str, known: dict[str, Known]) -> str:
        """Return what an id was taken for in every article, itself where it was not; `known` is added to."""
        seen = {entity_id}
        for _ in range(MAX_STEPS):
            if entity_id not in known:
                known[entity_id] = self.known([entity_id]).get(entity_id, NOTHING)
            joined = known[entity_id].merged
            if joined is None or joined.change == "split" or joined.entity_id in seen:
                break
            entity_id = joined.entity_id
            seen.add(entity_id)
        return entity_id

    def is_common(self, entity_id: str) -> bool:
        """Say whether so many articles name an entity that sharing it says little."""
        least = max(self.policy.common_articles, self.policy.common_share * len(self._numbers))
        return self._named[_hash(entity_id)] >= least

    def pair(self, entity_id: str, alias_id: str) -> Joined | None:
        """Return what was last said of a short name and an entity."""
        for decision in self._latest("pair", entity_id, alias_id):
            for joined in reversed(decision.joined):
                if (joined.entity_id, joined.alias_id) == (entity_id, alias_id):
                    return joined
        return None

    def is_superseded(self, decision: Resolution, entity_id: str, alias_id: str | None = None) -> bool:
        """Say whether a later decision says how an entity stands, or what a name is taken for, given both."""
        if alias_id is None:
            said = [(each for each in self._latest("id", entity_id) if each.standing(entity_id))]
        else:
            filed = self._latest("pair", entity_id, alias_id), self._latest("id", alias_id)  # merges: by the name
            said = [(each for each in found if each.says_of(entity_id, alias_id)) for found in filed]
        newest = (next(found, decision) for found in said)
        return any(each.sequence > decision.sequence for each in newest)

    def is_withdrawn(self, decision: Resolution | Article) -> bool:
        """Say whether an article was taken back after this decision on it."""
        told, own = self._withdrawals.get(decision.article_id), decision.version
        return told is not None and any(
            number > decision.sequence and (version is None or own is None or own <= version)
            for number, version in told.items()
        )


def said_of(decision: Resolution, entity_id: str) -> Known | None:
    """Return what a decision says of an id, None where it says nothing."""
    known = Known(decision.standing(entity_id), decision.merged(entity_id))
    return None if known == (None, None) else known


def filed_under(decision: Resolution) -> Iterator[int]:
    """Yield the keys under which a decision is found again."""
    if decision.article_id:
        yield _key("article", decision.article_id)
    for standing in decision.standings:
        yield _key("id", standing.entity_id)
    for joined in decision.joined:
        if joined.change == "alias":
            yield _key("taken", joined.article_id, joined.alias_id)
            yield _key("pair", joined.entity_id, joined.alias_id)
        else:
            yield _key("id", joined.alias_id)
            if joined.change == "split":
                yield _key("pair", joined.entity_id, joined.alias_id)
    if decision.about == "article":
        yield from (_key(kind, name) for sighting in decision.seen for kind, name in names_of(sighting))


def _hash(entity_id: str) -> int:
    """Return 64 bits for an entity_id: no two of a window have the same."""
    return xxhash.xxh3_64_intdigest(entity_id.encode())


def _key(kind: str, *parts: str) -> int:
    """Return 32 bits under which decisions are filed; others may have the same, so what is found is read again."""
    return xxhash.xxh3_64_intdigest("\n".join((kind, *parts)).encode()) >> 32


def _queued(ingested_at: int, number: int) -> int:
    """Return time and number as one integer, which sorts as they do and takes a third of the memory of a pair."""
    return ingested_at << _NUMBER_BITS | number
