"""What an order to split or merge two articles comes to, by the outcomes that they have: which record is sent again.

Plain data in, plain data out: reading the topics and publishing is for `newswire override`.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Action = Literal["split", "merge"]


class Seen(NamedTuple):
    """The current outcome of one raw record."""

    origin: str
    attempt: int
    verdict: str | None  # None: enriched
    canonical_id: str


class Known(NamedTuple):
    """An article, the outcomes of its raw records in the order of their arrival, and what it is a copy of."""

    article_id: str
    seen: Sequence[Seen]
    root: str  # itself where it is no copy


class Correction(NamedTuple):
    """What to publish: the order, and the raw record that is sent again for it."""

    action: Action
    article_id: str
    other_id: str
    canonical_id: str  # of a merge: what the other one will be a copy of; of a split: what it was called a copy of
    origin: str
    attempt: int


def standing(seen: Sequence[Seen]) -> Seen:
    """Return the outcome that says what an article is today: of the newest attempt, and among equals what came last.

    An override sends a record again under an attempt above all that the article has had, so this is its newest one.
    """
    return max(enumerate(seen), key=lambda each: (each[1].attempt, each[0]))[1]


def to_send_again(seen: Sequence[Seen]) -> Seen:
    """Return the record with the newest content: the last that was not the same article again."""
    contents = [each for each in seen if each.verdict != "same_article"]
    return (contents or seen)[-1]


def correct(action: Action, one: Known, other: Known) -> Correction | str:
    """Return what an order comes to, or why there is nothing to do. Each of the two has an outcome.

    Of a split the copy is judged anew, whichever of the two was named first.
    """
    copies = one.root == other.root
    if action == "merge" and copies:
        return "nothing to merge: one is a copy of the other, or both are copies of a third"
    if action == "split" and not copies:
        return "nothing to split: neither is a copy of the other, nor are both copies of a third"
    kept, moved = (other, one) if action == "split" and other.article_id == other.root else (one, other)
    again = to_send_again(moved.seen)
    attempt = 1 + max(each.attempt for each in moved.seen)
    return Correction(action, kept.article_id, moved.article_id, kept.root, again.origin, attempt)
