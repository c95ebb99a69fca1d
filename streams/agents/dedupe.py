"""news.clean -> news.unique or news.duplicates, and news.stories and news.groups: one writer, recorded decisions."""

from collections.abc import Callable
from functools import partial

from streams.agents.context import Context
from streams.agents.control import forget, forgotten_again, is_a, origin_of, override
from streams.agents.window import Window
from streams.contracts.codec import Headers
from streams.contracts.events import (
    CleanArticle,
    DuplicateSeen,
    Event,
    ForgetArticle,
    GroupUpdate,
    OverrideArticles,
    StoryUpdate,
    UniqueArticle,
)
from streams.contracts.topics import TopicSpec, sources_of
from streams.core.decision import Decision
from streams.core.dedupe import DedupeState
from streams.core.groups import group_updates
from streams.core.outcome import outcome, swallowed_stories
from streams.delivery.records import Ahead, Handled, Output, Record, Stage, TableWrite

NAME = "dedupe"


def dedupe_stage(context: Context, state: Callable[[], DedupeState], changelog: Ahead | None = None) -> Stage:
    """Return the stage. `state` gives the fold as it stands; `changelog` keeps its decisions."""
    window = Window(NAME)

    def decide(record: Record) -> Handled:
        fold = state()
        if is_a(ForgetArticle, record):
            return forget(context, fold, record, NAME)
        if is_a(OverrideArticles, record):
            return override(context, fold, record, NAME)
        article, headers = context.read(CleanArticle, record)
        key = fold.key(headers.origin, headers.attempt)
        decision = fold.recorded(key)
        first: tuple[TableWrite, ...] = ()
        if decision is None:
            expired = _expire(fold, headers.ingested_at)  # first: a verdict rests on what is within the window
            decision = fold.judge(article, key, headers.ingested_at)
            fold.apply(key, decision)
            window.say(fold.shortened_ms())
            first = (*expired, TableWrite(key.encode(), fold.stored(key)))
        pipeline = context.pipeline_after(headers)
        event, story = outcome(article, decision, headers.origin, pipeline)
        updates = (story, *swallowed_stories(decision, event.event_id, pipeline)) if story else ()
        groups = group_updates(article.article_id, decision, event.event_id, pipeline)
        outputs = _outputs(context, headers, pipeline, event, updates, groups)
        if isinstance(event, UniqueArticle):
            outputs += forgotten_again(context, fold, decision, NAME)
        return Handled(
            _word(event), outputs, article_id=article.article_id, detail=_detail(event, decision), first=first
        )

    return Stage(NAME, sources_of(context.catalogue, NAME), decide, partial(origin_of, context), changelog)


def _expire(fold: DedupeState, now_ms: int | None) -> list[TableWrite]:
    """Forget what lies before the window; return the tombstones."""
    origins = fold.expired(now_ms)
    for origin in origins:
        fold.forget(origin)
    return [TableWrite(origin.encode(), None) for origin in origins]


def _outputs(
    context: Context, headers: Headers, pipeline: str, event: UniqueArticle | DuplicateSeen,
    stories: tuple[StoryUpdate, ...], groups: tuple[GroupUpdate, ...],
) -> tuple[Output, ...]:  # fmt: skip
    def output(item: Event, topic: TopicSpec, key: str) -> Output:
        return context.write(
            item, to=topic, key=key, stage=NAME, origin=headers.origin, ingested_at=headers.ingested_at,
            attempt=headers.attempt, pipeline=pipeline,
        )  # fmt: skip

    catalogue = context.catalogue
    topic = catalogue.unique if isinstance(event, UniqueArticle) else catalogue.duplicates
    verdict = output(event, topic, event.article_id)
    told = (output(story, catalogue.stories, story.story_id) for story in stories)
    return (verdict, *told, *(output(group, catalogue.groups, group.group_id) for group in groups))


def _word(event: UniqueArticle | DuplicateSeen) -> str:
    return event.change if isinstance(event, UniqueArticle) else "duplicate"


def _detail(event: UniqueArticle | DuplicateSeen, decision: Decision) -> dict[str, object]:
    if isinstance(event, DuplicateSeen):
        return {"verdict": event.verdict, "canonical_id": event.canonical_id, "rule": event.rule, "score": event.score}
    return {"version": event.version, "story_id": event.story_id, "rule": decision.rule}
