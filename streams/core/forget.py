"""Retraction: what the fold remembers of an article that was taken back, and the event that says so.

The memory is a decision like any other, written once under the order's own origin, so that an order read again is
answered with the same bytes, and an article read again is followed by its retraction again (docs/adr/0008-forget.md).
"""

from typing import Final

from streams.contracts import ids
from streams.contracts.events import ArticleForgotten, ForgetArticle
from streams.core.decision import Decision, Filed

RULE: Final = "forget"  # of the decisions that are no verdict on an article


def forgetting(
    order: ForgetArticle, *, sequence: int, versions: int, ingested_at: int | None, policy: str, pipeline: str
) -> Decision:
    """Return the decision on an order; `versions` is how many the article had by then, 0 where none is remembered."""
    return Decision(
        sequence=sequence, article_id=order.article_id, ingested_at=ingested_at, verdict=None, rule=RULE,
        canonical_id=order.article_id, version=versions, versions=versions, change=None, story_id="", score=1.0,
        evidence={} if order.reason is None else {"reason": order.reason}, text_hash="", title_hash="", content="",
        policy=policy, pipeline=pipeline,
    )  # fmt: skip


def is_forgetting(decision: Decision | Filed) -> bool:
    """Say whether a decision is the memory of an order, and no verdict on an article."""
    return decision.rule == RULE


def forgotten_event(decision: Decision, origin: str, pipeline: str) -> ArticleForgotten:
    """Return the event of an order, from its decision; the same arguments always give the same event."""
    reason = decision.evidence.get("reason")
    return ArticleForgotten(
        event_id=ids.event_id("ArticleForgotten", origin, pipeline), article_id=decision.article_id,
        version=decision.version or None, reason=None if reason is None else str(reason),
    )  # fmt: skip
