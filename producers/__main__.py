"""Publish articles to Kafka: python -m producers files|feeds PATH..."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import islice
from typing import Final

from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

from producers.errors import DeliveryError, NoKafkaError, ProducerError
from producers.items import Place, Refused
from producers.journal import Journal
from producers.options import Entries, Source, parser
from producers.publisher import publish
from producers.report import Report
from streams.connect import NotSecured, connection_from
from streams.contracts.topics import Catalogue

ALL_PUBLISHED: Final = 0
SOME_REFUSED: Final = 1
NOT_STARTED: Final = 2
STOPPED: Final = 3
BY_SIGNAL: Final = 128  # plus the signal's number: 130 for Ctrl-C, 143 for SIGTERM


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = parser().parse_args(argv)
    # What goes wrong is said once, by us.
    logging.getLogger("aiokafka").addHandler(logging.NullHandler())
    logging.getLogger("aiokafka").propagate = False
    report = Report(topic=Catalogue(options.prefix).raw.name if options.topic is None else options.topic)
    try:
        code = _dry_run(options, report) if options.dry_run else asyncio.run(_publish(options, report))
    except ProducerError as error:
        code = STOPPED if isinstance(error, DeliveryError) else NOT_STARTED
        report.stopped = str(error)
    except KeyboardInterrupt:
        code, report.stopped = BY_SIGNAL + signal.SIGINT, "Ctrl-C"
    if code == NOT_STARTED:
        sys.stderr.write(f"{report.stopped}\n")
    elif not options.json:
        sys.stderr.write(f"{report.render()}\n")
    if options.json:
        sys.stdout.write(f"{report.to_json()}\n")
    return code


def _dry_run(options: argparse.Namespace, report: Report) -> int:
    started = time.monotonic()
    report.dry_run = True
    for entry in _entries(options, None, report):
        report.read += 1
        if isinstance(entry, Refused):
            report.refuse(entry.where, entry.reason)
        else:
            report.published += 1
    report.seconds = time.monotonic() - started
    return SOME_REFUSED if report.refused_count else ALL_PUBLISHED


async def _publish(options: argparse.Namespace, report: Report) -> int:
    try:
        kafka = connection_from(os.environ, options.bootstrap)
    except NotSecured as error:
        raise NoKafkaError(str(error)) from None
    journal = Journal.load(options.state, options.resume, report.topic) if options.resume else None
    entries = _entries(options, journal.places if journal else None, report)
    stop, stopped_by = _on_signals(report)
    with _progress(options, report):
        try:
            await publish(entries, bootstrap=kafka, topic=report.topic, report=report, journal=journal, stop=stop)
        except asyncio.CancelledError:
            report.stopped = f"{stopped_by[0].name}, twice: not waited for what was under way"
    if stopped_by:
        return BY_SIGNAL + stopped_by[0]
    return SOME_REFUSED if report.refused_count else ALL_PUBLISHED


def _entries(options: argparse.Namespace, done: Mapping[str, Place] | None, report: Report) -> Entries:
    source: Source = options.read
    return islice(source(options, done, report), options.limit)


def _on_signals(report: Report) -> tuple[asyncio.Event, list[signal.Signals]]:
    """Make the first Ctrl-C or SIGTERM set the event, and the second one cancel."""
    stop = asyncio.Event()
    received: list[signal.Signals] = []
    loop, task = asyncio.get_running_loop(), asyncio.current_task()

    def on(number: signal.Signals) -> None:
        received.append(number)
        report.stopped = number.name
        if not stop.is_set():
            stop.set()
        elif task is not None:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, on, number)
    return stop, received


class _Status:
    """One line that says how far the run is; drawn by a thread of its own."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._spinner = Spinner("dots")
        self._started = time.monotonic()

    def __rich__(self) -> Spinner:
        report, seconds = self._report, time.monotonic() - self._started
        counts = f"{report.published:,} published to {report.topic}, {report.refused_count:,} refused"
        self._spinner.update(text=f"{counts}, {report.published / max(seconds, 0.001):,.0f}/s")
        return self._spinner


def _progress(options: argparse.Namespace, report: Report) -> AbstractContextManager[object]:
    console = Console(stderr=True)
    if options.json or not console.is_terminal:
        return nullcontext()
    return Live(_Status(report), console=console, transient=True)


if __name__ == "__main__":
    sys.exit(main())
