"""Each of the fixes, on the libraries' own classes, without a broker: the same case with and without it."""

import asyncio
import gc
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock, Mock

import faust
import pytest
import uvloop
from aiokafka.client import AIOKafkaClient
from aiokafka.conn import AIOKafkaConnection
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import (
    IncompatibleBrokerVersion,
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
)  # fmt: skip
from aiokafka.protocol.admin import ApiVersionRequest
from aiokafka.protocol.commit import OffsetFetchResponse_v3
from aiokafka.protocol.metadata import MetadataRequest
from faust.app.base import App
from faust.tables.recovery import Recovery, ServiceStopped
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import Producer
from faust.transport.producer import ProducerBuffer
from faust.types import TP

from streams.app import Parts, create_app
from streams.contracts.topics import Catalogue
from streams.delivery import fixes
from streams.delivery.records import Handled, Stage
from streams.settings import load

DEADLINE_SECONDS = 10.0
SOURCE = TP("in", 0)


# What the fixes touch, as it was when the tests were collected: a test that ran before may have installed the fixes.
STOCK = [
    (owner, name, owner.__dict__[name])
    for owner, name in (
        (Recovery, "on_recovery_completed"), (Recovery, "_resume_streams"), (App, "_on_partitions_revoked"),
        (Producer, "_settings_extra"), (Producer, "send"), (ProducerBuffer, "put"), (ProducerBuffer, "_send_pending"),
        (Consumer, "_commit_offsets"), (Consumer, "force_commit"), (Consumer, "_add_gap"), (Consumer, "perform_seek"),
        (AIOKafkaConnection, "send"), (Recovery, "_wait"), (GroupCoordinator, "_send_req"),
    )
]  # fmt: skip
assert not getattr(Producer, "newswire_fixed", False), "the fixes were installed while tests were collected"


@pytest.fixture(autouse=True)
def stock_faust() -> Iterator[None]:
    """Give each test the classes as Faust ships them, and give them back as they were found."""
    found = [(owner, name, owner.__dict__[name]) for owner, name, _ in STOCK]
    marked = getattr(Producer, "newswire_fixed", False)
    _set(STOCK, marked=False)
    yield
    _set(found, marked=marked)
    gc.collect()  # deliveries that failed on purpose are complained of here, and not in the middle of another test


def _set(attributes: list[tuple[type, str, Any]], *, marked: bool) -> None:
    for owner, name, value in attributes:
        setattr(owner, name, value)
    Producer.newswire_fixed = marked


class KafkaProducer:
    """Stands for aiokafka's: `send` waits for the gate, a delivery is settled by the test."""

    def __init__(self) -> None:
        self.deliveries: list[asyncio.Future[Any]] = []
        self.gate = asyncio.Event()

    async def send(self, *_: Any, **__: Any) -> "asyncio.Future[Any]":
        await self.gate.wait()
        delivery: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.deliveries.append(delivery)
        return delivery

    async def flush(self) -> None:
        if self.deliveries:
            await asyncio.wait(self.deliveries)


class Rig:
    """A Faust app whose network parts are replaced, so that a commit can be watched."""

    def __init__(self) -> None:
        self.app: Any = faust.App("t", broker="kafka://127.0.0.1:1", store="memory://", topic_disable_leader=True)
        self.app.finalize()
        self.topic = self.app.topic("x", key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        self.kafka = KafkaProducer()
        self.producer, self.consumer = self.app.producer, self.app.consumer
        self.producer._producer = self.kafka
        self.producer.maybe_start = AsyncMock()
        self.consumer.assignment = lambda: {SOURCE}
        self.consumer._commit = AsyncMock(return_value=True)
        self.consumer.crash = AsyncMock()
        self.app.tables.on_commit = Mock()

    async def start(self) -> None:
        await self.producer.buffer.maybe_start()

    async def commit(self, offset: int = 5) -> None:
        await self.consumer._commit_offsets({SOURCE: offset})

    @property
    def commits(self) -> int:
        return int(self.consumer._commit.await_count)


async def turns(count: int = 50) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():
            await asyncio.sleep(0.001)


async def changelog_still_buffered(rig: Rig) -> None:
    for number in range(5):
        rig.topic.send_soon(key=b"k", value=b"%d" % number)
    commit = asyncio.ensure_future(rig.commit())
    await asyncio.sleep(0.3)  # longer than the 0.1 s that stock Faust gives a flush
    assert rig.commits == 0, "committed while changelog records are in the buffer"
    rig.kafka.gate.set()
    await until(lambda: len(rig.kafka.deliveries) == 5)
    assert rig.commits == 0, "committed before the broker acknowledged"
    for delivery in rig.kafka.deliveries:
        delivery.set_result(Mock())
    await commit
    assert rig.commits == 1


async def failed_send_soon(rig: Rig) -> None:
    rig.kafka.gate.set()
    rig.topic.send_soon(key=b"k", value=b"v")
    await fails_and_never_commits(rig)


async def failed_send(rig: Rig) -> None:
    rig.kafka.gate.set()
    await rig.topic.send(key=b"k", value=b"v")
    await fails_and_never_commits(rig)


async def fails_and_never_commits(rig: Rig) -> None:
    await until(lambda: len(rig.kafka.deliveries) == 1)
    rig.kafka.deliveries[0].set_exception(KafkaTimeoutError())
    await rig.commit()
    assert rig.commits == 0, "committed although a record was not delivered"
    assert rig.consumer.crash.await_count == 1
    await rig.commit(9)
    assert rig.commits == 0, "a later commit went through: the failure must stay"


async def rejected_before_it_was_queued(rig: Rig) -> None:
    rig.kafka.send = AsyncMock(side_effect=MessageSizeTooLargeError())  # type: ignore[method-assign]
    rig.producer.buffer.crash = AsyncMock()
    rig.topic.send_soon(key=b"k", value=b"v")
    await turns()
    await rig.commit()
    assert rig.commits == 0, "committed although a record was rejected"


async def never_acknowledged(rig: Rig) -> None:
    rig.kafka.gate.set()
    await rig.topic.send(key=b"k", value=b"v")
    Producer.newswire_barrier_seconds = 0.05
    await rig.commit()
    assert rig.commits == 0, "committed although the barrier ran out of time"
    assert rig.consumer.crash.await_count == 1


async def hung_commit(rig: Rig) -> None:
    rig.consumer._commit = lambda _: asyncio.Event().wait()
    Consumer.newswire_commit_seconds = 0.05
    await rig.commit()
    assert rig.consumer.crash.await_count == 1
    assert "not committed within 0.05 s" in str(rig.consumer.crash.await_args.args[0])


BARRIER_CASES = [
    changelog_still_buffered,
    failed_send_soon,
    failed_send,
    rejected_before_it_was_queued,
    never_acknowledged,
]


def run(
    case: Callable[[Rig], Awaitable[None]],
    new_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
) -> None:
    async def limited() -> None:
        rig = Rig()
        await rig.start()
        await asyncio.wait_for(case(rig), DEADLINE_SECONDS)

    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(limited())


@pytest.mark.parametrize("case", BARRIER_CASES)
def test_the_barrier_holds_a_commit_back(case: Callable[[Rig], Awaitable[None]]) -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    run(case)


# The last case has no counterpart: stock Faust gives up on no delivery, it waits for ever.
@pytest.mark.parametrize("case", BARRIER_CASES[:-1])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_the_barrier_each_case_loses_records(case: Callable[[Rig], Awaitable[None]]) -> None:
    with pytest.raises(AssertionError):
        run(case)


def test_a_commit_that_hangs_stops_the_worker() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    run(hung_commit)


def test_without_the_fix_a_commit_that_hangs_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.DEADLINE_SECONDS", 0.5)
    with pytest.raises(TimeoutError):
        run(hung_commit)


async def records_that_never_came(rig: Rig) -> None:
    rig.consumer._committed_offset[SOURCE] = 100
    rig.consumer._acked[SOURCE] = [105, 106, 107]
    Consumer.newswire_commit_seconds = 60.0
    await rig.consumer.force_commit()
    assert rig.consumer.crash.await_count == 0, "what is in flight may still come"
    Consumer.newswire_commit_seconds = 0.0
    await rig.consumer.force_commit()
    assert rig.commits == 0, "committed past records that never came"
    assert rig.consumer.crash.await_count == 1, "finished records would stay uncommitted for ever"
    assert "in/0: offsets from 100 up to 105 were skipped" in str(rig.consumer.crash.await_args.args[0])


async def a_gap_that_closes(rig: Rig) -> None:
    rig.consumer._committed_offset[SOURCE] = 100
    rig.consumer._acked[SOURCE] = [102]
    Consumer.newswire_commit_seconds = 60.0
    await rig.consumer.force_commit()
    rig.consumer._acked[SOURCE] = [100, 101, 102]
    rig.consumer._acked_index[SOURCE] = {100, 101, 102}
    await rig.consumer.force_commit()
    Consumer.newswire_commit_seconds = 0.0
    await rig.consumer.force_commit()
    assert rig.commits == 1
    assert rig.consumer.crash.await_count == 0


def test_skipped_records_stop_the_worker() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    run(records_that_never_came)
    run(a_gap_that_closes)


def test_without_the_fix_skipped_records_stop_nothing() -> None:
    with pytest.raises(AssertionError, match="uncommitted for ever"):
        run(records_that_never_came)


async def records_that_left_retention(rig: Rig) -> None:
    rig.consumer._committed_offset[SOURCE] = 100
    rig.consumer.earliest_offsets = AsyncMock(return_value={SOURCE: 450})
    await rig.consumer._add_gap(SOURCE, 101, 450)
    assert rig.consumer.crash.await_count == 1, "lost records were taken for a gap of compaction"
    assert "in/0: offsets 101 to 449 left retention" in str(rig.consumer.crash.await_args.args[0])
    assert not rig.consumer._gap[SOURCE], "what comes behind them could be committed"
    Consumer.newswire_skip_expired = True
    await rig.consumer._add_gap(SOURCE, 101, 450)
    assert rig.consumer.crash.await_count == 1
    assert rig.consumer._gap[SOURCE]


async def a_gap_of_a_transaction(rig: Rig) -> None:
    rig.consumer._committed_offset[SOURCE] = 100
    rig.consumer.earliest_offsets = AsyncMock(return_value={SOURCE: 50})
    await rig.consumer._add_gap(SOURCE, 102, 103)
    assert rig.consumer.crash.await_count == 0
    assert rig.consumer._gap[SOURCE]


def test_records_that_left_retention_stop_the_worker_and_other_gaps_do_not() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    run(records_that_left_retention)
    run(a_gap_of_a_transaction)


def test_without_the_fix_records_that_left_retention_are_taken_for_a_gap() -> None:
    with pytest.raises(AssertionError, match="taken for a gap"):
        run(records_that_left_retention)


async def written_to_when_closed(_: Rig) -> None:
    """A request on a connection whose transport uvloop has closed, and the reader has not noticed yet."""
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    connection = AIOKafkaConnection(*listener.sockets[0].getsockname(), max_idle_ms=None)
    connection._reader, connection._writer = await asyncio.open_connection(connection._host, connection._port)
    reading = connection._read_task = asyncio.ensure_future(asyncio.Event().wait())
    connection._writer.transport.abort()
    await turns()
    try:
        connection.send(ApiVersionRequest())
    finally:
        reading.cancel()
        listener.close()


def test_a_closed_connection_is_a_connection_error_under_uvloop() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    with pytest.raises(KafkaConnectionError, match="the handler is closed"):
        run(written_to_when_closed, uvloop.new_event_loop)


def test_without_the_fix_aiokafka_gets_an_error_that_it_does_not_expect() -> None:
    with pytest.raises(RuntimeError, match="the handler is closed") as raised:
        run(written_to_when_closed, uvloop.new_event_loop)
    assert not isinstance(raised.value, KafkaError)


async def not_known_to_the_broker(_: Rig) -> None:
    connection = AIOKafkaConnection("127.0.0.1", 1)
    connection._writer = Mock()
    connection.send(MetadataRequest([]))


def test_aiokafkas_own_errors_stay_what_they_are() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    with pytest.raises(IncompatibleBrokerVersion):
        run(not_known_to_the_broker)


async def a_partition_without_a_committed_offset(rig: Rig) -> None:
    new, zero, known, changelog = (SOURCE, TP("in", 1), TP("in", 2), TP("t-articles-changelog", 0))
    rig.app.tables._changelogs = {changelog.topic: Mock()}
    rig.consumer.assignment = lambda: {new, zero, known, changelog}
    rig.consumer.seek_to_committed = AsyncMock(return_value={new: None, zero: 0, known: 7, changelog: None})
    rig.consumer.earliest_offsets = AsyncMock(side_effect=lambda *tps: dict.fromkeys(tps, 0))
    rig.consumer._seek = AsyncMock()
    await rig.consumer.perform_seek()
    sought = {call.args for call in rig.consumer._seek.await_args_list}
    assert sought == {(new, 0), (zero, 0)}, "the records that were fetched and dropped would be lost"
    assert (rig.consumer._committed_offset[known], rig.consumer._read_offset[known]) == (7, 7)


def test_a_partition_without_a_committed_offset_is_read_from_its_beginning() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    run(a_partition_without_a_committed_offset)


def test_without_the_fix_a_partition_without_a_committed_offset_is_not_sought_back() -> None:
    with pytest.raises(AssertionError, match="would be lost"):
        run(a_partition_without_a_committed_offset)


async def a_partition_whose_commit_was_refused(rig: Rig) -> None:
    """Faust notes the offset of a commit also where Kafka refused it, after a rebalance."""
    rig.app.tables._changelogs = {}
    rig.consumer._committed_offset[SOURCE] = 1
    rig.consumer.seek_to_committed = AsyncMock(return_value={SOURCE: None})
    rig.consumer.earliest_offsets = AsyncMock(return_value={SOURCE: 0})
    rig.consumer._seek = AsyncMock()
    await rig.consumer.perform_seek()
    assert rig.consumer._seek.await_count == 1, "the records that were fetched and dropped would be lost"
    assert rig.consumer._committed_offset[SOURCE] is None


def test_a_partition_whose_commit_was_refused_is_read_from_its_beginning() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    run(a_partition_whose_commit_was_refused)


def test_without_the_fix_a_partition_whose_commit_was_refused_is_not_sought_back() -> None:
    with pytest.raises(AssertionError, match="would be lost"):
        run(a_partition_whose_commit_was_refused)


async def recovery_that_waits(rig: Rig) -> None:
    await rig.app.tables.recovery._wait(asyncio.Event().wait(), timeout=0.01)


async def recovery_that_is_stopped(rig: Rig) -> None:
    rig.app.tables.recovery._stopped.set()
    await recovery_that_waits(rig)


def test_kafka_that_does_not_answer_while_partitions_are_taken_over_stops_the_worker() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    with pytest.raises(fixes.RecoveryTimeout, match=r"t: no answer from Kafka within 0\.01 s"):
        run(recovery_that_waits)
    with pytest.raises(ServiceStopped):
        run(recovery_that_is_stopped)


def test_without_the_fix_it_is_taken_for_the_end_of_the_service() -> None:
    with pytest.raises(ServiceStopped):
        run(recovery_that_waits)


async def a_coordinator_that_has_just_moved(_: Rig) -> None:
    """It answers twice with an error for the whole request, then with the offset."""
    answers = [(14, []), (16, []), (0, [("in", [(0, 7, "", 0)])])]
    client = AIOKafkaClient(bootstrap_servers="127.0.0.1:1")
    client.send = AsyncMock(side_effect=[OffsetFetchResponse_v3(0, topics, code) for code, topics in answers])
    coordinator = GroupCoordinator(client, Mock(), group_id="g", group_instance_id=None, retry_backoff_ms=1)
    coordinator.coordinator_id = 1
    found = coordinator.coordinator_dead = Mock()
    coordinator.ensure_coordinator_known = AsyncMock()
    offsets = await coordinator.fetch_committed_offsets([SOURCE])
    assert offsets, "the topic would be read from its beginning"
    assert offsets[SOURCE].offset == 7
    assert found.call_count == 1, "looked for anew once it said that it had moved"


def test_a_coordinator_that_has_just_moved_is_asked_again() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    run(a_coordinator_that_has_just_moved)


def test_without_the_fix_its_error_is_taken_for_no_committed_offsets() -> None:
    with pytest.raises(AssertionError, match="from its beginning"):
        run(a_coordinator_that_has_just_moved)


@pytest.mark.parametrize(
    ("owner", "name"),
    [(Recovery, "on_recovery_completed"), (Recovery, "_resume_streams"), (App, "_on_partitions_revoked")],
)
def test_the_flow_is_stopped_before_recovery_completes(owner: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    async def original(_: Any, argument: Any) -> None:
        order.append(f"{name} {argument}")

    monkeypatch.setattr(owner, name, original)
    fixes.stop_flow_before_recovery_completes()
    app = Mock()
    app.consumer.stop_flow.side_effect = lambda: order.append("consumer stopped")
    app.flow_control.suspend.side_effect = lambda: order.append("streams suspended")
    asyncio.run(getattr(owner, name)(app if owner is App else Mock(app=app), 7))
    assert order == ["consumer stopped", "streams suspended", f"{name} 7"]


def test_the_producer_is_idempotent() -> None:
    assert "enable_idempotence" not in Producer._settings_extra(Mock(app=Mock(in_transaction=False)))
    fixes.make_producer_idempotent()
    assert Producer._settings_extra(Mock()) == {"acks": "all", "enable_idempotence": True}


def test_the_barrier_gives_up_before_kafka_gives_the_partitions_away(tmp_path: Path) -> None:
    for session in (6.0, 10.0, 45.0):
        settings = load(bootstrap="127.0.0.1:1", session_seconds=session, state=tmp_path)
        create_app(settings, "normalise", epochs={}, parts=Parts(settings), pipeline="p", build=_no_stage)
        limit = Producer.newswire_barrier_seconds
        # What is left of the session must do for the commit and for stopping.
        assert 0 < limit <= 0.8 * session


def _no_stage(*_: Any) -> tuple[Stage, None]:
    catalogue = Catalogue()
    return Stage("normalise", (catalogue.raw,), lambda _: Handled("done"), lambda _: "o"), None


def test_installing_twice_wraps_once() -> None:
    fixes.install(barrier_seconds=5.0, commit_seconds=5.0)
    once = Consumer._commit_offsets
    fixes.install(barrier_seconds=6.0, commit_seconds=7.0)
    assert Consumer._commit_offsets is once
    assert (Producer.newswire_barrier_seconds, Consumer.newswire_commit_seconds) == (6.0, 7.0)


def test_the_pinned_versions_are_installed() -> None:
    fixes.check_versions()


def test_other_versions_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixes, "version", lambda _: "9.9.9")
    with pytest.raises(fixes.UnsafeEngine, match=r"faust-streaming 9\.9\.9 is installed, 0\.15\.3 is needed"):
        fixes.check_versions()


def test_a_missing_compiled_iterator_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("faust.streams._CStreamIterator", None)
    with pytest.raises(fixes.UnsafeEngine, match="compiled stream iterator"):
        fixes.check_versions()
