"""`newswire enrich IN OUT`: the same pure functions over a file, without Kafka; one outcome line an input line.

Blank lines have none; so `line` is the line in its file, and for a file that is one article its number in the run.
A dead line names its `file`.
"""

import argparse
import json
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from producers.errors import InputError
from producers.items import UNREADABLE, Item, Refused
from producers.sources.files import read_files
from producers.sources.mapping import parse_mapping
from streams.cli.common import settings_from, user_errors, verb
from streams.cli.errors import FAILED, OK, TERMINATED, UserError
from streams.cli.output import STDOUT, Output, check_apart
from streams.cli.progress import Progress
from streams.contracts.codec import decode_raw, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import (
    OUTCOMES,
    ClassifiedArticle,
    DeadLetter,
    DuplicateSeen,
    EnrichedArticle,
    Event,
    UniqueArticle,
)
from streams.contracts.topics import AFTER_OUTCOME, MAX_RAW_BYTES, STAGES
from streams.core.arrival import arrivals
from streams.core.dates import read_fetched
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.models.extractor import Enriched, Extractor

EXAMPLE = """\
  newswire enrich articles.jsonl out.jsonl
  newswire enrich articles.jsonl.gz - --map body=text,date=published_at | jq .title
  newswire enrich page.html out.jsonl --source example.org
  newswire enrich feed.jsonl out.jsonl --stages normalise,dedupe    no models: fast
  newswire enrich story.txt --source example.org --show    read it: names, who said what, what was removed
one outcome line for each line of input that is not blank; a dead one names its file
exit code 1 when an input could not be read: its dead line has the reason unreadable"""

WINDOW: Final = 64  # articles under way at once: enough to keep every core busy, little enough to hold in memory
FILE_STAGES: Final = tuple(name for name in STAGES if name not in AFTER_OUTCOME)  # there is no table
NAMES: Final = {model: name for name, model in OUTCOMES.items()}


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "enrich", run, "run the pipeline over a file, without Kafka", EXAMPLE)
    sub.add_argument(
        "input", metavar="IN", help="JSONL, JSONL.gz, .txt, .html, a folder of those, or - for standard input"
    )
    sub.add_argument(
        "output", metavar="OUT", nargs="?", help="JSONL file to write, or - for standard output; with --show not needed"
    )
    sub.add_argument("--show", action="store_true", help="print each article to be read, on standard output")
    sub.add_argument(
        "--map", metavar="OLD=NEW,…", default="", help="rename input fields, e.g. body=text,date=published_at"
    )
    sub.add_argument("--source", help="publisher of articles that name none")
    sub.add_argument("--stages", metavar="NAMES", help=f"stop early; a beginning of {','.join(FILE_STAGES)}")
    sub.add_argument(
        "--ingested-at",
        metavar="TIME",
        help="ISO 8601; time of arrival (default: the record's fetched_at, if credible)",
    )
    sub.add_argument("--processes", type=int, metavar="N", help="processes that run the models (default: one a core)")
    sub.add_argument("--quiet", action="store_true", help="no progress and no summary")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = settings_from(arguments, processes=arguments.processes)
    stages = _stages(arguments.stages)
    ingested_at = _instant(arguments.ingested_at)
    unread = _Unread()
    target = _target(arguments)
    try:
        mapping = parse_mapping(arguments.map)
        items = read_files([arguments.input], mapping=mapping, source=arguments.source)
        check_apart(arguments.input, target)
        with ExitStack() as stack, user_errors():
            stack.enter_context(_termination_said())
            out = stack.enter_context(closing(Output(target)))
            progress = stack.enter_context(Progress("articles", quiet=arguments.quiet))
            lines = enrich(unread.of(items), settings, stages=stages, ingested_at=ingested_at)
            counts = _write_all(shown(lines) if arguments.show else lines, out, progress)
    except InputError as error:
        raise UserError(str(error)) from None
    if not arguments.quiet:
        print(_summary(counts, progress.seconds), file=sys.stderr)
    if said := str(unread):
        print(f"newswire: {said}", file=sys.stderr)
        return FAILED
    return OK


def _target(arguments: argparse.Namespace) -> str:
    """Return where lines go: nowhere, where articles are only shown."""
    if arguments.output is None and not arguments.show:
        raise UserError("OUT is missing: name a file, or - for standard output, or give --show")
    if arguments.output == STDOUT and arguments.show:
        raise UserError("--show and OUT - would both write to standard output: name a file, or leave OUT out")
    return os.devnull if arguments.output is None else str(arguments.output)


def shown(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines, and print the outcome of each to be read."""
    from rich.console import Console

    from streams.cli.sheet import sheet
    from streams.cli.show import short

    console = Console(highlight=False)
    for line in lines:
        event = OUTCOMES[json.loads(line)["outcome"]].model_validate_json(line)
        console.print(sheet(event) if isinstance(event, EnrichedArticle) else short(event))
        yield line


def enrich(
    items: Iterable[Item | Refused],
    settings: Settings,
    *,
    stages: tuple[str, ...] = FILE_STAGES,
    ingested_at: int | None = None,
) -> Iterator[bytes]:
    """Yield one outcome line for each item, in order; the same items give the same bytes."""
    run_ = Run(settings, stages, ingested_at)
    try:
        yield from run_.over(items)
    finally:
        run_.close()


class Made(NamedTuple):
    """An outcome: its event, encoded, and of its record the key, the stage and the version of what made it."""

    model: type[Event]
    key: str
    stage: str
    pipeline: str
    value: bytes

    @property
    def name(self) -> str:
        """The word for the outcome."""
        return NAMES[self.model]


class Run:
    """One pass over records in one order, with a dedupe state of its own that begins empty."""

    def __init__(self, settings: Settings, stages: tuple[str, ...], ingested_at: int | None) -> None:
        from streams.app import Parts, current_pipeline, dedupe_policy  # heavy: models
        from streams.core.dedupe import DedupeState

        self._stages, self._ingested_at = stages, ingested_at
        self._parts = Parts(settings)
        self._topic = settings.catalogue.enriched
        self._pipeline = current_pipeline(settings)
        self._fold = DedupeState(dedupe_policy(settings), pipeline=self._pipeline)
        if "extract" in stages:
            _ = self._parts.extractor  # its processes load while we read

    def over(self, items: Iterable[Item | Refused]) -> Iterator[bytes]:
        """Yield one outcome line for each item, in order, a window of them under way at once."""
        window: deque[Callable[[], bytes]] = deque()
        for number, (item, time) in enumerate(self._timed(items)):
            window.append(self.begin(item, origin=f"file/-/0/{number}", number=number + 1, arrived_at=time))
            if len(window) >= WINDOW:
                yield window.popleft()()
        while window:
            yield window.popleft()()

    def wait_ready(self) -> None:
        """Wait until the models are loaded; a run does not need it, a measurement does."""
        _ = (self._parts.normalise_models, self._parts.topic_model)
        self._parts.extractor.wait_ready()

    @property
    def model_pids(self) -> list[int]:
        """The ids of the processes that run the models, for a measurement."""
        return self._parts.extractor.pids

    def close(self) -> None:
        """End the processes."""
        self._parts.close()

    def _timed(self, items: Iterable[Item | Refused]) -> Iterator[tuple[Item | Refused, int | None]]:
        """Yield each item with its time of arrival: the one given for all, else its own where it can be believed."""
        if self._ingested_at is not None:
            return ((item, self._ingested_at) for item in items)
        named = ((item, fetched_at(item.value) if isinstance(item, Item) else None) for item in items)
        return arrivals(named, self._fold.policy.window_ms)

    def begin(self, item: Item | Refused, *, origin: str, number: int, arrived_at: int | None) -> Callable[[], bytes]:
        """Start one item, the `number`th from 1; the returned function waits for its outcome line."""
        file, line = place_of(item.where, number)
        if isinstance(item, Refused):
            refused = self._letter(None, Malformed(item.code, item.reason), "normalise", origin)
            return lambda: _line(refused, file, line)
        made = self.outcome(item.value, origin=origin, ingested_at=self._ingested_at, arrived_at=arrived_at)
        return lambda: _line(made(), file, line)

    def outcome(
        self, value: bytes | None, *, origin: str, ingested_at: int | None, arrived_at: int | None
    ) -> Callable[[], Made]:
        """Start one raw record; the returned function waits for its outcome.

        Its dates are judged by `ingested_at`, None where no clock was at hand; dedupe counts its window by
        `arrived_at` (both ms since 1970 UTC). Records are to be started in their order: dedupe has seen those before.
        """
        try:
            event = self._judged(value, origin, ingested_at, arrived_at)
        except Malformed as error:
            letter = self._letter(value, error, "normalise", origin)
            return lambda: letter
        if isinstance(event, DuplicateSeen):
            copy = Made(DuplicateSeen, event.article_id, "dedupe", self._pipeline, encode(event))
            return lambda: copy
        return self._enriched(event, origin)

    def _judged(
        self, value: bytes | None, origin: str, ingested_at: int | None, arrived_at: int | None
    ) -> UniqueArticle | DuplicateSeen:
        from streams.core.normalise import normalise
        from streams.core.outcome import outcome

        article = normalise(
            value, origin=origin, ingested_at=ingested_at, pipeline=self._pipeline, models=self._parts.normalise_models
        )
        for old in self._fold.expired(arrived_at):
            self._fold.forget(old)
        decision = self._fold.judge(article, origin, arrived_at)
        self._fold.apply(origin, decision)
        event, _ = outcome(article, decision, origin, self._pipeline)
        return event

    def _letter(self, value: bytes | None, error: Malformed, stage: str, origin: str) -> Made:
        from streams.delivery.letters import dead_letter

        letter = dead_letter(value, error, stage=stage, origin=origin, pipeline=self._pipeline)
        return Made(DeadLetter, origin, stage, self._pipeline, encode(letter))

    def _enriched(self, event: UniqueArticle, origin: str) -> Callable[[], Made]:
        classified = self._classified(event, origin)
        value = encode(classified)
        if "extract" not in self._stages:
            from streams.core.extract import skipped_article

            done = skipped_article(classified, "stage not run", origin=origin, pipeline=self._pipeline)
            return lambda: Made(EnrichedArticle, event.article_id, "extract", self._pipeline, encode(done))
        extractor: Extractor = self._parts.extractor
        future: Future[Enriched] = extractor.submit(value, origin=origin, pipeline=self._pipeline)

        def finish() -> Made:
            result = extractor.result(future, value, origin=origin, pipeline=self._pipeline)
            if len(result.value) > self._topic.max_bytes:  # as the stage would say
                allowed = f"{self._topic.name} allows {self._topic.max_bytes}"
                error = Malformed("too_large", f"the event has {len(result.value)} bytes; {allowed}")
                return self._letter(value, error, "extract", origin)
            return Made(EnrichedArticle, event.article_id, "extract", result.pipeline, result.value)

        return finish

    def _classified(self, event: UniqueArticle, origin: str) -> ClassifiedArticle:
        from streams.core.classify import classify_article, unclassified_article

        if "classify" not in self._stages:
            return unclassified_article(event, "stage not run", origin=origin, pipeline=self._pipeline)
        return classify_article(event, self._parts.topic_model, origin=origin, pipeline=self._pipeline)


def place_of(where: str, number: int) -> tuple[str, int]:
    """Return the file, and the line in it where there are lines (`file:line`), else the number of the record."""
    file, _, last = where.rpartition(":")
    return (file, int(last)) if last.isdecimal() else (where, number)


def _line(made: Made, file: str, line: int) -> bytes:
    """Return the event with its outcome and line in front, without decoding it again; a dead letter names its file."""
    place = b'"file":%s,' % json.dumps(file).encode() if made.model is DeadLetter else b""
    return b'{"outcome":"%s","line":%d,%s%s\n' % (made.name.encode(), line, place, made.value[1:])


class _Unread:
    """Notes, of the items that pass, the inputs that could not be read."""

    def __init__(self) -> None:
        self._count, self._first = 0, ""

    def of(self, items: Iterable[Item | Refused]) -> Iterator[Item | Refused]:
        """Yield the items."""
        for item in items:
            if isinstance(item, Refused) and item.code == UNREADABLE:
                self._first = self._first or f"{item.where}: {item.reason}"
                self._count += 1
            yield item

    def __str__(self) -> str:
        more = f" (and {self._count - 1} more)" if self._count > 1 else ""
        return f"{self._first}{more}: see the dead lines with reason {UNREADABLE}" if self._count else ""


@contextmanager
def _termination_said() -> Iterator[None]:
    """End on SIGTERM with a line. At once: the articles under way could take minutes, and the models end with us."""

    def end(*_: object) -> None:
        with suppress(OSError):  # a closed standard error
            os.write(2, b"newswire: terminated before it was done; the output is not whole\n")
        os._exit(TERMINATED)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _write_all(lines: Iterable[bytes], out: Output, progress: Progress) -> Counter[str]:
    counts: Counter[str] = Counter()
    for line in lines:
        out.write(line)
        counts[line[12 : line.index(b'"', 12)].decode()] += 1
        progress.advance()
    return counts


def _summary(counts: Counter[str], seconds: float) -> str:
    total = sum(counts.values())
    return (
        f"read {total} = enriched {counts['enriched']} + duplicates {counts['duplicate']} + dead {counts['dead']}"
        f" in {seconds:.1f} s ({total / max(seconds, 1e-9):.1f}/s)"
    )


def _stages(given: str | None) -> tuple[str, ...]:
    if given is None:
        return FILE_STAGES
    asked = tuple(name.strip() for name in given.split(","))
    if asked != FILE_STAGES[: len(asked)]:
        raise UserError(
            f"--stages {given}: give a beginning of {','.join(FILE_STAGES)}; each stage needs the ones before it"
        )
    if len(asked) < 2:
        raise UserError("--stages: normalise,dedupe is the least; an outcome is decided by dedupe")
    return asked


def _instant(given: str | None) -> int | None:
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        raise UserError(f"--ingested-at {given}: not ISO 8601, e.g. 2026-04-07T12:00:00Z") from None
    if moment.tzinfo is None:
        raise UserError(f"--ingested-at {given}: give the zone too, e.g. {moment.isoformat()}Z")
    return round(moment.timestamp() * 1_000)


def fetched_at(value: bytes) -> int | None:
    """Return the record's own time of arrival in ms since 1970 UTC, if it names one that can be read and believed."""
    try:
        found = read_fetched(decode_raw(value, MAX_RAW_BYTES).get("fetched_at"), None)
    except Malformed:
        return None
    return None if found.instant is None or found.problem else round(found.instant.timestamp() * 1_000)
