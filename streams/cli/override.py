"""`newswire override split A B | merge A B`: a verdict undone by an operator; both ways can be undone again."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from streams import __version__
from streams.broker import admin
from streams.broker.describe import topic_ids
from streams.cli import override_entity
from streams.cli.common import add_broker_arguments, run_async, verb, with_broker
from streams.cli.errors import FAILED, OK, STOPPED, UserError
from streams.cli.forget import ORIGIN
from streams.cli.get import article_key
from streams.cli.publish import publisher
from streams.cli.redrive import attempts_of, hand_over, raw_record
from streams.cli.scan import Scanner, scanner
from streams.cli.sought_kafka import Record, outcomes_of
from streams.contracts.codec import Headers, encode
from streams.contracts.events import DuplicateSeen, OverrideArticles, schema_name
from streams.contracts.origin import Origin, parse_origin
from streams.core.correction import Action, Correction, Known, Seen, correct, standing
from streams.delivery.records import Output
from streams.settings import Settings

EXAMPLE = """\
  newswire override split https://a.example/talks https://b.example/talks      B is no copy of A: it is enriched
  newswire override merge https://a.example/talks https://b.example/talks      B is a copy of A, all its versions too
  newswire override merge 0a4b…-… 7c2d…-… --reason "one report" --dry-run      by article_id; say what would be done

  newswire override entity split 1b2c…-… 9f0e…-…     two entities that resolve took for one: `override entity --help`

Each undoes the other; of two orders on a pair the later one holds.
exit code 0: published; 1: nothing to do, or the last order is still under way; 2: an article is unknown;
3: the raw record has left news.raw, and nothing was published"""

MAX_STEPS: Final = 8  # from a copy of a copy to what was enriched; merges of merges


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "override", run, "undo a verdict: split copies, merge articles; the same for entities", EXAMPLE)
    does = sub.add_subparsers(dest="does", metavar="split|merge|entity", required=True)
    shown: dict[str, Any] = {
        "epilog": "examples:\n" + EXAMPLE,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
    }
    split = does.add_parser("split", help="A and B are no copies: the one that was called one is judged anew", **shown)
    merge = does.add_parser("merge", help="B is a copy of A, and so is all that comes under its address", **shown)
    for each in (split, merge):
        each.add_argument("a", metavar="A", help="address or article_id")
        each.add_argument("b", metavar="B", help="the same")
        each.add_argument("--reason", metavar="TEXT", help="why; subscribers see that of a merge")
        each.add_argument("--dry-run", action="store_true", help="publish nothing; say what would be published")
        each.add_argument("--json", action="store_true", help="print one JSON object")
        add_broker_arguments(each)
        each.set_defaults(run=run)
    override_entity.add(does)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be published: the order, and the raw record as it lies on Kafka."""

    order: Correction
    reason: str | None
    title: str
    origin: Origin
    value: bytes | None
    ingested_at: int
    pipeline: str


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    names = [article_key(given) for given in (arguments.a, arguments.b)]
    if names[0] == names[1]:
        raise UserError(f"override {arguments.does}: A and B are one article, {names[0]}")
    settings = with_broker(arguments)
    plan = run_async(_override(settings, arguments, names))
    if isinstance(plan, str):
        return _nothing(plan, arguments)
    if arguments.json:
        print(json.dumps(_as_json(plan, dry_run=arguments.dry_run)))
    else:
        print("\n".join(told(plan, settings, dry_run=arguments.dry_run)))
    return OK


def _nothing(why: str, arguments: argparse.Namespace) -> int:
    if arguments.json:
        print(json.dumps({"action": arguments.does, "published": False, "nothing": why}))
    else:
        print(why)
    return FAILED


def _as_json(plan: Plan, *, dry_run: bool) -> dict[str, Any]:
    return {**plan.order._asdict(), "reason": plan.reason, "dry_run": dry_run, "published": not dry_run}


def told(plan: Plan, settings: Settings, *, dry_run: bool) -> list[str]:
    """Return one line on what was done, and one on what follows."""
    order, catalogue = plan.order, settings.catalogue
    place = f"{plan.origin.partition}/{plan.origin.offset}"
    would = "would " if dry_run else ""
    again = f"{would}send its raw record {place} again as attempt {order.attempt}"
    if order.action == "split":
        return [
            f"{would}split {order.other_id} from {order.canonical_id}: {plan.title}",
            f"{again}: it is judged anew and goes to {catalogue.enriched.name}, unless it is a copy of yet another one",
        ]
    return [
        f"{would}merge {order.other_id} into {order.canonical_id}: {plan.title}",
        f"{again}: it ends on {catalogue.duplicates.name}, and subscribers get its retraction",
    ]


async def _override(settings: Settings, arguments: argparse.Namespace, names: Sequence[str]) -> Plan | str:
    """Find out what to publish, and publish it; return why where there is nothing to do."""
    connection, catalogue = settings.connection, settings.catalogue
    # Before anything is written: a topic that does not exist would be made by the broker, with its own settings.
    differences = await admin.check_topics(connection, [catalogue.clean, catalogue.redrive])
    if fatal := [str(each) for each in differences if each.fatal]:
        raise UserError("; ".join(fatal))
    async with scanner(connection) as scan:
        plan = await _Finder(settings, scan).plan(arguments.does, (arguments.a, arguments.b), names, arguments.reason)
    if isinstance(plan, Plan) and not arguments.dry_run:
        await _publish(settings, plan)
    return plan


class _Finder:
    def __init__(self, settings: Settings, scan: Scanner) -> None:
        self._settings, self._scan, self._catalogue = settings, scan, settings.catalogue
        self._records: dict[str, tuple[list[Record], bool]] = {}

    async def plan(self, action: Action, given: Sequence[str], names: Sequence[str], reason: str | None) -> Plan | str:
        """Return what an order comes to.

        Raises:
            UserError: an article is unknown, or its raw record is gone.
        """
        for name, article_id in zip(given, names, strict=True):
            if not (await self._outcomes(article_id))[0]:
                topics = f"{self._catalogue.enriched.name} nor {self._catalogue.duplicates.name}"
                raise UserError(f"{name}: neither {topics} knows an article {article_id}")
        if under_way := await self._under_way(names):
            return under_way
        one, other = [await self._known(article_id) for article_id in names]
        order = correct(action, one, other)
        if isinstance(order, str):
            return order
        if action == "merge" and (await self._outcomes(order.canonical_id))[1]:
            return f"nothing to merge into: {order.canonical_id} was taken back (`newswire forget` does that)"
        return await self._found(order, reason)

    async def _outcomes(self, article_id: str) -> tuple[list[Record], bool]:
        if article_id not in self._records:
            self._records[article_id] = await outcomes_of(self._scan, self._catalogue, article_id)
        return self._records[article_id]

    async def _known(self, article_id: str) -> Known:
        """Return an article with what it is a copy of in the end."""
        seen = await self._seen(article_id)
        root = standing(seen).canonical_id
        for _ in range(MAX_STEPS):
            above = await self._seen(root)
            if not above or standing(above).canonical_id == root:
                break
            root = standing(above).canonical_id
        return Known(article_id, seen, root)

    async def _seen(self, article_id: str) -> list[Seen]:
        records, _ = await self._outcomes(article_id)
        return [_seen(record) for record in records]

    async def _under_way(self, names: Sequence[str]) -> str:
        """Say which record was sent again and has no outcome yet; what it will be is not to be guessed."""
        records = [record for name in names for record in (await self._outcomes(name))[0]]
        known = {record.headers.origin: record.headers.attempt for record in records}
        first_ms = min(record.headers.ingested_at or 0 for record in records)
        newest = await attempts_of(self._scan, (self._catalogue.redrive,), known, first_ms)
        for origin, attempt in newest.items():
            if attempt > known[origin]:
                place = "/".join(origin.split("/")[-2:])
                return f"attempt {attempt} of {place} is under way, or dead (newswire dead show {place}): wait for it"
        return ""

    async def _found(self, order: Correction, reason: str | None) -> Plan:
        """Read the raw record of an order."""
        raw, origin = self._catalogue.raw, parse_origin(order.origin)
        epoch = (await topic_ids(self._settings.connection, [raw.name])).get(raw.name, "")
        bounds = await self._scan.bounds({raw.name: raw.partitions})
        records, _ = await self._outcomes(order.other_id)
        record = next(record for record in records if record.headers.origin == order.origin)
        there = origin is not None and origin.epoch == epoch
        span = bounds.get((origin.topic, origin.partition)) if origin is not None and there else None
        found = await raw_record(self._scan, origin, span) if origin is not None else None
        if origin is None or found is None:
            why = "no longer has" if there else "was made anew since it had"
            raise UserError(f"{raw.name} {why} the raw record {order.origin}: nothing was published", STOPPED)
        return Plan(
            order, reason, record.event.title, origin, found.value, found.timestamp, record.headers.pipeline
        )  # fmt: skip


def _seen(record: Record) -> Seen:
    event, headers = record.event, record.headers
    if isinstance(event, DuplicateSeen):
        return Seen(headers.origin, headers.attempt, event.verdict, event.canonical_id)
    return Seen(headers.origin, headers.attempt, None, event.article_id)


async def _publish(settings: Settings, plan: Plan) -> None:
    """Publish the order, and once it is acknowledged the raw record: so it stands before it in dedupe's order."""
    catalogue, order = settings.catalogue, plan.order
    event = OverrideArticles(
        action=order.action, article_id=order.article_id, other_id=order.other_id, canonical_id=order.canonical_id,
        reason=plan.reason, origin=order.origin, attempt=order.attempt,
    )  # fmt: skip
    headers = Headers(
        schema=schema_name(OverrideArticles), origin=ORIGIN, ingested_at=None, attempt=1, stage="operator",
        pipeline=__version__,
    )  # fmt: skip
    async with publisher(settings.connection, catalogue.clean, catalogue.redrive) as out:
        await out.send(Output(catalogue.clean, order.other_id.encode(), encode(event), headers.encode()))
        await out.delivered()
        try:
            await hand_over(
                out, catalogue, plan.origin, plan.value, ingested_at=plan.ingested_at, attempt=order.attempt,
                pipeline=plan.pipeline,
            )  # fmt: skip
            await out.delivered()
        except UserError as error:
            message = f"{error}; the order is published and the record was not sent again: run it again"
            raise UserError(message, error.exit_code) from None
