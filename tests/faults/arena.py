"""A pipeline under load that can be hurt: Kafka, workers, load, watches; and its verdict, row by row."""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from streams.broker import offsets
from streams.broker.errors import BrokerError
from tests.faults.checker import Report, check, read_journal
from tests.faults.cleanup import Cleanup
from tests.faults.cluster import Cluster, until
from tests.faults.disk import Disk
from tests.faults.load import Load
from tests.faults.product import Edits, copy_package
from tests.faults.proxy import Proxy
from tests.faults.records import STAGES, CommitWatch, Kafka, OutputWatch, read_topics
from tests.faults.workers import Worker

PARTITIONS: Final = 4  # more than one; few, so that each has records all the time
RATE: Final = 8.0  # articles/s; a worker that has just started must catch up on two busy cores
SESSION_SECONDS: Final = 10.0  # the default, stated because limits depend on it
BACK_SECONDS: Final = SESSION_SECONDS + 15.0
FIRST_SECONDS: Final = 8.0  # a single worker after kill -9, to its first record
IN_FLIGHT: Final = 256  # the default; the bound on repeats depends on it
COMMIT_WINDOW_MS: Final = 4_000  # between commits (0.5 s, 3 s for the rows of the model), one under way included
DRAIN_SECONDS: Final = 240.0
KAFKA_MIB: Final = 96  # room for the run; small enough to be filled at once
STATE_MIB: Final = 16
# A record that was in a socket when its sender died may still be appended.
IN_SOCKETS_SECONDS: Final = 0.3
# A repeat is repeated by every later stage: how many stages may add to the repeats of a topic.
DEPTH: Final = {"clean": 1, "dead": 4, "unique": 2, "duplicates": 2, "classified": 3, "enriched": 4}


@dataclass(slots=True)
class Round:
    """What one row has seen so far."""

    disturbances: int = 0  # each may repeat what was in flight or not yet committed
    first: float = 0.0  # longest time to the first record of any stage, seconds
    stall: float = 0.0  # longest time until every partition of news.enriched went on, seconds
    problems: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)  # limits of time: they depend on the machine, too
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Arena:
    """What the faults of one group share."""

    name: str
    cleanup: Cleanup
    folder: Path
    cluster: Cluster
    prefix: str
    package: Path
    env: dict[str, str]
    load: Load
    commits: CommitWatch
    outputs: OutputWatch
    journal: Path
    random: random.Random
    say: Callable[[str], None]
    proxies: list[Proxy]
    workers: dict[str, Worker] = field(default_factory=dict)
    gone: list[Worker] = field(default_factory=list)
    round: Round = field(default_factory=Round)
    before: Report = field(default_factory=Report)
    disturbances: int = 0  # of all rows so far
    disks: dict[str, Disk] = field(default_factory=dict)

    def worker(self, slot: str, *, package: Path | None = None, more: Mapping[str, str] | None = None) -> Worker:
        """Return a new worker for a slot, not started."""
        assert slot not in self.workers, f"two workers in slot {slot}"
        home = self.disks["state"].path if self.disks else self.folder
        state = home / f"state-{slot}-{len(self.gone)}"
        env = {**self.env, "NEWSWIRE_STATE": str(state), **(more or {})}
        log = self.folder / f"worker-{slot}-{len(self.gone)}.log"
        self.workers[slot] = Worker(slot, env, package or self.package, log, self.cleanup)
        return self.workers[slot]

    def dismiss(self, slot: str, *, kill: bool = False) -> Worker:
        """Let a worker leave for good."""
        worker = self.workers.pop(slot)
        worker.leave(kill=kill)
        self.gone.append(worker)
        return worker

    def any_worker(self) -> Worker:
        """Return one of the workers, by the seed."""
        return self.workers[self.random.choice(sorted(self.workers))]

    def wait(self, shortest: float, longest: float | None = None) -> None:
        """Let time pass, which is what a fault is made of; between two bounds the seed decides."""
        time.sleep(self.random.uniform(shortest, longest) if longest else shortest)

    def back_to_work(self, at: float, *, first: float | None = None, disturbances: int = 1) -> None:
        """Wait until outputs come again, measured from `at` (seconds since 1970 UTC), and hold it against the limits.

        Args:
            at: when the fault struck, or, where nobody could work meanwhile, when it was over.
            first: limit for the first record of any stage; None: none.
            disturbances: how many times the fault may have made somebody repeat.
        """
        self.round.disturbances += disturbances
        since = at + IN_SOCKETS_SECONDS

        def going() -> bool:
            return None not in self.outputs.first_after("enriched", since).values()

        self.load.burst(4 * PARTITIONS)  # something to go on with at once
        self.load.go()  # the burst alone may leave a partition without an article, which then waits for nothing
        try:
            until(going, "every partition of news.enriched goes on", 4 * BACK_SECONDS)
        except TimeoutError as error:
            self.round.problems.append(str(error))
            self.round.stall = max(self.round.stall, 4 * BACK_SECONDS)
            return
        self._measure(since, first)

    def _measure(self, since: float, first: float | None) -> None:
        enriched = [s for s in self.outputs.first_after("enriched", since).values() if s is not None]
        clean = [s for s in self.outputs.first_after("clean", since).values() if s is not None]
        stall, soonest = max(enriched) + IN_SOCKETS_SECONDS, min(clean + enriched) + IN_SOCKETS_SECONDS
        self.round.first, self.round.stall = max(self.round.first, soonest), max(self.round.stall, stall)
        self.say(f"    first record after {soonest:.1f} s, all partitions after {stall:.1f} s")
        if first is not None and soonest > first:
            self.round.slow.append(f"first record after {soonest:.1f} s, allowed are {first:g}")
        if stall > BACK_SECONDS:
            self.round.slow.append(f"back to work after {stall:.1f} s, allowed are {BACK_SECONDS:g}")

    def drain(self) -> None:
        """Hold the load and wait until every stage has committed all of its source."""
        self.load.hold()
        lags: dict[str, int] = {}

        def drained() -> bool:
            lags.update(self.lags())
            return not any(lags.values())

        try:
            until(drained, "every stage has done everything", DRAIN_SECONDS)
        except TimeoutError as error:
            self.round.problems.append(f"{error}: lag {lags}")

    def lags(self) -> dict[str, int]:
        """Return how many records each stage has still to do; -1 where the broker does not tell."""
        group = self.env["NEWSWIRE_GROUP"]
        found = {}
        for stage, source in STAGES.items():
            try:
                lag = asyncio.run(
                    offsets.lag(self.cluster.bootstrap, f"{group}.{stage}", [f"{self.prefix}news.{source}"])
                )
            except BrokerError:
                return {stage: -1}
            found[stage] = sum(one.end - (one.committed or 0) for one in lag.values())
        return found

    def check(self) -> tuple[Report, Kafka]:
        """Read everything and judge it; return the report on all rows so far, and the records."""
        kafka = Kafka(asyncio.run(read_topics(self.cluster.bootstrap, self.prefix)), list(self.commits.seen))
        retained = int(self.env.get("NEWSWIRE_DEDUPE_ARTICLES", 0)) or None
        return check(kafka, read_journal(self.journal), retained), kafka

    def everyone(self) -> tuple[Worker, ...]:
        """Return all workers of this group, those that left first."""
        return (*self.gone, *self.workers.values())

    def crashes(self) -> list[str]:
        """Return the ends of workers that nobody asked for."""
        return [
            f"worker {worker.slot} ended with {gone.code}" for worker in self.everyone() for gone in worker.crashes()
        ]

    def reconcile(self) -> str | None:
        """Run `newswire reconcile` where the product has it; return why it is not content, None when it is."""
        done = subprocess.run(
            [sys.executable, "-m", "streams", "reconcile", "--fresh", "--strict", "--json"],
            env=self.env, cwd=self.package, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        if done.returncode == 2 and b"invalid choice" in done.stderr:
            self.say("    NOT RUN: newswire reconcile does not exist yet")
            return None
        if done.returncode == 0:
            return None
        return f"newswire reconcile ends with {done.returncode}: {(done.stdout + done.stderr).decode()[-600:]}"


def repeats_beyond(kafka: Kafka, report: Report, disturbances: int) -> list[str]:
    """Return the topics with more repeats than all disturbances together can explain."""
    found = []
    for topic, repeats in report.repeats.items():
        window = IN_FLIGHT + _most_in_window([record.at for record in kafka.of(topic)])
        limit = disturbances * DEPTH[topic] * window
        if repeats > limit:
            found.append(f"{repeats} repeats on news.{topic}, at most {limit} are explained")
    return found


def _most_in_window(times: Sequence[int]) -> int:
    ordered, start, most = sorted(times), 0, 0
    for end, when in enumerate(ordered):
        while when - ordered[start] > COMMIT_WINDOW_MS:
            start += 1
        most = max(most, end - start + 1)
    return most


@contextmanager
def arena(
    cleanup: Cleanup,
    name: str,
    seed: int,
    say: Callable[[str], None],
    *,
    brokers: int = 1,
    workers: int = 1,
    proxied: bool = False,
    edits: Edits = (),
    env: Mapping[str, str] | None = None,
    with_disks: bool = False,
    identities: int | None = None,
) -> Iterator[Arena]:
    """Start all of it, and end it."""
    folder = cleanup.folder(name.replace(" ", "-"))
    disks = {"kafka": Disk(cleanup, KAFKA_MIB), "state": Disk(cleanup, STATE_MIB)} if with_disks else {}
    cluster = Cluster(cleanup, folder, brokers, [disks["kafka"].path] if disks else ())
    say(f"  {brokers} broker{'s' * (brokers > 1)}, {workers} worker{'s' * (workers > 1)} in {folder}")
    with ExitStack() as stack:
        stack.callback(cluster.stop)
        cluster.start()
        proxies = [stack.enter_context(Proxy(b.proxy_port, b.inner_port, seed)) for b in cluster.brokers]
        prefix = f"f{uuid.uuid4().hex[:8]}."
        address = cluster.proxied if proxied else cluster.bootstrap
        variables = _environment(address, prefix, brokers, env or {})
        package = copy_package(folder / "package", edits)
        _create_topics(variables, package)
        journal = folder / "journal.jsonl"
        load = Load(cluster.bootstrap, f"{prefix}news.raw", journal, seed=seed, rate=RATE, identities=identities)
        made = Arena(
            name, cleanup, folder, cluster, prefix, package, variables, stack.enter_context(load),
            stack.enter_context(CommitWatch(cluster.bootstrap, variables["NEWSWIRE_GROUP"], prefix)),
            stack.enter_context(OutputWatch(cluster.bootstrap, prefix)),
            journal, random.Random(seed), say, proxies, disks=disks,
        )  # fmt: skip
        stack.callback(_leave_all, made)
        for number in range(workers):
            made.worker("abcdef"[number]).start(wait=False)
        for worker in made.workers.values():
            worker.wait_ready()
        yield made


def _environment(bootstrap: str, prefix: str, brokers: int, more: Mapping[str, str]) -> dict[str, str]:
    ours = {
        "NEWSWIRE_BOOTSTRAP": bootstrap, "NEWSWIRE_PREFIX": prefix, "NEWSWIRE_GROUP": f"{prefix}nw",
        "NEWSWIRE_PARTITIONS": str(PARTITIONS), "NEWSWIRE_REPLICATION": str(brokers), "NEWSWIRE_PROCESSES": "1",
        "NEWSWIRE_SESSION_SECONDS": str(SESSION_SECONDS), "NEWSWIRE_IN_FLIGHT": str(IN_FLIGHT),
        "NEWSWIRE_LOG_FORMAT": "json",
    }  # fmt: skip
    # Workers run a copy of the package: it shall be compiled once, like an installed one, not at each start.
    dropped = ("NEWSWIRE_", "PYTHONDONTWRITEBYTECODE")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**inherited, **ours, **more}


def _create_topics(env: Mapping[str, str], package: Path) -> None:
    """By the product itself: it knows which topics it needs."""
    done = subprocess.run(
        [sys.executable, "-m", "streams", "topics", "create"],
        env=dict(env), cwd=package, capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"newswire topics create: {(done.stdout + done.stderr).decode()[-600:]}")


def _leave_all(made: Arena) -> None:
    for worker in made.workers.values():
        worker.leave(kill=True)


def marked(kafka: Kafka, word: str) -> list[dict[str, object]]:
    """Return the enriched articles whose text holds a word."""
    return [json.loads(r.value or b"{}") for r in kafka.of("enriched") if word.encode() in (r.value or b"")]
