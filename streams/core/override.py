"""Operators' corrections: what the fold remembers of an order to split or merge, and what follows for its verdicts.

An order is a decision like any other, written once under its own place on news.clean. There are few of them, so they
are plain objects; without any, a verdict costs nothing more. Everything here is a function of the set of orders that
are remembered: of two on a pair the one that came later holds (docs/adr/0011-overrides.md).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.contracts.events import OverrideArticles
from streams.contracts.origin import attempt_key, origin_and_attempt
from streams.core.decision import Decision, Filed
from streams.core.forget import is_forgetting

RULE: Final = "override"  # of the copies that a merge makes
SPLIT: Final = "override_split"  # rules of the decisions that are no verdict on an article
MERGE: Final = "override_merge"


class Override(NamedTuple):
    """An order as it is remembered. `moved` is the article that it is about."""

    number: int  # sequence number of its decision: later orders have higher ones
    merges: bool
    moved: str
    kept: str  # what `moved` is a copy of from then on: itself after a split
    apart: frozenset[str]  # of a split: what `moved` is no copy of from then on
    origin: str  # of the raw record that is sent again for it; "" where none is
    attempt: int
    ingested_at: int | None

    def is_about(self, key: str) -> bool:
        """Say whether the decision under this key is one on the record that is sent again."""
        return origin_and_attempt(key)[0] == self.origin


def overriding(
    order: OverrideArticles, kept: str, chain: Sequence[str], *, sequence: int, versions: int, ingested_at: int | None,
    policy: str, pipeline: str,
) -> Decision:  # fmt: skip
    """Return the decision on an order.

    Args:
        order: the order.
        kept: the article that the named one is a copy of at this moment, or that one itself.
        chain: what the other article is a copy of by earlier orders.
        sequence: place in the order of decisions.
        versions: how many the other article has had by then.
        ingested_at: when the order came, in ms since 1970 UTC.
        policy: as verdicts name it.
        pipeline: the same.
    """
    apart = [order.article_id, kept, *chain, order.canonical_id] if order.action == "split" else []
    reason = order.reason
    if order.action == "merge":
        reason = f"merged into {kept}" if reason is None else f"merged into {kept}: {reason}"
    evidence: dict[str, str | int | float] = {} if reason is None else {"reason": reason}
    if order.origin is not None and order.attempt is not None:
        evidence |= {"origin": order.origin, "attempt": order.attempt}
    return Decision(
        sequence=sequence, article_id=order.other_id, ingested_at=ingested_at, verdict=None,
        rule=MERGE if order.action == "merge" else SPLIT, version=versions, versions=versions,
        canonical_id=kept if order.action == "merge" else order.other_id,
        change=None, story_id="", score=1.0, evidence=evidence, text_hash="", title_hash="", content="",
        related=tuple(dict.fromkeys(each for each in apart if each not in (None, order.other_id))), policy=policy,
        pipeline=pipeline,
    )  # fmt: skip


def is_override(decision: Decision | Filed) -> bool:
    """Say whether a decision is the memory of an order to split or merge."""
    return decision.rule in (SPLIT, MERGE)


def is_order(decision: Decision | Filed) -> bool:
    """Say whether a decision is the memory of any order, and no verdict on an article."""
    return is_override(decision) or is_forgetting(decision)


def has_effect(decision: Decision) -> bool:
    """Say whether a merge names two articles: of a copy and its original the original stays what it is."""
    return decision.rule == MERGE and decision.canonical_id != decision.article_id


def remembered(decision: Decision, number: int) -> Override:
    """Return what a decision on an order says."""
    evidence = decision.evidence
    return Override(
        number, has_effect(decision), decision.article_id, decision.canonical_id, frozenset(decision.related),
        str(evidence.get("origin", "")), int(evidence.get("attempt", 0)), decision.ingested_at,
    )  # fmt: skip


class Overrides:
    """The orders that are remembered. Only `add` and `remove` change them."""

    def __init__(self) -> None:
        self._orders: dict[int, Override] = {}
        self._about: dict[str, list[Override]] = {}  # article -> those that name it, in order
        self._again: dict[str, list[Override]] = {}  # origin -> those that send its record again

    def __len__(self) -> int:
        return len(self._orders)

    def add(self, order: Override) -> None:
        """Take an order in."""
        self._orders[order.number] = order
        for article in {order.moved, order.kept, *order.apart}:
            _insert(self._about, article, order)
        if order.origin:
            _insert(self._again, order.origin, order)

    def remove(self, number: int) -> None:
        """Drop an order; the number of anything else changes nothing."""
        order = self._orders.pop(number, None)
        if order is None:
            return
        for article in {order.moved, order.kept, *order.apart}:
            _take_out(self._about, article, order)
        if order.origin:
            _take_out(self._again, order.origin, order)

    def key(self, origin: str, attempt: int) -> str:
        """Return under what a record of this attempt is decided: the newest attempt up to it that an order asked for.

        Every other attempt is answered from the decision before it.
        """
        asked = [order.attempt for order in self._again.get(origin, ()) if order.attempt <= attempt]
        return attempt_key(origin, max(asked, default=1))

    def asking(self, key: str) -> Override | None:
        """Return the order by which a record is decided anew under this key; None for all other keys."""
        origin, attempt = origin_and_attempt(key)
        return next((order for order in reversed(self._again.get(origin, ())) if order.attempt == attempt), None)

    def merge_of(self, article: str) -> Override | None:
        """Return the merge that makes this article a copy: the newest one, unless it was undone."""
        about = self._about.get(article, ())
        for order in reversed(about):
            if order.merges and order.moved == article:
                return None if self.are_apart(article, order.kept) else order
        return None

    def root(self, article: str) -> str:
        """Return what an article is a copy of by merges alone; itself where it is none."""
        seen = {article}
        while (merge := self.merge_of(article)) is not None and merge.kept not in seen:
            article = merge.kept
            seen.add(article)
        return article

    def chain(self, article: str) -> tuple[str, ...]:
        """Return all that an article is a copy of by merges, the nearest first."""
        found: list[str] = []
        while (merge := self.merge_of(article)) is not None and merge.kept not in found:
            article = merge.kept
            found.append(article)
        return tuple(found)

    def are_apart(self, one: str, other: str) -> bool:
        """Say whether the newest order on a pair splits it; what a merge says of a pair, it says in both directions."""
        for order in reversed(self._about.get(one, ())):
            if _parts(order, one, other):
                return True
            if order.merges and {order.moved, order.kept} == {one, other}:
                return False
        return False

    def canonical(self, known: Decision) -> str | None:
        """Return what the words of a known article are a copy of today; None where a split took its verdict back."""
        article = known.article_id
        if self.merge_of(article) is not None:
            return self.root(article)
        if known.verdict is None:
            return article
        root = self.root(known.canonical_id)
        taken_back = any(self.are_apart(article, other) for other in {known.canonical_id, root} - {article})
        return None if taken_back else root

    def canonical_for(self, article: str, known: Decision) -> str | None:
        """Return what an article with these words is a copy of; None where it is not to be compared with them."""
        canonical = self.canonical(known)
        if canonical is None:
            return None
        named = {known.article_id, known.canonical_id, canonical} - {article}
        return None if any(self.are_apart(article, each) for each in named) else canonical


def _parts(order: Override, one: str, other: str) -> bool:
    return (order.moved == one and other in order.apart) or (order.moved == other and one in order.apart)


def _insert(orders: dict[str, list[Override]], name: str, order: Override) -> None:
    found = orders.setdefault(name, [])
    found.append(order)
    found.sort()


def _take_out(orders: dict[str, list[Override]], name: str, order: Override) -> None:
    orders[name].remove(order)
    if not orders[name]:
        del orders[name]
