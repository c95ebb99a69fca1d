"""The events that a decision makes of its article. The same arguments always give the same events."""

from streams.contracts import ids
from streams.contracts.events import (
    Changes,
    CleanArticle,
    DuplicateSeen,
    Relation,
    StoryChange,
    StoryUpdate,
    UniqueArticle,
    Verdict,
)
from streams.core.decision import Decision
from streams.core.revision import with_note


def outcome(
    article: CleanArticle, decision: Decision, origin: str, pipeline: str
) -> tuple[UniqueArticle | DuplicateSeen, StoryUpdate | None]:
    """Return the event that a decision makes of its article, and the story's update where it causes one.

    The same article, decision, origin and pipeline always give the same events.
    """
    if decision.verdict is not None:
        seen = _duplicate_seen(article, decision, decision.verdict, origin, pipeline)
        return seen, _story_update(article, decision, seen.event_id, pipeline)
    unique = _unique_article(article, decision, origin, pipeline)
    return unique, _story_update(article, decision, unique.event_id, pipeline)


def _duplicate_seen(
    article: CleanArticle, decision: Decision, verdict: Verdict, origin: str, pipeline: str
) -> DuplicateSeen:
    return DuplicateSeen(
        event_id=ids.event_id("DuplicateSeen", origin, pipeline), article_id=article.article_id,
        canonical_id=decision.canonical_id, verdict=verdict, rule=decision.rule, score=decision.score,
        evidence=decision.evidence, policy=decision.policy, source=article.source, url=article.url,
        title=article.title, published_at=article.published_at,
    )  # fmt: skip


def _unique_article(article: CleanArticle, decision: Decision, origin: str, pipeline: str) -> UniqueArticle:
    assert decision.change is not None  # noqa: S101 - `judge` gives every unique article one
    clean = {name: getattr(article, name) for name in CleanArticle.model_fields}
    judged = {
        "event_id": ids.event_id("UniqueArticle", origin, pipeline), "version": decision.version,
        "change": decision.change, "changes": _with_note(article, decision), "story_id": decision.story_id,
        "related": tuple(Relation(relation="contains", article_id=found) for found in decision.related),
    }  # fmt: skip
    return UniqueArticle.model_construct(**(clean | judged))  # validated when they were read, or made here


def _with_note(article: CleanArticle, decision: Decision) -> Changes | None:
    if decision.changes is None or decision.change != "corrected":
        return decision.changes
    return with_note(decision.changes, article.title, article.text)


def _story_update(article: CleanArticle, decision: Decision, cause: str, pipeline: str) -> StoryUpdate | None:
    story = decision.story
    if not story.change:
        return None
    subject = f"{decision.story_id}\n{article.article_id}\n{cause}"
    change: StoryChange = "opened" if story.change == "opened" else "joined" if story.change == "joined" else "reported"
    return StoryUpdate(
        event_id=ids.event_id("StoryUpdate", subject, pipeline), story_id=decision.story_id,
        article_id=article.article_id, change=change, score=story.score, title=story.title, articles=story.articles,
        independent_sources=story.independent_sources, cause=cause,
        merged=tuple(swallowed.story_id for swallowed in story.merged),
    )  # fmt: skip


def swallowed_stories(decision: Decision, cause: str, pipeline: str) -> tuple[StoryUpdate, ...]:
    """Return an update for each story that the decision made a part of its own, under the swallowed story's key."""
    return tuple(
        StoryUpdate(
            event_id=ids.event_id("StoryUpdate", f"{story.story_id}\n{decision.article_id}\n{cause}", pipeline),
            story_id=story.story_id, article_id=decision.article_id, change="merged", score=decision.story.score,
            title=story.title, articles=story.articles, cause=cause, into=decision.story_id,
        )
        for story in decision.story.merged
    )  # fmt: skip
