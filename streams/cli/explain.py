"""`newswire explain A B`: why two articles are copies of each other or not, side by side, with all that decided."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

from rich.console import Console

from producers.errors import InputError
from producers.sources.mapping import parse_mapping
from streams.cli.beside import SIGNS, Explained, show
from streams.cli.common import add_broker_arguments, run_async, settings_from, verb, with_broker
from streams.cli.errors import OK, UserError
from streams.cli.sought import Normalise, Sought, from_file, is_on_file
from streams.cli.sought_kafka import from_kafka
from streams.contracts.events import CleanArticle
from streams.core.align import Alignment, Row
from streams.core.explain import Recorded, Side, explain, otherwise
from streams.core.matching import DedupePolicy
from streams.core.slots import Slot, Slots
from streams.settings import Settings

EXAMPLE = """\
  newswire explain seeds/articles.jsonl:4 seeds/articles.jsonl:11        two lines of a file; no Kafka is needed
  newswire explain one.txt two.html --brief                              without the texts
  newswire explain https://a.example/talks https://b.example/talks       what a running newswire has of them
  newswire explain 2/17 5/204 --json | jq .thresholds                    by origin: partition/offset on news.raw
  newswire explain 0a4b…-… new.json                                      an article_id, and a file beside it

A is the earlier one, of which B may be a copy; on Kafka the one that came first is, whichever is named first.
exit code 0: printed, whatever the verdict; 2: an article is unknown, unreadable or dead (with its reason)"""

PIPED_WIDTH: Final = 120  # columns, where no terminal has a width
MIN_WIDTH: Final = 40  # two columns of some words


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "explain", run, "why two articles are copies or not, side by side", EXAMPLE)
    what = "file, FILE:LINE, address, article_id or origin (as `newswire dead show` takes it)"
    sub.add_argument("a", metavar="A", help=what)
    sub.add_argument("b", metavar="B", help="the same")
    sub.add_argument("--brief", action="store_true", help="leave out the texts")
    sub.add_argument("--json", action="store_true", help="print one JSON object")
    sub.add_argument("--width", type=int, metavar="N", help=f"columns (default: the terminal's, or {PIPED_WIDTH})")
    sub.add_argument("--map", metavar="OLD=NEW,…", default="", help="rename fields of files, as `newswire enrich` does")
    sub.add_argument("--source", help="publisher of articles in files that name none")
    add_broker_arguments(sub)


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    if arguments.width is not None and arguments.width < MIN_WIDTH:
        raise UserError(f"--width {arguments.width}: give {MIN_WIDTH} or more")
    found = _explained(arguments)
    if arguments.json:
        print(json.dumps(as_json(found, brief=arguments.brief), ensure_ascii=False))
        return OK
    if sys.stdout.isatty():
        show(Console(highlight=False, width=arguments.width), found, brief=arguments.brief)
        return OK
    console = Console(highlight=False, width=arguments.width or PIPED_WIDTH)
    with console.capture() as printed:
        show(console, found, brief=arguments.brief)
    print("\n".join(map(str.rstrip, printed.get().splitlines())))
    return OK


def _explained(arguments: argparse.Namespace) -> Explained:
    given = (arguments.a, arguments.b)
    on_file = [is_on_file(name) for name in given]
    settings = settings_from(arguments) if all(on_file) else with_broker(arguments)
    try:
        mapping = parse_mapping(arguments.map)
    except InputError as error:
        raise UserError(str(error)) from None
    policy, normalise = _decides(settings)
    names = [name for name, is_file in zip(given, on_file, strict=True) if not is_file]
    # Files first: what is wrong with them is said without waiting for Kafka.
    read = _read(given, on_file, normalise, mapping, arguments.source)
    stored = iter(run_async(from_kafka(settings, names, normalise)) if names else ())
    a, b = (one if one is not None else next(stored) for one in read)
    pair = in_order(a, b)
    earlier, later = pair.sought
    told = explain(earlier.article, later.article, policy, earlier_at=earlier.arrived_at, later_at=later.arrived_at)
    otherwise_ = otherwise(later.recorded, told) if later.recorded is not None else ""
    return Explained(pair.names, pair.sought, pair.order, told, otherwise_)


def _read(
    given: Sequence[str], on_file: Sequence[bool], normalise: Normalise, mapping: Mapping[str, str], source: str | None
) -> list[Sought | None]:
    return [
        from_file(name, normalise, mapping, source) if is_file else None
        for name, is_file in zip(given, on_file, strict=True)
    ]


def _decides(settings: Settings) -> tuple[DedupePolicy, Normalise]:
    """Return dedupe's policy, and the first stage as a function of value, origin and time of arrival."""
    from streams.app import current_pipeline, dedupe_policy  # heavy: Faust and the models
    from streams.core.normalise import normalise
    from streams.models.normalise import load_normalise_models

    models, pipeline = load_normalise_models(), current_pipeline(settings)

    def clean(value: bytes | None, origin: str, ingested_at: int | None) -> CleanArticle:
        return normalise(value, origin=origin, ingested_at=ingested_at, pipeline=pipeline, models=models)

    return dedupe_policy(settings), clean


class Pair(NamedTuple):
    """Two articles, the earlier first, and how that is known."""

    names: tuple[str, str]
    sought: tuple[Sought, Sought]
    order: str


def in_order(a: Sought, b: Sought) -> Pair:
    """Put the earlier article first: by what was recorded, by time of arrival on Kafka, or else as they were given.

    Raises:
        UserError: both are one record.
    """
    if a.origin and a.origin == b.origin:
        raise UserError(f"A and B are one record, {a.origin}: name two")
    forth, back = partial(Pair, ("A", "B"), (a, b)), partial(Pair, ("B", "A"), (b, a))
    if _is_copy_of(b, a):
        return forth("by what was recorded")
    if _is_copy_of(a, b):
        return back("by what was recorded")
    if a.origin and b.origin and a.arrived_at is not None and b.arrived_at is not None:
        return (back if b.arrived_at < a.arrived_at else forth)("by the time of arrival")
    return forth("as given")


def _is_copy_of(copy: Sought, original: Sought) -> bool:
    seen = copy.recorded
    one, other = copy.article.article_id, original.article.article_id
    return seen is not None and one != other and seen.canonical_id == other


def as_json(found: Explained, *, brief: bool) -> dict[str, Any]:
    """Return everything as plain JSON; `brief` leaves the texts out."""
    told, words = found.explanation, found.explanation.text.words
    texts = {"title": _row(told.titles.rows[0]), "paragraphs": [_row(row) for row in told.text.rows]}
    return {
        "verdict": told.verdict,
        "rule": told.rule,
        "score": told.score,
        "says": told.headline,
        "meaning": told.meaning,
        "policy": told.policy,
        "order": found.order,
        "otherwise": found.otherwise,
        **{
            name: {"name": given, **_side(sought, side)}
            for name, given, sought, side in zip(
                ("earlier", "later"), found.names, found.sought, found.sides, strict=True
            )
        },
        "evidence": told.match.evidence,
        "words": words._asdict(),
        "changes": _changes(told.titles, told.text),
        "event_changes": told.event_changes.model_dump(mode="json") if told.event_changes else None,
        "thresholds": [asked._asdict() for asked in told.thresholds],
        "figures": _slots(told.figures),
        "names": _slots(told.names),
        **({} if brief else texts),
    }


def _side(sought: Sought, side: Side) -> dict[str, Any]:
    article = side.article
    return {
        "given": sought.given,
        "origin": sought.origin or None,
        "article_id": article.article_id,
        "url": article.url,
        "source": article.source,
        "headline": article.title,
        "published_at": article.published_at,
        "arrived_at": sought.arrived_at,
        "remarks": list(sought.remarks),
        "recorded": _recorded(sought.recorded),
        "words": side.marks.words,
        "mentions_its_title": not side.marks.bare,
        "correction_note": side.reading.note or None,
        "passed_over": {
            "removed": [removed.model_dump() for removed in article.removed],
            **{name: part for name, part in side.substance._asdict().items() if name != "text"},
        },
    }


def _recorded(recorded: Recorded | None) -> dict[str, Any] | None:
    return None if recorded is None else recorded._asdict()


def _changes(titles: Alignment, text: Alignment) -> dict[str, Any]:
    paragraphs = {change: text.paragraphs(change) for change in SIGNS}
    return {"title": titles.rows[0].change != "same", "paragraphs": paragraphs}


def _slots(slots: Slots) -> dict[str, Any]:
    return {
        "same": [{"earlier": _slot(one), "later": _slot(other)} for one, other in slots.same],
        "other": [{"earlier": _slot(one), "later": _slot(other)} for one, other in slots.other],
        "only_earlier": [_slot(one) for one in slots.only_earlier],
        "only_later": [_slot(one) for one in slots.only_later],
        "sampled": slots.sampled,
    }


def _slot(slot: Slot) -> dict[str, str]:
    return {"value": slot.value, "text": slot.text}


def _row(row: Row) -> dict[str, Any]:
    words = {"words": [piece._asdict() for piece in row.pieces]} if row.pieces else {}
    return {"change": row.change, "earlier": row.earlier, "later": row.later, **words}
