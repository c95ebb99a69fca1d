"""The faults, as data: groups that share one start of broker and workers, and their rows, the lines of the table."""

import os
import resource
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults import soak
from tests.faults.arena import FIRST_SECONDS, SESSION_SECONDS, Arena, marked
from tests.faults.checker import Report
from tests.faults.cluster import Broker, until
from tests.faults.load import three_times_over
from tests.faults.product import POISON_WORD, POISONED, UPGRADE, VENOM_WORD, Edits, copy_package
from tests.faults.proxy import Mode
from tests.faults.records import Kafka

BURST: Final = 24  # on top of the steady rate: some 2 s of work for the stages
SIGTERM_SECONDS: Final = 10.0
PAUSE_BROKER_SECONDS: Final = 30.0
REQUEST_SECONDS: Final = 10.0  # for the row whose outage is longer; the default of 30 would only make it slower
MODEL_TIMEOUT_SECONDS: Final = 8.0
MODEL_COMMIT_SECONDS: Final = 3.0  # longer than the default: what the model did shall be done again after a kill
ENTITIES_SECONDS: Final = 60.0
CLOCK_TOLERANCE_SECONDS: Final = 60.0  # of an hour: restarts and a loaded machine
MIB: Final = 1_024 * 1_024
WITHOUT_ENTITIES: Final = b'"skipped": {"entities"'

Act = Callable[[Arena], None]
Verify = Callable[[Arena, Report, Kafka], list[str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what is done in a round, and how many rounds."""

    name: str
    act: Act
    rounds: int  # of the short run; 0: not in it
    long: int
    verify: Verify | None = None
    after: Act | None = None  # once, when all rounds are done
    may_stop: bool = False  # whether a worker may see its promise in danger, and end by itself


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that share one start."""

    name: str
    rows: tuple[Row, ...]
    brokers: int = 1
    workers: int = 1
    proxied: bool = False
    edits: Edits = ()
    env: Mapping[str, str] = field(default_factory=dict)
    disks: bool = False
    identities: int | None = None  # addresses come back after so many
    needs: Callable[[], str | None] = lambda: None  # why it cannot be run here


def under_load(arena: Arena) -> None:
    """Have records in flight in every stage, at a moment that the seed chooses."""
    arena.load.burst(BURST)
    arena.wait(0.1, 1.2)


def kill_alone(arena: Arena) -> None:
    """Kill -9 the only worker mid-batch."""
    under_load(arena)
    at = time.time()
    arena.any_worker().kill()
    arena.back_to_work(at, first=FIRST_SECONDS)


def kill_one(arena: Arena) -> None:
    """Kill -9 one of the workers mid-batch."""
    under_load(arena)
    at = time.time()
    arena.any_worker().kill()
    arena.back_to_work(at)


def terminate(arena: Arena) -> None:
    """SIGTERM under load: done within the limit, exit 0."""
    under_load(arena)
    worker, at = arena.any_worker(), time.time()
    before = len(worker.exits)
    worker.terminate()
    until(lambda: len(worker.exits) > before, "the worker ends on SIGTERM", 60)
    gone = worker.exits[before]
    arena.round.notes.append(f"SIGTERM: exit {gone.code} after {gone.at - at:.1f} s")
    if gone.code != 0 or gone.at - at > SIGTERM_SECONDS:
        arena.round.problems.append(f"SIGTERM: exit {gone.code} after {gone.at - at:.1f} s")
    arena.back_to_work(gone.at)


def zombie(arena: Arena) -> None:
    """SIGSTOP one of two workers past its session, let the other take over, and let it go on."""
    under_load(arena)
    worker, at = arena.any_worker(), time.time()
    worker.pause()
    try:
        arena.back_to_work(at)
        arena.wait(max(0.0, SESSION_SECONDS + 3.0 - (time.time() - at)))
    finally:
        worker.go_on()
    arena.back_to_work(time.time(), disturbances=2)


def storm(arena: Arena) -> None:
    """One worker joins or leaves, before those before it have settled."""
    extra = sorted(slot for slot in arena.workers if slot.startswith("storm"))
    arena.load.burst(BURST // 4)
    if extra and (len(extra) == 2 or arena.random.random() < 0.5):
        arena.dismiss(arena.random.choice(extra), kill=arena.random.random() < 0.5)
    else:
        arena.worker(f"storm{len(arena.gone) + len(extra)}").start(wait=False)
    arena.round.disturbances += 2
    arena.wait(1.0, 5.0)


def after_storm(arena: Arena) -> None:
    """The storm is over: everybody who came for it leaves, the rest goes on."""
    for slot in sorted(slot for slot in arena.workers if slot.startswith("storm")):
        arena.dismiss(slot)
    arena.back_to_work(time.time(), disturbances=3)


def kill_broker(arena: Arena) -> None:
    """Kill -9 the only broker, and start it again on its data."""
    (broker,) = arena.cluster.brokers
    under_load(arena)
    broker.kill()
    arena.wait(1.0, 4.0)
    restart(arena, broker)


def restart(arena: Arena, broker: Broker) -> None:
    """Start a broker again; from then on it counts."""
    broker.start()
    arena.cluster.wait()
    arena.back_to_work(time.time(), disturbances=2)


def pause_broker(arena: Arena) -> None:
    """SIGSTOP of the only broker."""
    (broker,) = arena.cluster.brokers
    under_load(arena)
    broker.pause()
    try:
        arena.wait(PAUSE_BROKER_SECONDS)
    finally:
        broker.go_on()
    arena.back_to_work(time.time(), disturbances=2)


def outage(arena: Arena) -> None:
    """The only broker is away for longer than a request may take."""
    (broker,) = arena.cluster.brokers
    arena.load.burst(10 * BURST)  # some of it is surely unanswered when the broker goes
    arena.wait(0.5, 1.0)
    broker.kill()
    arena.wait(REQUEST_SECONDS + SESSION_SECONDS + 5.0)
    restart(arena, broker)


def upgrade(arena: Arena) -> None:
    """A worker of another version joins while records are in flight, both work, the old one is killed mid-batch."""
    (old,) = arena.workers
    under_load(arena)
    slot = "new" if not old.startswith("new") else "old"
    package = arena.folder / "upgraded"
    if not package.exists():
        copy_package(package, UPGRADE)
    arena.worker(slot, package=package if slot == "new" else arena.package).start()
    for _ in range(3):
        under_load(arena)
    at = time.time()
    arena.dismiss(old, kill=True)
    arena.back_to_work(at, disturbances=4)


def both_versions(arena: Arena, report: Report, kafka: Kafka) -> list[str]:
    """The upgrade has happened: there are events of either version alone; what both worked on has other versions."""
    versions = {version for worker in arena.everyone() for version in worker.versions()}
    missing = versions - {record.headers.get("pipeline") for record in kafka.of("enriched")}
    problems = [f"two versions were expected, there were {len(versions)}"] if len(versions) != 2 else []
    return problems + [f"no event of version {version} alone" for version in sorted(missing)]


def poison(arena: Arena) -> None:
    """Articles on which the model raises, and on which its process dies; then the worker dies, too."""
    for word in (POISON_WORD, VENOM_WORD):
        arena.load.burst(10)
        arena.load.burst(1, word)
        arena.load.burst(10)
    arena.wait(1.0, 3.0)
    at = time.time()
    arena.any_worker().kill()
    arena.back_to_work(at)
    # Each costs the model two starts. Killed before they are committed, the next round would begin with all of them.
    arena.drain()


def only_the_poisoned(arena: Arena, report: Report, kafka: Kafka) -> list[str]:
    """The poisoned articles are there without entities, and only they."""
    found = []
    for word in (POISON_WORD, VENOM_WORD):
        articles = marked(kafka, word)
        if not articles or not all("entities" in article["skipped"] for article in articles):  # type: ignore[operator]
            found.append(f"articles with {word}: {[article['skipped'] for article in articles]}")
    poisoned = {a["event_id"] for word in (POISON_WORD, VENOM_WORD) for a in marked(kafka, word)}
    if report.skipped > len(poisoned):
        found.append(f"{report.skipped} articles without entities, {len(poisoned)} were poisoned")
    return found


def leaders_killed(arena: Arena) -> None:
    """Each of three brokers is killed in turn, and with it the leaders that it was."""
    _each_broker(arena, Broker.kill)


def bounce(arena: Arena) -> None:
    """Each of three brokers is stopped gracefully and started again, as an upgrade of Kafka does."""
    _each_broker(arena, Broker.stop)


def _each_broker(arena: Arena, end: Callable[[Broker], None]) -> None:
    for broker in arena.cluster.brokers:
        under_load(arena)
        at = time.time()
        end(broker)
        arena.back_to_work(at, disturbances=2)
        broker.start()
        arena.cluster.wait()


def network(mode: Mode, seconds: float) -> Act:
    """The network between worker and broker is bad for a while."""

    def act(arena: Arena) -> None:
        under_load(arena)
        for proxy in arena.proxies:
            proxy.mode = mode
        try:
            arena.wait(seconds)
        finally:
            for proxy in arena.proxies:
                proxy.mode = "pass"
        # A reset may hit any request: each connection that was cut may repeat what it carried.
        arena.back_to_work(time.time(), disturbances=2 + sum(proxy.resets for proxy in arena.proxies))

    return act


def model_hangs(arena: Arena) -> None:
    """SIGSTOP of the model's process."""
    under_load(arena)
    _to_model(arena, lambda pid: _signal(pid, signal.SIGSTOP))
    at = time.time()
    arena.back_to_work(at)


def model_killed(arena: Arena) -> None:
    """Kill -9 of the model's process."""
    under_load(arena)
    _to_model(arena, lambda pid: _signal(pid, signal.SIGKILL))
    arena.back_to_work(time.time())


def model_without_memory(arena: Arena) -> None:
    """The model's process gets no more memory for a long article; then the worker dies, that article uncommitted."""
    under_load(arena)
    worker = arena.any_worker()
    before = worker.logged(WITHOUT_ENTITIES)
    _to_model(arena, _no_more_memory)
    arena.load.send(arena.load.writer.long() for _ in range(3))
    with suppress(TimeoutError):
        until(
            lambda: worker.logged(WITHOUT_ENTITIES) > before, "an article without entities", 4 * MODEL_TIMEOUT_SECONDS
        )
    arena.round.notes.append(f"{worker.logged(WITHOUT_ENTITIES) - before} articles without entities before the kill")
    at = time.time()
    worker.kill()
    arena.back_to_work(at)


def entities_again(arena: Arena, report: Report, kafka: Kafka) -> list[str]:
    """A model process that was hurt from outside costs few articles their entities, and the newest have them."""
    newest = sorted(kafka.of("enriched"), key=lambda record: record.at)[-10:]
    without = sum(b'"skipped":{}' not in (record.value or b"") for record in newest)
    arena.round.notes.append(f"{report.skipped} articles without entities so far")
    return [f"{without} of the newest 10 articles have no entities"] if without > 5 else []


def _to_model(arena: Arena, hurt: Callable[[int], None]) -> None:
    hurt(arena.any_worker().model_child())


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _no_more_memory(pid: int) -> None:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + MIB
    resource.prlimit(pid, resource.RLIMIT_AS, (limit, limit))


def broker_disk_full(arena: Arena) -> None:
    """No space under the broker's log folder; then space again, and the broker started again if it gave up."""
    (broker,) = arena.cluster.brokers
    under_load(arena)
    disk = arena.disks["kafka"]
    arena.round.notes.append(f"{disk.fill() // MIB} MiB were free under the broker")
    arena.wait(8.0)
    arena.round.notes.append("the broker " + ("lived on" if broker.alive() else "gave up"))
    disk.free()
    if broker.alive() and not broker.answers():
        broker.kill()
    if not broker.alive():
        broker.start()
    arena.cluster.wait()
    arena.back_to_work(time.time(), disturbances=3)


def worker_disk_full(arena: Arena) -> None:
    """No space under the worker's state folder, over a kill; then space again."""
    disk = arena.disks["state"]
    under_load(arena)
    disk.fill()
    try:
        arena.wait(3.0)
        at = time.time()
        arena.any_worker().kill()
        arena.back_to_work(at)
    finally:
        disk.free()
    arena.back_to_work(time.time())


def log_stalled(arena: Arena) -> None:
    """Nobody reads what the worker logs."""
    under_load(arena)
    worker = arena.any_worker()
    worker.read_log.clear()
    try:
        arena.wait(60.0)
    finally:
        worker.read_log.set()
    arena.back_to_work(time.time(), disturbances=2)


def wrong_clock(arena: Arena) -> None:
    """A worker whose clock is an hour ahead, then one whose clock is an hour behind."""
    for slot, shift, seconds in (("ahead", "+1h", 3_600), ("behind", "-1h", -3_600)):
        (old,) = arena.workers
        arena.dismiss(old)
        more = {"LD_PRELOAD": str(faketime()), "FAKETIME": shift, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        arena.worker(slot, more=more).start()
        under_load(arena)
        at = time.time()
        arena.workers[slot].kill()
        arena.back_to_work(at, disturbances=2)
        off = arena.workers[slot].last_logged() - time.time() - seconds
        if abs(off) > CLOCK_TOLERANCE_SECONDS:
            arena.round.problems.append(f"the clock of {slot} was not shifted: its log is {off:.0f} s off")


def faketime() -> Path | None:
    """Return libfaketime where it is installed."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def no_faketime() -> str | None:
    """Say why the clock cannot be wrong here."""
    return None if faketime() else "libfaketime is not installed (apt-get install faketime)"


def delivered_three_times(arena: Arena) -> None:
    """The same batches three times over, interleaved, and a kill in the middle."""
    arena.load.hold()
    arena.load.send(three_times_over(arena.load.writer, 150, 25, arena.random.randrange(2**32)))
    arena.wait(2.0, 5.0)
    at = time.time()
    arena.any_worker().kill()
    arena.back_to_work(at)


def soaked(arena: Arena) -> None:
    """75 minutes (NEWSWIRE_FAULT_SOAK_SECONDS) of load: memory and file descriptors stay as they are."""
    samples = soak.run(arena, float(os.environ.get("NEWSWIRE_FAULT_SOAK_SECONDS", "4500")))
    problems, note = soak.judge(samples)
    arena.round.notes.append(note)
    arena.round.problems += problems


SOAK_WINDOW: Final = 2_500  # articles; with 8,000 memory was still growing in the 14th minute
GROUPS: Final[Sequence[Group]] = (
    # The longest first: a memory that grows is known within the hour.
    Group(
        "soak",
        (Row("soak at 70 % of capacity", soaked, 0, 1),),
        # What is remembered by design must be full before the slope is measured, and still be more than lies between a
        # record and its repeat: partitions are read one after another, so those of the whole probe may.
        env={"NEWSWIRE_DEDUPE_ARTICLES": f"{SOAK_WINDOW}", "NEWSWIRE_RESOLVE_ARTICLES": f"{SOAK_WINDOW}"},
        identities=2 * SOAK_WINDOW,
    ),
    Group(
        "one worker",
        (
            Row("kill -9 mid-batch, 1 worker", kill_alone, 10, 50),
            Row("SIGTERM under load", terminate, 3, 10),
            Row("broker kill -9, restart", kill_broker, 1, 3, may_stop=True),
            Row("broker SIGSTOP 30 s", pause_broker, 1, 3, may_stop=True),
            Row("raw topic three times over", delivered_three_times, 1, 1),
            Row("rolling upgrade", upgrade, 1, 3, both_versions),
        ),
    ),
    Group(
        "two workers",
        (
            Row("kill -9 mid-batch, 2 workers", kill_one, 10, 50),
            Row("SIGSTOP past the session (zombie)", zombie, 3, 10, may_stop=True),
            Row("join/leave storm", storm, 6, 20, after=after_storm, may_stop=True),
        ),
        workers=2,
    ),
    Group(
        "model",
        (
            Row("model fails on one article", poison, 1, 3, only_the_poisoned),
            Row("NLP child hangs", model_hangs, 1, 3, entities_again),
            Row("NLP child killed", model_killed, 1, 3, entities_again),
            Row("NLP child out of memory", model_without_memory, 1, 3, entities_again),
        ),
        edits=POISONED,
        env={
            "NEWSWIRE_MODEL_TIMEOUT_SECONDS": str(MODEL_TIMEOUT_SECONDS),
            "NEWSWIRE_COMMIT_SECONDS": str(MODEL_COMMIT_SECONDS),
        },
    ),
    Group(
        "network",
        (
            Row("network: latency 200 +-100 ms", network("latency", 15.0), 1, 3),
            Row("network: resets", network("resets", 10.0), 1, 3, may_stop=True),
            Row("network: black hole 30 s", network("black hole", 30.0), 1, 3, may_stop=True),
            Row("network: slow bytes", network("slow", 15.0), 1, 3),
        ),
        proxied=True,
    ),
    Group(
        "three brokers",
        (
            Row("3 brokers: each leader killed", leaders_killed, 1, 3, may_stop=True),
            Row("3 brokers: rolling bounce", bounce, 1, 3),
        ),
        brokers=3,
    ),
    Group(
        "disk full",
        (
            Row("disk full under the worker", worker_disk_full, 1, 1, may_stop=True),
            Row("disk full under the broker", broker_disk_full, 1, 1, may_stop=True),
        ),
        disks=True,
    ),
    Group(
        "outage",
        (Row("outage beyond the request timeout", outage, 0, 3, may_stop=True),),
        env={"NEWSWIRE_REQUEST_SECONDS": "10"},
    ),
    Group("log reader", (Row("log reader stalled 60 s", log_stalled, 0, 1),)),
    Group("clock", (Row("worker's clock +-1 h", wrong_clock, 0, 1),), needs=no_faketime),
)
