"""`newswire worker`: run stages against a given Kafka until told to stop."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn

from streams import logs
from streams.broker import admin, describe
from streams.cli.common import add_broker_arguments, run_async, verb, with_broker
from streams.cli.errors import OK, STOPPED, UserError
from streams.contracts.topics import STAGES
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.app import StageApp

EXAMPLE = """\
  newswire worker --bootstrap 127.0.0.1:9092            all five stages
  newswire worker --stages normalise,dedupe             a subset; another worker runs the rest
  NEWSWIRE_SLOT=a newswire worker                       static membership: a restart takes seconds

SIGTERM or Ctrl-C: what is in flight is finished, exit 0."""

PARENT_CHECK_SECONDS: Final = 0.5
DRAIN_SECONDS: Final = 8.0  # supervisors kill after 10
DRAIN_POLL_SECONDS: Final = 0.02
STOP_SECONDS: Final = 10.0  # then the process ends anyway; nothing unacknowledged was committed


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "worker", run, "run the stages against a given Kafka", EXAMPLE)
    add_broker_arguments(sub)
    sub.add_argument("--stages", metavar="NAMES", help=f"comma-separated, of {','.join(STAGES)} (default: all)")
    sub.add_argument("--with-parent", action="store_true", help="stop when the process that started this one ends")


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = with_broker(arguments)
    names = stage_names(arguments.stages)
    logs.configure(settings.log_level, settings.log_format)
    epochs = run_async(checked_epochs(settings))
    parent = os.getppid() if arguments.with_parent else None
    use_uvloop()
    asyncio.run(_serve_and_exit(settings, names, epochs, parent))
    raise AssertionError("unreachable")


def use_uvloop() -> None:
    """Take the faster event loop where the platform has it."""
    with contextlib.suppress(ImportError):
        import uvloop

        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())


def stage_names(given: str | None) -> tuple[str, ...]:
    """Return the stages to run, in pipeline order."""
    asked = set(STAGES if given is None else (name.strip() for name in given.split(",")))
    if unknown := sorted(asked - set(STAGES)):
        raise UserError(f"no stage is called {', '.join(unknown)}; there are {', '.join(STAGES)}")
    return tuple(name for name in STAGES if name in asked)


async def checked_epochs(settings: Settings) -> dict[str, str]:
    """Return the topics' ids at the broker.

    Raises:
        UserError: when a topic is missing or differs from the catalogue.
        BrokerError: when no broker answers.
    """
    assert settings.bootstrap  # noqa: S101 - with_broker saw to it
    specs = list(settings.catalogue)
    if mismatches := await admin.check_topics(settings.bootstrap, specs):
        listed = "; ".join(str(mismatch) for mismatch in mismatches)
        raise UserError(f"the topics at {settings.bootstrap} differ from the catalogue: {listed}")
    return await describe.topic_ids(settings.bootstrap, [spec.name for spec in specs])


async def _serve_and_exit(
    settings: Settings, names: Sequence[str], epochs: dict[str, str], parent: int | None
) -> NoReturn:
    """Run the stages to their end, and end the process.

    At once: what matters is put away by then, and tasks and threads that the libraries leave behind when a broker is
    gone would keep a normal exit waiting for ever.
    """
    error = await _serve(settings, names, epochs, parent)
    if error is not None:
        logs.get().error("worker.stopped", reason=f"{type(error).__name__}: {error}")
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(OK if error is None else STOPPED)


async def _serve(
    settings: Settings, names: Sequence[str], epochs: dict[str, str], parent: int | None
) -> BaseException | None:
    """Run the stages until a signal, the parent's end, or a failure; return the failure."""
    from streams.app import Parts, create_app, current_pipeline  # heavy: models and Faust

    log = logs.get()
    stop = _stop_event(parent)
    parts = Parts(settings)
    stages = [create_app(settings, name, epochs=epochs, parts=parts) for name in names]
    log.info("worker.starting", stages=list(names), bootstrap=settings.bootstrap, pipeline=current_pipeline(settings))
    try:
        error = await _run([stage.app for stage in stages], stop, lambda: log.info("worker.ready", stages=list(names)))
    except Exception as raised:
        error = raised
    log.info("worker.stopping", in_flight={stage.name: stage.stats.in_flight for stage in stages})
    if error is None:
        await _drain(stages)
    with contextlib.suppress(TimeoutError):
        stops = asyncio.gather(*(stage.app.stop() for stage in stages), return_exceptions=True)
        await asyncio.wait_for(stops, STOP_SECONDS)
    await asyncio.to_thread(parts.close)
    for stage in stages:
        log.info("stats", **stage.stats.line(0))
    return error


async def _drain(stages: Sequence["StageApp"]) -> None:
    """Read no more, and wait until what was read is delivered and acknowledged; whatever is not comes again."""
    for stage in stages:
        stage.app.consumer.stop_flow()
        stage.app.flow_control.suspend()
    deadline = time.monotonic() + DRAIN_SECONDS
    while any(stage.stats.in_flight for stage in stages) and time.monotonic() < deadline:
        await asyncio.sleep(DRAIN_POLL_SECONDS)


def _stop_event(parent: int | None) -> asyncio.Event:
    """Return an event that is set by SIGTERM, by Ctrl-C, and, where one is given, by the end of the parent."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def watch() -> None:
        if os.getppid() != parent:
            stop.set()
        else:
            loop.call_later(PARENT_CHECK_SECONDS, watch)

    if parent is not None:
        watch()
    return stop


async def _run(apps: Sequence[Any], stop: asyncio.Event, ready: Callable[[], None]) -> BaseException | None:
    """Start the apps and wait for the stop event (None) or the first failure (its reason)."""
    starting: asyncio.Future[Any] = asyncio.gather(*(app.start() for app in apps))
    stopping: asyncio.Future[Any] = asyncio.ensure_future(stop.wait())
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    if stopping.done():
        starting.add_done_callback(lambda gone: gone.cancelled() or gone.exception())  # nobody else will ask
        starting.cancel()  # a broker that is gone would let it wait for ever
        return None
    await starting
    ready()
    return await _first_crash(apps, stop)


async def _first_crash(apps: Sequence[Any], stop: asyncio.Event) -> BaseException | None:
    """Wait for the stop signal or the first app that crashes; return its reason."""
    waits = [asyncio.ensure_future(stop.wait()), *(asyncio.ensure_future(app._crashed.wait()) for app in apps)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    reasons = [app.crash_reason or RuntimeError("crashed without a reason") for app in apps if app._crashed.is_set()]
    return reasons[0] if reasons else None
