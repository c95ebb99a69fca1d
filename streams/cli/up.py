"""`newswire up`: the main job in one command: Kafka, topics, a worker, articles in, the enriched stream out."""

import _thread
import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from producers.errors import InputError
from producers.kafka import producer
from producers.publisher import HEADERS, deliver
from producers.report import Report
from producers.sources.feeds import read_feeds
from producers.sources.files import read_files
from streams.broker import admin
from streams.broker.embedded import EmbeddedKafka
from streams.cli.common import add_broker_arguments, run_async, settings_from, user_errors, verb
from streams.cli.errors import FAILED, OK, STOPPED, UserError
from streams.cli.outcomes import Tally, outcome_topics, summary
from streams.cli.show import short
from streams.cli.state import usable
from streams.client import Received, subscribe
from streams.settings import Settings

EXAMPLE = """\
  newswire up                                   seeds in, stream out, until Ctrl-C; Kafka's data is kept in .newswire/
  newswire up --once                            end when every published record has its outcome; exit 0
  newswire up --once --files articles.jsonl | jq .title
  newswire up --bootstrap 127.0.0.1:9092        your own Kafka instead of the embedded one"""

SEEDS: Final = Path(__file__).resolve().parents[2] / "seeds"
PATIENCE_SECONDS: Final = 120.0  # without a single new outcome: the first one waits for models to load
POLL_SECONDS: Final = 0.2
PARENT_CHECK_SECONDS: Final = 0.5
GRACE_SECONDS: Final = 10.0  # for putting everything away in order
INTERRUPTED: Final = 130


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "up", run, "everything in one command, on an embedded Kafka", EXAMPLE)
    add_broker_arguments(sub)
    sub.add_argument("--once", action="store_true", help="end when every published record has its outcome")
    sub.add_argument("--files", nargs="+", metavar="PATH", help="articles to publish instead of the seeds")
    sub.add_argument("--feeds", nargs="+", metavar="PATH", help="RSS or Atom documents to publish instead of the seeds")
    sub.add_argument("--source", help="publisher of articles that name none")
    sub.add_argument("--fresh", action="store_true", help="begin with an empty Kafka in a temporary folder")
    sub.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = settings_from(arguments)
    items = _items(arguments)
    usable(settings.state)
    with ExitStack() as stack, user_errors():
        if arguments.with_parent:
            stack.enter_context(ended_with_parent())
        say = _say
        if not settings.bootstrap:
            if settings.security != "plaintext":
                raise UserError(
                    f"NEWSWIRE_SECURITY is {settings.security}, and the embedded Kafka speaks plaintext: "
                    "unset it, or name your own Kafka with --bootstrap"
                )
            settings = stack.enter_context(embedded(settings, fresh=arguments.fresh, say=say))
        run_async(_prepare(settings))
        worker = stack.enter_context(worker_process(settings))
        say("worker started; its models load (a few seconds)")
        return run_async(_show(settings, items, worker, once=arguments.once))


def _items(arguments: argparse.Namespace) -> Iterator[Any]:
    try:
        if arguments.feeds:
            return read_feeds(arguments.feeds)
        paths = arguments.files or [str(path) for path in seed_files()]
        return read_files(paths, source=arguments.source)
    except InputError as error:
        raise UserError(str(error)) from None


def seed_files() -> list[Path]:
    """Return the files of the demo, in the order in which they are published."""
    if not SEEDS.is_dir():
        raise UserError("the seeds are not installed with the package; name your own articles with --files")
    return [SEEDS / "articles.jsonl", SEEDS / "bad_input.jsonl"]


def _say(message: str) -> None:
    Console(stderr=True, highlight=False).print(f"[dim]newswire: {message}[/dim]")


@contextmanager
def embedded(settings: Settings, *, fresh: bool, say: Any) -> Iterator[Settings]:
    """Run the embedded Kafka; yield the settings that lead to it."""
    say("starting the embedded Kafka (the first time fetches its jars, 45 MB)")
    started = time.monotonic()
    with EmbeddedKafka(None if fresh else settings.state / "kafka") as broker:
        say(f"Kafka at {broker.bootstrap} after {time.monotonic() - started:.1f} s")
        yield settings.model_copy(update={"bootstrap": broker.bootstrap})


async def _prepare(settings: Settings) -> None:
    specs = list(settings.catalogue)
    await admin.ensure_topics(settings.connection, specs, replication=settings.replication)
    if fatal := [each for each in await admin.check_topics(settings.connection, specs) if each.fatal]:
        raise UserError("; ".join(map(str, fatal)))


@contextmanager
def worker_process(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a worker beside us, its log in the state folder; it ends with us."""
    log = usable(settings.state / "logs") / "worker.log"
    environment = {**os.environ, **_as_environment(settings)}
    with log.open("wb") as sink:
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker", "--with-parent"],
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=environment,
            start_new_session=True,
        )
    try:
        yield worker
    finally:
        worker.terminate()
        try:
            worker.wait(30)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()


def _as_environment(settings: Settings) -> dict[str, str]:
    names = ("bootstrap", "group", "prefix", "partitions", "processes", "state", "in_flight")
    return {f"NEWSWIRE_{name.upper()}": str(getattr(settings, name)) for name in names}


@dataclass(slots=True)
class _Progress:
    """What was published and what became of it."""

    tally: Tally
    published: set[tuple[int, int]] = field(default_factory=set)
    publishing: bool = True
    last_news: float = field(default_factory=time.monotonic)
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return self.tally.counts(self.published)

    @property
    def done(self) -> bool:
        return not self.publishing and not self.tally.missing(self.published)


async def _show(settings: Settings, items: Iterator[Any], worker: "subprocess.Popen[bytes]", *, once: bool) -> int:
    """Publish, and show each outcome as it comes, until all are there (`once`) or for ever."""
    progress = _Progress(Tally(settings.catalogue))
    view = _view()
    ready = asyncio.Event()
    stream = subscribe(settings.connection, list(outcome_topics(settings.catalogue).values()), on_ready=ready.set)
    reader = asyncio.ensure_future(anext(stream))
    await asyncio.wait({reader, asyncio.ensure_future(ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
    publisher = asyncio.create_task(_publish(settings, items, progress))
    try:
        with view:
            while not (once and progress.done):
                await asyncio.wait({reader}, timeout=POLL_SECONDS)
                if reader.done():
                    _take(reader.result(), progress, view)
                    reader = asyncio.ensure_future(anext(stream))
                view.update(progress)
                if publisher.done() and (error := publisher.exception()):
                    raise error
                if (failure := _failure(settings, worker, progress, once=once)) is not None:
                    return failure
        return _finish(progress)
    finally:
        for task in (publisher, reader):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await task
        await stream.aclose()


async def _publish(settings: Settings, items: Iterator[Any], progress: _Progress) -> None:
    """Publish the items, and note where each came to lie."""
    report = Report()

    def delivered(future: "asyncio.Future[Any]") -> None:
        if not future.cancelled() and future.exception() is None:
            progress.published.add((future.result().partition, future.result().offset))

    async with producer(settings.connection) as kafka:

        async def send(item: Any) -> "asyncio.Future[Any]":
            future: asyncio.Future[Any] = await kafka.send(
                settings.catalogue.raw.name, item.value, key=item.key, headers=HEADERS
            )
            future.add_done_callback(delivered)
            return future

        await deliver(items, send, report=report)
    progress.refused = report.refused
    progress.publishing = False


def _take(received: Received, progress: _Progress, view: "_View") -> None:
    if progress.tally.add(received) is not None:
        progress.last_news = time.monotonic()
        view.show(received)


def _failure(settings: Settings, worker: "subprocess.Popen[bytes]", progress: _Progress, *, once: bool) -> int | None:
    log = settings.state / "logs" / "worker.log"
    if worker.poll() is not None:
        raise UserError(f"the worker stopped with exit code {worker.returncode}: see {log}", STOPPED)
    if once and time.monotonic() - progress.last_news > PATIENCE_SECONDS:
        missing = progress.tally.missing(progress.published)
        print(summary(len(progress.published), progress.counts, len(missing)), file=sys.stderr)
        print(f"newswire: no outcome for {PATIENCE_SECONDS:.0f} s, {len(missing)} missing: see {log}", file=sys.stderr)
        return FAILED
    return None


def _finish(progress: _Progress) -> int:
    # Standard output belongs to the articles when it is piped.
    where = sys.stdout if sys.stdout.isatty() else sys.stderr
    print(
        summary(len(progress.published), progress.counts, len(progress.tally.missing(progress.published))), file=where
    )
    for place, reason in progress.refused:
        print(f"newswire: refused before publishing: {place}: {reason}", file=sys.stderr)
    return OK


class _View:
    """One JSON line an article, for pipes."""

    def __enter__(self) -> "_View":
        return self

    def __exit__(self, *_: object) -> None: ...

    def show(self, received: Received) -> None:
        sys.stdout.write((received.value or b"").decode() + "\n")
        sys.stdout.flush()

    def update(self, progress: _Progress) -> None: ...


class _LiveView(_View):
    """The stream as it comes, above a line that counts, for terminals."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bars = Progress(*columns, console=Console(highlight=False), transient=True)
        self._task = self._bars.add_task("publishing", total=None)

    def __enter__(self) -> "_LiveView":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def show(self, received: Received) -> None:
        self._bars.console.print(short(received.event()))

    def update(self, progress: _Progress) -> None:
        counts = progress.counts
        described = f"enriched {counts['enriched']}  copies {counts['duplicates']}  dead {counts['dead']}"
        self._bars.update(
            self._task, description=described, completed=sum(counts.values()), total=len(progress.published)
        )


def _view() -> _View:
    return _LiveView() if sys.stdout.isatty() else _View()


@contextmanager
def ended_with_parent() -> Iterator[None]:
    """Interrupt this process when the one that started it is gone: `make` may be killed, its child is not told."""
    parent, over = os.getppid(), threading.Event()

    def watch() -> None:
        while not over.wait(PARENT_CHECK_SECONDS):
            if os.getppid() != parent:
                _thread.interrupt_main()
                # A library may swallow the interrupt. Broker and worker notice by themselves when we are gone.
                if not over.wait(GRACE_SECONDS):
                    os._exit(INTERRUPTED)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
