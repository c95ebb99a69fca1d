"""news.clean -> news.unique or news.duplicates, and news.stories: one writer, one order, recorded decisions."""

from collections.abc import Callable
from functools import partial

import structlog

from streams.agents.context import Context
from streams.agents.control import forget, forgotten_again, is_a, origin_of
from streams.contracts.codec import Headers
from streams.contracts.events import CleanArticle, DuplicateSeen, Event, ForgetArticle, StoryUpdate, UniqueArticle
from streams.contracts.topics import TopicSpec, sources_of
from streams.core.decision import Decision
from streams.core.dedupe import DedupeState, outcome
from streams.core.matching import HOUR_MS
from streams.delivery.records import Ahead, Handled, Output, Record, Stage, TableWrite

NAME = "dedupe"


def dedupe_stage(context: Context, state: Callable[[], DedupeState], changelog: Ahead | None = None) -> Stage:
    """Return the stage. `state` gives the fold as it stands; `changelog` keeps its decisions."""
    window = _Window()

    def decide(record: Record) -> Handled:
        fold = state()
        if is_a(ForgetArticle, record):
            return forget(context, fold, record, NAME)
        article, headers = context.read(CleanArticle, record)
        decision = fold.recorded(headers.origin)
        first: tuple[TableWrite, ...] = ()
        if decision is None:
            expired = _expire(fold, headers.ingested_at)  # first: a verdict rests on what is within the window
            decision = fold.judge(article, headers.origin, headers.ingested_at)
            fold.apply(headers.origin, decision)
            window.say(fold.shortened_ms())
            first = (*expired, TableWrite(headers.origin.encode(), fold.stored(headers.origin)))
        pipeline = context.pipeline_after(headers)
        event, story = outcome(article, decision, headers.origin, pipeline)
        outputs = _outputs(context, headers, pipeline, event, story)
        if isinstance(event, UniqueArticle):
            outputs += forgotten_again(context, fold, decision, NAME)
        return Handled(
            _word(event), outputs, article_id=article.article_id, detail=_detail(event, decision), first=first
        )

    return Stage(NAME, sources_of(context.catalogue, NAME), decide, partial(origin_of, context), changelog)


class _Window:
    """Says in the log when so many articles come that the memory ends before the window does."""

    def __init__(self) -> None:
        self._log = structlog.get_logger(stage=NAME)
        self._hours: int | None = None  # as last said

    def say(self, reach_ms: int | None) -> None:
        hours = None if reach_ms is None else reach_ms // HOUR_MS
        if hours == self._hours:
            return
        self._hours = hours
        if hours is None:
            self._log.info("window.whole")
        else:
            self._log.warning("window.shortened", hours=hours)


def _expire(fold: DedupeState, now_ms: int | None) -> list[TableWrite]:
    """Forget what lies before the window; return the tombstones."""
    origins = fold.expired(now_ms)
    for origin in origins:
        fold.forget(origin)
    return [TableWrite(origin.encode(), None) for origin in origins]


def _outputs(
    context: Context, headers: Headers, pipeline: str, event: UniqueArticle | DuplicateSeen, story: StoryUpdate | None
) -> tuple[Output, ...]:
    def output(item: Event, topic: TopicSpec, key: str) -> Output:
        return context.write(
            item, to=topic, key=key, stage=NAME, origin=headers.origin, ingested_at=headers.ingested_at,
            attempt=headers.attempt, pipeline=pipeline,
        )  # fmt: skip

    topic = context.catalogue.unique if isinstance(event, UniqueArticle) else context.catalogue.duplicates
    verdict = output(event, topic, event.article_id)
    return (verdict,) if story is None else (verdict, output(story, context.catalogue.stories, story.story_id))


def _word(event: UniqueArticle | DuplicateSeen) -> str:
    return event.change if isinstance(event, UniqueArticle) else "duplicate"


def _detail(event: UniqueArticle | DuplicateSeen, decision: Decision) -> dict[str, object]:
    if isinstance(event, DuplicateSeen):
        return {"verdict": event.verdict, "canonical_id": event.canonical_id, "rule": event.rule, "score": event.score}
    return {"version": event.version, "story_id": event.story_id, "rule": decision.rule}
