"""news.enriched, news.orders -> news.entities: one writer, recorded decisions."""

from collections.abc import Callable
from functools import partial

from streams.agents.context import Context
from streams.agents.control import is_a
from streams.agents.window import Window
from streams.contracts.codec import decode
from streams.contracts.events import ArticleForgotten, EnrichedArticle, OverrideEntities
from streams.contracts.origin import attempt_key
from streams.contracts.topics import sources_of
from streams.core.entity_updates import key_of, pair_of, updates
from streams.core.resolution import Resolution
from streams.core.resolve import ResolveState
from streams.delivery.records import Ahead, Handled, Record, Stage, TableWrite

NAME = "resolve"


def resolve_stage(context: Context, state: Callable[[], ResolveState], changelog: Ahead | None = None) -> Stage:
    """Return the stage. `state` gives the fold as it stands; `changelog` keeps its decisions."""

    window = Window(NAME)

    def decide(record: Record) -> Handled:
        if record.topic == context.catalogue.orders.name:
            return _order(context, state(), record)
        if is_a(ArticleForgotten, record):
            return _withdrawal(context, state(), record)
        handled = _article(context, state(), record)
        if handled.first:
            window.say(state().shortened_ms())
        return handled

    return Stage(NAME, sources_of(context.catalogue, NAME), decide, partial(_origin_of, context), changelog)


def _origin_of(context: Context, record: Record) -> str:
    """Return the origin of a record; an order has no raw record behind it: its place is its origin."""
    is_order = record.topic == context.catalogue.orders.name
    return context.own_position(record) if is_order else context.origin(record)


def _article(context: Context, fold: ResolveState, record: Record) -> Handled:
    article, headers = context.read(EnrichedArticle, record)
    # Of one origin and attempt there may be two, by two pipelines: one whose model failed, say, and the next try.
    key = attempt_key(article.event_id, headers.attempt)
    decision, first = _decided_once(
        fold, key, headers.ingested_at, lambda: fold.judge(article, key, headers.ingested_at)
    )
    return _handled(
        context, fold, decision, first, origin=headers.origin, attempt=headers.attempt, cause=article.event_id,
        pipeline=context.pipeline_after(headers), outcome="resolved",
    )  # fmt: skip


def _withdrawal(context: Context, fold: ResolveState, record: Record) -> Handled:
    told, headers = context.read(ArticleForgotten, record)
    at = headers.ingested_at
    decision, first = _decided_once(
        fold, told.event_id, at, lambda: fold.judge_withdrawal(told, told.event_id, at)
    )  # fmt: skip
    return _handled(
        context, fold, decision, first, origin=headers.origin, attempt=headers.attempt, cause=told.event_id,
        pipeline=context.pipeline_after(headers), outcome="withdrawn",
    )  # fmt: skip


def _order(context: Context, fold: ResolveState, record: Record) -> Handled:
    order, origin = decode(OverrideEntities, record.value), context.own_position(record)
    decision, first = _decided_once(fold, origin, None, lambda: fold.judge_order(order, origin))
    return _handled(
        context, fold, decision, first, origin=origin, attempt=1, cause=origin, pipeline=context.pipeline,
        outcome="overridden",
    )  # fmt: skip


def _decided_once(
    fold: ResolveState, key: str, now_ms: int | None, judge: Callable[[], Resolution]
) -> tuple[Resolution, tuple[TableWrite, ...]]:
    """Return the decision on a record, and what is to be remembered where it is made now."""
    recorded = fold.recorded(key)
    if recorded is not None:
        return recorded, ()
    expired = fold.expired(now_ms)  # first: a decision rests on what is within the window
    for origin in expired:
        fold.forget(origin)
    decision = judge()
    fold.apply(key, decision)
    tombstones = (TableWrite(origin.encode(), None) for origin in expired)
    return decision, (*tombstones, TableWrite(key.encode(), fold.stored(key)))


def _handled(
    context: Context, fold: ResolveState, decision: Resolution, first: tuple[TableWrite, ...], *, origin: str,
    attempt: int, cause: str, pipeline: str, outcome: str,
) -> Handled:  # fmt: skip
    told = updates(decision, cause, pipeline, attempt)
    if not first:
        # A redelivery may come after what was decided later, from another partition: the newest record of a key holds.
        told = tuple(update for update in told if not fold.is_superseded(decision, *pair_of(update)))
    outputs = tuple(
        context.write(
            update, to=context.catalogue.entities, key=key_of(update), stage=NAME, origin=origin,
            ingested_at=decision.ingested_at, attempt=attempt, pipeline=pipeline,
        )
        for update in told
    )  # fmt: skip
    detail = {"entities": len(decision.standings), "aliases": len(decision.joined)}
    return Handled(outcome, outputs, article_id=decision.article_id, detail=detail, first=first)
