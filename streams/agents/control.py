"""Orders and retractions on their way: told from articles by the `schema` header, in order with them."""

from collections.abc import Callable

from streams.agents.context import Context
from streams.contracts.codec import decode
from streams.contracts.events import ArticleForgotten, ForgetArticle, OverrideArticles, Part
from streams.contracts.topics import TopicSpec
from streams.core.decision import Decision
from streams.core.dedupe import DedupeState
from streams.core.forget import forgotten_event
from streams.core.override import has_effect
from streams.delivery.records import Handled, Output, Record, TableWrite


def is_a(model: type[Part], record: Record) -> bool:
    """Say whether the record's `schema` header names this event, in whatever version."""
    schema = next((value for name, value in record.headers if name == "schema"), b"")
    return schema.partition(b"/")[0] == model.__name__.encode()


def origin_of(context: Context, record: Record) -> str:
    """Return the origin of a record of news.clean; an order has no raw record behind it: its place is its origin."""
    is_order = is_a(ForgetArticle, record) or is_a(OverrideArticles, record)
    return context.own_position(record) if is_order else context.origin(record)


def forget(context: Context, fold: DedupeState, record: Record, stage: str) -> Handled:
    """Return what an order does: it is decided once, and told to all behind dedupe.

    Raises:
        Malformed: `bad_event` or `null_value`.
    """
    order, origin = decode(ForgetArticle, record.value), context.own_position(record)
    decision, first = _decided_once(fold, origin, lambda: fold.judge_order(order, origin, record.timestamp))
    output = _told(context, origin, decision, stage)
    return Handled(
        "forgotten", (output,), article_id=order.article_id, detail={"version": decision.version or None}, first=first
    )


def override(context: Context, fold: DedupeState, record: Record, stage: str) -> Handled:
    """Return what an order to split or merge does: it is decided once; what a merge makes a copy is taken back.

    Raises:
        Malformed: `bad_event` or `null_value`.
    """
    order, origin = decode(OverrideArticles, record.value), context.own_position(record)
    decision, first = _decided_once(fold, origin, lambda: fold.judge_override(order, origin, record.timestamp))
    outputs = (_told(context, origin, decision, stage),) if has_effect(decision) else ()
    detail = {"rule": decision.rule, "canonical_id": decision.canonical_id}
    return Handled("overridden", outputs, article_id=order.other_id, detail=detail, first=first)


def _decided_once(
    fold: DedupeState, origin: str, judge: Callable[[], Decision]
) -> tuple[Decision, tuple[TableWrite, ...]]:
    """Return the decision on an order, and what is to be remembered where it is made now."""
    recorded = fold.recorded(origin)
    if recorded is not None:
        return recorded, ()
    decision = judge()
    fold.apply(origin, decision)
    return decision, (TableWrite(origin.encode(), decision.encode()),)


def forgotten_again(context: Context, fold: DedupeState, decision: Decision, stage: str) -> tuple[Output, ...]:
    """Return the retraction that follows an article read again after it was taken back; nothing for all others."""
    order = fold.taken_back(decision)
    return () if order is None else (_told(context, *order, stage),)


def _told(context: Context, origin: str, decision: Decision, stage: str) -> Output:
    event = forgotten_event(decision, origin, context.pipeline)
    return context.write(
        event, to=context.catalogue.unique, key=event.article_id, stage=stage, origin=origin,
        ingested_at=decision.ingested_at,
    )  # fmt: skip


def passed_on(context: Context, record: Record, *, to: TopicSpec, stage: str) -> Handled | None:
    """Return how a retraction goes on to the next topic, None for every other record.

    Raises:
        Malformed: `bad_event` or `null_value`.
    """
    if not is_a(ArticleForgotten, record):
        return None
    event, headers = context.read(ArticleForgotten, record)
    assert record.value is not None  # noqa: S101 - it was decoded
    output = context.write_bytes(
        record.value, ArticleForgotten, to=to, key=event.article_id, stage=stage, origin=headers.origin,
        ingested_at=headers.ingested_at, attempt=headers.attempt, pipeline=headers.pipeline,
    )  # fmt: skip
    return Handled("forgotten", (output,), article_id=event.article_id, detail={"version": event.version})
