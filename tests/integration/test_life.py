"""The life of a worker: it starts only where it can keep its promise, ends in order, comes back, and says how it is."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from streams import health
from streams.broker import admin
from streams.broker.embedded import EmbeddedKafka
from streams.broker.errors import BrokerError
from streams.broker.limits import check_session
from streams.cli.errors import STOPPED
from streams.contracts.topics import Catalogue
from tests.data import DATA
from tests.expected import load_seeds
from tests.integration.running import (
    ROOT,
    environment,
    log_lines,
    newswire,
    outcomes,
    run_async,
    send,
    until,
    worker,
)

BROKERS = ("embedded",)  # the time goes into restarts of ours; the pipeline, producers and topics run on both

pytestmark = pytest.mark.integration
LOAD: Final = 200  # articles; one process extracts some 10 a second, so that the stop falls into the middle
STOP_SECONDS: Final = 10.0
STALE_SECONDS: Final = 4.0  # instead of 30, so that the test need not wait


def articles(count: int) -> list[bytes]:
    """Return real articles where there are some, else the seeds, told apart by their address."""
    path = DATA / "articles" / "allsides_8k.jsonl.gz"
    values = [seed.value for seed in load_seeds() if seed.value and seed.value.startswith(b'{"')]
    if path.exists():
        from producers.items import Item
        from producers.sources.files import read_files

        items = read_files([str(path)], mapping={"body": "text", "date": "published_at"})
        values = [item.value for item, _ in zip(items, range(count), strict=False) if isinstance(item, Item)]
    while len(values) < count:
        values.append(values[len(values) % 50].replace(b'"url": "', b'"url": "https://%d.example/' % len(values)))
    return values[:count]


def events(log: Path, name: str) -> list[dict[str, Any]]:
    return [line for line in log_lines(log) if line.get("event") == name]


def ready(log: Path, times: int = 1) -> None:
    until(lambda: len(events(log, "worker.ready")) >= times or None, f"worker ready {times} times")


def finished(log: Path, stage: str) -> int:
    return sum(line["stage"] == stage for line in events(log, "article"))


def behind(env: dict[str, str]) -> dict[str, int]:
    """Return the lag of each stage that has one."""
    lags = json.loads(newswire("status", "--json", env=env).stdout)["lag"]
    return {stage: lag for stage, lag in lags.items() if lag}


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def test_sigterm_under_load_ends_within_ten_seconds(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    sent = run_async(send(bootstrap, catalogue.raw, articles(LOAD)))
    env = environment(bootstrap, catalogue, tmp_path)
    with worker(env, log) as process:
        until(lambda: finished(log, "extract") > 20 or None, "the models under load")
        started = time.monotonic()
        process.terminate()
        assert process.wait(60) == 0
        seconds = time.monotonic() - started
    print(f"\nSIGTERM under load: exit 0 after {seconds:.1f} s")
    assert seconds < STOP_SECONDS
    [stopping] = events(log, "worker.stopping")
    assert sum(stopping["in_flight"].values()) > 0, "there was no load"
    assert finished(log, "extract") < len(sent), "there was nothing left to do"
    assert {line["in_flight"] for line in events(log, "stats")[-5:]} == {0}
    assert not list((tmp_path / "health").glob("*")), "a worker that ended in order leaves no health file"
    with worker(env, log) as process:
        found = run_async(outcomes(bootstrap, catalogue, sent, process), 400)
    assert len(found) == len(sent)


def test_sigterm_while_the_models_hang_ends_within_ten_seconds(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    """A stopped process sees neither its pipe close nor any signal but SIGKILL; its article comes again."""
    log = tmp_path / "worker.log"
    env = environment(bootstrap, catalogue, tmp_path)
    with worker(env, log) as process:
        ready(log)
        sent = run_async(send(bootstrap, catalogue.raw, articles(1)))
        run_async(outcomes(bootstrap, catalogue, sent, process))
        pools = [int(pid) for pid in _children(process.pid) if b"spawn_main" in _command(pid)]
        assert pools
        for pid in pools:
            os.kill(pid, signal.SIGSTOP)
        try:
            sent += run_async(send(bootstrap, catalogue.raw, articles(8)[3:]))
            until(lambda: finished(log, "classify") > 1 or None, "articles on their way to the models")
            started = time.monotonic()
            process.terminate()
            assert process.wait(30) == 0
            seconds = time.monotonic() - started
            left = [pid for pid in pools if Path(f"/proc/{pid}").exists()]
        finally:
            for pid in pools:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
    print(f"\nSIGTERM while the models hang: exit 0 after {seconds:.1f} s")
    assert seconds < STOP_SECONDS
    assert not left, "a model process outlived its worker"
    with worker(env, log) as process:
        assert len(run_async(outcomes(bootstrap, catalogue, sent, process))) == len(sent)


def test_a_supervised_worker_comes_back_in_its_slot(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    env = environment(bootstrap, catalogue, tmp_path)
    with worker(env, log, "--supervise") as process:
        ready(log)
        [first] = events(log, "supervisor.started")
        os.kill(first["pid"], signal.SIGKILL)
        killed = time.monotonic()
        ready(log, 2)
        print(f"\nkilled, ready again after {time.monotonic() - killed:.1f} s")
        slots = {line["slot"] for line in events(log, "worker.starting")}
        assert len(slots) == 1
        assert slots != {""}
        assert [line["exit_code"] for line in events(log, "supervisor.restarted")] == [-signal.SIGKILL]
        assert newswire("health", env=env).returncode == 0
        process.terminate()
        assert process.wait(40) == 0
    sent = run_async(send(bootstrap, catalogue.raw, articles(3)))
    with worker(env, log, "--supervise") as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))
        assert {line["slot"] for line in events(log, "worker.starting")} == slots
        child = events(log, "supervisor.started")[-1]["pid"]
        process.kill()
        until(lambda: health.alive(child) is False or None, "the end of the worker whose supervisor was killed", 20)


def test_two_supervised_workers_of_a_folder_have_two_slots(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    env, logs = environment(bootstrap, catalogue, tmp_path), [tmp_path / "a.log", tmp_path / "b.log"]
    stages = ("--stages", "normalise")
    with worker(env, logs[0], "--supervise", *stages), worker(env, logs[1], "--supervise", *stages):
        for log in logs:
            ready(log)
        assert len({events(log, "worker.starting")[0]["slot"] for log in logs}) == 2
        said = newswire("health", "--json", env=env)
        assert len(said.stdout.splitlines()) == 2
        assert said.returncode == 0


def test_wrong_settings_are_not_retried(bootstrap: str, tmp_path: Path) -> None:
    env = environment(bootstrap, Catalogue(prefix="nothing-here."), tmp_path)
    started = time.monotonic()
    done = newswire("worker", "--supervise", env=env)
    assert done.returncode == 2
    assert b"does not exist: create it with `newswire topics create`" in done.stderr
    assert b"supervisor.gave_up" in done.stderr
    assert b"supervisor.restarted" not in done.stderr
    assert time.monotonic() - started < 30


def test_a_worker_that_stands_still_is_stale_and_says_since_when(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    log = tmp_path / "worker.log"
    env = environment(bootstrap, catalogue, tmp_path, NEWSWIRE_HEALTH_SECONDS=str(STALE_SECONDS), NEWSWIRE_SLOT="a")
    assert newswire("health", env=env).returncode == 1, "no worker, no health"
    with worker(env, log) as process:
        ready(log)
        idle_until = time.monotonic() + 2 * STALE_SECONDS
        until(lambda: time.monotonic() > idle_until or None, "an idle worker stays healthy")
        assert newswire("health", env=env).returncode == 0
        file = health.path_of(tmp_path, "a", 0)
        assert events(log, "worker.starting")[0]["health"] == str(file)
        with stopped(process.pid):
            until(lambda: time.time() - file.stat().st_mtime > STALE_SECONDS or None, "an old file")
            done = newswire("health", "--slot", "a", env=env)
            assert done.returncode == 1
            assert b"worker a: its event loop stands still since 20" in done.stdout
            assert len(done.stdout.splitlines()) == 1
        until(lambda: newswire("health", env=env).returncode == 0 or None, "healthy again", 30)


def test_a_stage_whose_models_hang_is_named(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    env = environment(bootstrap, catalogue, tmp_path, NEWSWIRE_HEALTH_SECONDS=str(STALE_SECONDS), NEWSWIRE_SLOT="a")
    with worker(env, log) as process:
        ready(log)
        run_async(outcomes(bootstrap, catalogue, run_async(send(bootstrap, catalogue.raw, articles(2))), process))
        pools = [int(pid) for pid in _children(process.pid)]
        assert pools
        for pid in pools:
            os.kill(pid, signal.SIGSTOP)
        try:
            run_async(send(bootstrap, catalogue.raw, articles(6)[3:]))
            until(lambda: newswire("health", env=env).returncode or None, "a stale worker", 40)
            assert b"stage extract finishes nothing" in newswire("health", env=env).stdout
        finally:
            for pid in pools:
                os.kill(pid, signal.SIGCONT)


def _children(pid: int) -> list[str]:
    """Return the processes below this one, by the kernel's word."""
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            found += [child, *_children(int(child))]
    return found


def _command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def test_a_broker_that_is_gone_is_told_as_such(tmp_path: Path) -> None:
    """The file goes stale and names Kafka; the log stays small; the worker goes on once Kafka is back."""
    log, folder = tmp_path / "worker.log", tmp_path / "kafka"
    catalogue = Catalogue(prefix="gone.", partitions=2)
    with EmbeddedKafka(folder) as broker:
        bootstrap = broker.bootstrap
        run_async(admin.ensure_topics(bootstrap, list(catalogue)))
        env = environment(bootstrap, catalogue, tmp_path, NEWSWIRE_HEALTH_SECONDS=str(STALE_SECONDS))
        with worker(env, log, "--stages", "normalise") as process:
            ready(log)
            broker.stop()
            before = len(log_lines(log))
            until(lambda: b"stage normalise has no answer from Kafka" in newswire("health", env=env).stdout or None, "")
            outage_until = time.monotonic() + 20
            until(lambda: time.monotonic() > outage_until or None, "an outage of 20 s and more")
            lines = [line for line in log_lines(log)[before:] if line["event"] == "library"]
            print(f"\n{len(lines)} library lines in the outage")
            assert len(lines) < 40
            with EmbeddedKafka(folder, port=int(bootstrap.rpartition(":")[2])):
                until(lambda: newswire("health", env=env).returncode == 0 or None, "healthy again", 60)
                assert process.poll() is None


@contextmanager
def own_broker(catalogue: Catalogue) -> Iterator[tuple[str, int]]:
    """Run a broker that may be stopped, with topics; its address and the process to be stopped."""
    before = set(_children(os.getpid()))
    with EmbeddedKafka() as broker:
        [java] = [int(pid) for pid in set(_children(os.getpid())) - before if b"java" in _command(pid).split(b"\0")[0]]
        run_async(admin.ensure_topics(broker.bootstrap, list(catalogue)))
        yield broker.bootstrap, java


def test_a_record_that_kafka_never_acknowledges_stops_the_worker(tmp_path: Path) -> None:
    """Nothing that is finished waits for its commit, whose barrier would notice; aiokafka tries again for ever."""
    log, catalogue = tmp_path / "worker.log", Catalogue(prefix="silent.", partitions=2)
    with own_broker(catalogue) as (bootstrap, java):
        env = environment(bootstrap, catalogue, tmp_path, NEWSWIRE_REQUEST_SECONDS="3")
        with worker(env, log) as process:
            ready(log)
            sent = run_async(send(bootstrap, catalogue.raw, articles(1)))
            run_async(outcomes(bootstrap, catalogue, sent, process))
            with ExitStack() as models:
                for pid in _children(process.pid):
                    models.enter_context(stopped(int(pid)))
                sent += run_async(send(bootstrap, catalogue.raw, articles(8)[7:]))
                until(lambda: finished(log, "classify") == 2 or None, "the second article on its way to the models")
                until(lambda: behind(env) == {"extract": 1} or None, "all but it committed")
                os.kill(java, signal.SIGSTOP)
            try:
                assert process.wait(60) == STOPPED
            finally:
                os.kill(java, signal.SIGCONT)
            [end] = events(log, "worker.stopped")
            reason = f"DeliveryTimeout: no acknowledgement from Kafka for 3 s: {catalogue.enriched.name}"
            assert end["reason"] == reason
        until(lambda: newswire("topics", "check", env=env).returncode == 0 or None, "the broker awake", 60)
        with worker(environment(bootstrap, catalogue, tmp_path), log) as process:
            assert len(run_async(outcomes(bootstrap, catalogue, sent, process))) == len(sent)


@pytest.fixture
def strict_broker() -> Iterator[str]:
    """A broker that allows short sessions only."""
    with EmbeddedKafka(properties={"group.max.session.timeout.ms": "7000"}) as broker:
        yield broker.bootstrap


def test_a_session_longer_than_the_broker_allows_is_refused_at_the_start(strict_broker: str, tmp_path: Path) -> None:
    catalogue = Catalogue(prefix="strict.", partitions=1)
    run_async(admin.ensure_topics(strict_broker, list(catalogue)))
    run_async(check_session(strict_broker, 7.0))
    with pytest.raises(BrokerError, match="allows session timeouts of 6 to 7 s, not 10"):
        run_async(check_session(strict_broker, 10.0))
    done = newswire("worker", env=environment(strict_broker, catalogue, tmp_path))
    assert done.returncode == 2
    assert b"set NEWSWIRE_SESSION_SECONDS" in done.stderr


@pytest.mark.parametrize(
    ("changes", "code", "says"),
    [
        ({"retention.ms": "3600000"}, 2, "has retention.ms=3600000, the catalogue says"),
        ({"cleanup.policy": "compact"}, 2, "has cleanup.policy=compact"),
        ({"message.timestamp.type": "CreateTime"}, 2, "has message.timestamp.type=CreateTime"),
        ({"max.message.bytes": "1000"}, 2, "has max.message.bytes=1000"),
        ({"min.insync.replicas": "2"}, 2, "no record would be acknowledged"),
        ({"retention.ms": "-1"}, 0, "more does no harm"),
    ],
)
def test_a_topic_that_would_lose_records_is_refused_and_more_room_is_a_warning(
    bootstrap: str, tmp_path: Path, changes: dict[str, str], code: int, says: str
) -> None:
    catalogue = Catalogue(prefix=f"w{os.urandom(4).hex()}.", partitions=1)
    specs = [_Other(spec, changes if spec.name == catalogue.enriched.name else {}) for spec in catalogue]
    run_async(admin.ensure_topics(bootstrap, specs))
    env, log = environment(bootstrap, catalogue, tmp_path), tmp_path / "worker.log"
    if code:
        done = newswire("worker", env=env)
        assert done.returncode == code
        assert says in done.stderr.decode()
        assert len(done.stderr.splitlines()) == 1
        return
    with worker(env, log, "--stages", "normalise"):
        ready(log)
    [warning] = events(log, "topic.differs")
    assert says in warning["reason"]


def test_records_that_left_retention_unread_are_not_passed_over(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    env, topic = environment(bootstrap, catalogue, tmp_path), catalogue.raw.name
    run_async(_read_one_and_lose_some(bootstrap, topic, f"{env['NEWSWIRE_GROUP']}.normalise"))
    done = newswire("worker", "--stages", "normalise", env=env)
    assert done.returncode == 2
    assert f"{topic}/0: offsets 1 to 4 left retention before normalise read them" in done.stderr.decode()
    assert len(done.stderr.splitlines()) == 1
    log = tmp_path / "worker.log"
    with worker({**env, "NEWSWIRE_SKIP_EXPIRED": "true"}, log, "--stages", "normalise"):
        until(lambda: len(events(log, "article")) == 1 or None, "what is left is read")
    at_start, while_reading = (event["reason"] for event in events(log, "records.expired"))
    assert f"{topic}/0: offsets 1 to 4 left retention" in at_start
    assert "to 4 left retention" in while_reading


async def _read_one_and_lose_some(bootstrap: str, topic: str, group: str) -> None:
    """Publish six records; the group has read the first when the first five are deleted."""
    first = TopicPartition(topic, 0)
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        for number in range(6):
            await producer.send_and_wait(topic, b"%d" % number, partition=0)
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False) as consumer:
        consumer.assign([first])
        await consumer.commit({first: 1})
    admin_client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin_client.start()
    await admin_client.delete_records({first: RecordsToDelete(before_offset=5)})
    await admin_client.close()


class _Other:
    """A topic with other settings than the catalogue's."""

    def __init__(self, spec: Any, changes: dict[str, str]) -> None:
        self.name, self.partitions = spec.name, spec.partitions
        self._settings = {**spec.config(), **changes}

    def config(self) -> dict[str, str]:
        return self._settings


UNSAFE = """
import sys
from streams.delivery import fixes
{change}
from streams.cli import main
sys.exit(main(["worker"]))
"""


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("fixes.PINNED['aiokafka'] = '9.9'", b"aiokafka 0.14.0 is installed, 9.9 is needed"),
        ("import faust.streams; faust.streams._CStreamIterator = None", b"compiled stream iterator is missing"),
        ("fixes.make_producer_idempotent = lambda: None", b"would not be idempotent"),
    ],
)
def test_an_engine_without_its_fixes_is_refused(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path, change: str, says: bytes
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNSAFE.format(change=change)],
        env=environment(bootstrap, catalogue, tmp_path), cwd=ROOT, capture_output=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert says in done.stderr
    assert b"Traceback" not in done.stderr


def test_health_as_json_is_one_object_a_worker(tmp_path: Path) -> None:
    health.Watch(health.path_of(tmp_path, "b", 0), "b", time.time).write([])
    done = newswire("health", "--json", env={**os.environ, "NEWSWIRE_STATE": str(tmp_path)})
    assert json.loads(done.stdout)["slot"] == "b"
    assert done.returncode == 0


def test_sigterm_ends_a_worker_in_time_while_its_broker_hangs(tmp_path: Path) -> None:
    """What is under way cannot be delivered, nor the last offsets committed; all of it comes again."""
    log, catalogue = tmp_path / "worker.log", Catalogue(prefix="hung.", partitions=2)
    with own_broker(catalogue) as (bootstrap, java):
        env = environment(bootstrap, catalogue, tmp_path)
        with worker(env, log) as process:
            ready(log)
            sent = run_async(send(bootstrap, catalogue.raw, articles(60)))
            until(lambda: finished(log, "classify") > 5 or None, "work under way")
            os.kill(java, signal.SIGSTOP)
            try:
                told = time.monotonic()
                process.send_signal(signal.SIGTERM)
                process.wait(60)
                assert time.monotonic() - told < 12, "10 s, and 2 of a busy machine"
            finally:
                os.kill(java, signal.SIGCONT)
        until(lambda: newswire("topics", "check", env=env).returncode == 0 or None, "the broker awake", 60)
        with worker(env, log) as process:
            assert len(run_async(outcomes(bootstrap, catalogue, sent, process))) == len(sent)
