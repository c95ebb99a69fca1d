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

from streams import health, logs
from streams.broker import admin, describe, limits, offsets
from streams.broker.rights import check_rights
from streams.broker.session import check_addresses
from streams.cli import slots, supervise
from streams.cli.common import add_broker_arguments, run_async, user_errors, verb, with_broker
from streams.cli.errors import OK, STOPPED, UserError
from streams.cli.state import usable
from streams.cli.vitals import check_idempotence, vitals
from streams.contracts.acls import stage_grants
from streams.contracts.topics import STAGES, sources_of
from streams.settings import Settings, group_of

if TYPE_CHECKING:
    from streams.app import StageApp

EXAMPLE = """\
  newswire worker --bootstrap 127.0.0.1:9092            all six stages
  newswire worker --supervise                           start it again when it crashes, with a slot of its own
  newswire worker --stages normalise,dedupe             a subset; another worker runs the rest
  NEWSWIRE_SLOT=a newswire worker                       static membership: a restart takes seconds

SIGTERM or Ctrl-C: what is in flight is finished, exit 0."""

PARENT_CHECK_SECONDS: Final = 0.5
DRAIN_SECONDS: Final = 6.0  # supervisors kill after 10
DRAIN_POLL_SECONDS: Final = 0.02
# With the draining; then the process ends anyway: nothing unacknowledged was committed. Ending takes up to 2 s more.
STOP_SECONDS: Final = 8.0
HEALTH_SECONDS: Final = 1.0  # between two looks; fine against the 30 s that make a worker stale


def add(verbs: Any) -> None:
    """Add the verb."""
    sub = verb(verbs, "worker", run, "run the stages against a given Kafka", EXAMPLE)
    add_broker_arguments(sub)
    sub.add_argument("--stages", metavar="NAMES", help=f"comma-separated, of {','.join(STAGES)} (default: all)")
    sub.add_argument("--supervise", action="store_true", help="start the worker again when it crashes")
    sub.add_argument(
        "--with-parent", type=int, nargs="?", const=0, metavar="PID",
        help="stop when the process that started this one ends",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Run it."""
    settings = with_broker(arguments)
    names = stage_names(arguments.stages)
    usable(settings.state)
    logs.configure(settings.log_level, settings.log_format)
    if arguments.supervise:
        return _supervise(settings, arguments)
    epochs = run_async(checked_epochs(settings, names))
    parent = None if arguments.with_parent is None else arguments.with_parent or os.getppid()
    use_uvloop()
    asyncio.run(_serve_and_exit(settings, names, epochs, parent))
    raise AssertionError("unreachable")


def _supervise(settings: Settings, arguments: argparse.Namespace) -> int:
    """Run this verb in a child, in a slot of its own."""
    with user_errors():
        check_addresses(settings.bootstrap or "")  # at a wrong one nobody would ever answer
    try:
        slot = None if settings.slot else slots.take(settings.state)
    except OSError as error:
        raise UserError(f"cannot take a slot in {settings.state}: {error.strerror}: set NEWSWIRE_STATE") from None
    name = slot.name if slot else settings.slot
    return supervise.Supervisor(
        [sys.executable, "-m", "streams", *_arguments_of_child(arguments)],
        supervise.environment_with(name),
        inherited=(slot.lock,) if slot else (),
        health_file=health.path_of(settings.state, name, 0),
        reachable=lambda: supervise.answers(settings.bootstrap or ""),
    ).run()


def _arguments_of_child(arguments: argparse.Namespace) -> list[str]:
    given = {name: getattr(arguments, name) for name in ("bootstrap", "prefix", "partitions", "stages")}
    options = [text for name, value in given.items() if value is not None for text in (f"--{name}", str(value))]
    return ["worker", *options, "--with-parent", str(os.getpid())]


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


async def checked_epochs(settings: Settings, names: Sequence[str]) -> dict[str, str]:
    """Return the topics' ids at the broker, after all that can be checked before the first record.

    Raises:
        UserError: what is missing or differs, and what to do.
        BrokerError: when no broker answers, or it does not allow what the stages need.
    """
    from streams.delivery.fixes import UnsafeEngine, check_versions  # heavy: Faust

    try:
        check_versions()
    except UnsafeEngine as error:
        raise UserError(str(error)) from None
    kafka, specs = settings.connection, list(settings.catalogue)
    rights = [grant for name in names for grant in stage_grants(name, settings.catalogue, settings.group)]
    await check_rights(kafka, rights)
    mismatches = await admin.check_topics(kafka, specs)
    if fatal := [str(mismatch) for mismatch in mismatches if mismatch.fatal]:
        raise UserError(f"the topics at {kafka} differ from the catalogue: {'; '.join(fatal)}")
    for mismatch in mismatches:
        logs.get().warning("topic.differs", reason=str(mismatch))
    await limits.check_session(kafka, settings.session_seconds)
    await _check_retention(settings, names)
    return await describe.topic_ids(kafka, [spec.name for spec in specs])


async def _check_retention(settings: Settings, names: Sequence[str]) -> None:
    """See that the next record of each stage is still there.

    Raises:
        UserError: it is not, and `skip_expired` is not set.
    """
    kafka, sources = settings.connection, {name: sources_of(settings.catalogue, name) for name in names}
    starts = await offsets.start_offsets(kafka, [spec.name for specs in sources.values() for spec in specs])
    for name, specs in sources.items():
        read = {spec.name for spec in specs}
        of_stage = {at: start for at, start in starts.items() if at[0] in read}
        for (topic, partition), gone in (await offsets.expired(kafka, group_of(settings, name), of_stage)).items():
            reason = f"{topic}/{partition}: offsets {gone[0]} to {gone[-1]} left retention before {name} read them"
            if not settings.skip_expired:
                raise UserError(
                    f"{reason}: NEWSWIRE_SKIP_EXPIRED=true goes on behind them"
                    " (docs/operations.md says how their articles come back)"
                )
            logs.get().error("records.expired", reason=reason)


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
    code = error.exit_code if isinstance(error, UserError) else STOPPED
    os._exit(OK if error is None else code)


async def _serve(
    settings: Settings, names: Sequence[str], epochs: dict[str, str], parent: int | None
) -> BaseException | None:
    """Run the stages until a signal, the parent's end, or a failure; return the failure."""
    from streams.app import Parts, create_app, current_pipeline  # heavy: models and Faust

    log = logs.get()
    stop = _stop_event(parent)
    watch = _health_watch(settings)
    parts = Parts(settings)
    stages = [create_app(settings, name, epochs=epochs, parts=parts) for name in names]
    log.info(
        "worker.starting", stages=list(names), bootstrap=settings.bootstrap, pipeline=current_pipeline(settings),
        slot=settings.slot, health=str(watch.path),
    )  # fmt: skip

    def ready() -> None:
        watch.ready()
        log.info("worker.ready", stages=list(names))

    watching = asyncio.create_task(_keep_watch(watch, stages))
    try:
        for stage in stages:
            check_idempotence(stage.app)
        error = await _run([stage.app for stage in stages], stop, ready)
    except Exception as raised:
        error = raised
    log.info("worker.stopping", in_flight={stage.name: stage.stats.in_flight for stage in stages})
    error = await _stopped(stages, error)
    watching.cancel()
    # The stages have ended: nobody waits for the models any more, and what they have not finished comes again.
    await asyncio.to_thread(parts.close, 0.0)
    for stage in stages:
        log.info("stats", **stage.stats.line(0))
    if error is None:
        watch.remove()
    return error


def _health_watch(settings: Settings) -> health.Watch:
    health.remove_leftovers(settings.state)
    return health.Watch(health.path_of(settings.state, settings.slot, os.getpid()), settings.slot, time.time)


async def _keep_watch(watch: health.Watch, stages: Sequence["StageApp"]) -> None:
    """Write the health file for as long as the event loop turns."""
    writable = True
    while True:
        try:
            watch.write([vitals(stage) for stage in stages])
            writable = True
        except OSError as error:  # a full disk makes the file stale, and that is all it may do
            if writable:
                logs.get().warning("health.unwritable", path=str(watch.path), reason=str(error))
            writable = False
        await asyncio.sleep(HEALTH_SECONDS)


async def _stopped(stages: Sequence["StageApp"], error: BaseException | None) -> BaseException | None:
    """Stop the stages, drained unless something had failed, within STOP_SECONDS; return what has failed by then."""
    started = time.monotonic()
    if error is None:
        await _drain(stages)
        error = _crash([stage.app for stage in stages])
    # Not wait_for: it would wait for what it cancels, and Faust goes on stopping when it is cancelled.
    stops = [asyncio.ensure_future(stage.app.stop()) for stage in stages]
    await asyncio.wait(stops, timeout=STOP_SECONDS - (time.monotonic() - started))
    return error


async def _drain(stages: Sequence["StageApp"]) -> None:
    """Read no more, and wait until what was read is delivered and acknowledged; whatever is not comes again."""
    for stage in stages:
        stage.close()
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
    # From the beginning: one that crashes while another waits for its broker must not wait with it.
    ending = asyncio.ensure_future(_first_crash(apps, stop))
    await asyncio.wait([starting, ending], return_when=asyncio.FIRST_COMPLETED)
    if ending.done():
        starting.add_done_callback(lambda gone: gone.cancelled() or gone.exception())  # nobody else will ask
        starting.cancel()  # a broker that is gone would let it wait for ever
        return ending.result()
    try:
        await starting
    except BaseException:
        ending.cancel()
        raise
    ready()
    return await ending


async def _first_crash(apps: Sequence[Any], stop: asyncio.Event) -> BaseException | None:
    """Wait for the stop signal or the first app that crashes; return its reason."""
    waits = [asyncio.ensure_future(stop.wait()), *(asyncio.ensure_future(app._crashed.wait()) for app in apps)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    return _crash(apps)


def _crash(apps: Sequence[Any]) -> BaseException | None:
    """Return why the first of the apps crashed that did."""
    reasons = [app.crash_reason or RuntimeError("crashed without a reason") for app in apps if app._crashed.is_set()]
    return reasons[0] if reasons else None
