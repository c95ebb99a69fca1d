"""Six fixes to faust-streaming 0.15.3 and aiokafka 0.14.0 (docs/adr/0003-delivery.md).

Without the first three, records are lost; without the fourth and the fifth, a stage may stand for ever; without the
sixth, a topic may be read from its beginning although the group has read it.

1. Recovery race: stream partitions are resumed before they are sought back to the committed offset; records that
   arrive in between are taken for gaps of compaction and committed over. The flow is stopped first. And partitions
   without a committed offset are not sought back at all: those are sought to their beginning.
2. In at-least-once mode the producer is not idempotent. It is now, with acks=all.
3. A commit does not wait for the records that its offsets caused. The barrier in front of it does, and a failed
   delivery stops this process from ever committing again. A commit that hangs stops the process, and so do records
   that were skipped: what comes after them is never committed, and a restart reads them. Records that left
   retention before they were read are said to be lost, instead of being taken for gaps of compaction.
4. uvloop says RuntimeError when a closed connection is written to, aiokafka expects OSError. Its task that follows the
   cluster's changes ends by it, unheard, and the client never finds its coordinator or a new leader again.
5. What Faust asks of Kafka before a stage reads on, after a rebalance, has a time limit. That it was reached is taken
   for the end of the service: the task that takes over partitions ends, unheard, and no partition is read again. The
   process stops instead.
6. A coordinator that has just moved answers a question for committed offsets with an error and no offsets; aiokafka
   looks at the offsets only. It is an error now, and asked again.

They touch private methods, so `check_versions` refuses any other release. All of it goes the day a release needs none.
"""

import asyncio
from collections.abc import Awaitable
from importlib.metadata import version
from typing import Any, Final

import faust.streams
import structlog
from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.errors import (
    GroupAuthorizationFailedError,
    GroupCoordinatorNotAvailableError,
    KafkaConnectionError,
    NotCoordinatorForGroupError,
    for_code,
)
from aiokafka.protocol.commit import OffsetFetchRequest
from faust.app.base import App
from faust.exceptions import ProducerSendError
from faust.tables.recovery import Recovery, ServiceStopped
from faust.transport.consumer import Consumer, ensure_TP
from faust.transport.drivers.aiokafka import Producer
from faust.transport.producer import ProducerBuffer

PINNED: Final = {"faust-streaming": "0.15.3", "aiokafka": "0.14.0"}


class UnsafeEngine(RuntimeError):
    """The installed libraries are not the ones that the fixes were proven on."""


class CommitTimeout(RuntimeError):
    """A commit did not end in time."""


class RecoveryTimeout(RuntimeError):
    """Kafka did not answer what a stage asks before it reads on."""


class SkippedRecords(RuntimeError):
    """Records behind the committed offset were done, those at it never came."""


class ExpiredRecords(RuntimeError):
    """Records left their topic before they were read."""


def check_versions() -> None:
    """Refuse to run on other releases, or without the compiled stream iterator (the pure one acks skipped records).

    Raises:
        UnsafeEngine: with what is installed and what to do.
    """
    for package, wanted in PINNED.items():
        if (found := version(package)) != wanted:
            raise UnsafeEngine(f"{package} {found} is installed, {wanted} is needed: pip install {package}=={wanted}")
    if getattr(faust.streams, "_CStreamIterator", None) is None:
        raise UnsafeEngine(
            "faust's compiled stream iterator is missing: install faust-streaming from a wheel, and unset NO_CYTHON"
        )


def install(barrier_seconds: float, commit_seconds: float, *, skip_expired: bool = False) -> None:
    """Apply the fixes to this process; a second call changes nothing but these numbers.

    Args:
        barrier_seconds: how long a commit may wait for deliveries; below the session timeout, or Kafka gives the
            partitions away while we wait.
        commit_seconds: how long the commit itself may take, a search for the group's next coordinator included; and
            how long finished records may wait for their predecessors.
        skip_expired: whether to go on behind records that left retention unread.
    """
    Producer.newswire_barrier_seconds = barrier_seconds
    Consumer.newswire_commit_seconds, Consumer.newswire_skip_expired = commit_seconds, skip_expired
    if getattr(Producer, "newswire_fixed", False):
        return
    Producer.newswire_fixed = True
    stop_flow_before_recovery_completes()
    make_producer_idempotent()
    put_barrier_before_commit()
    expect_closed_transports()
    hear_recovery_timeouts()
    hear_errors_of_committed_offsets()


def stop_flow_before_recovery_completes() -> None:
    """Fix 1, for stages with tables and without, and for a worker that had no partition until now: its flow is on."""
    completed, resume, revoked = Recovery.on_recovery_completed, Recovery._resume_streams, App._on_partitions_revoked

    async def on_recovery_completed(self: Any, generation_id: int = 0) -> None:
        _stop_flow(self.app)
        await completed(self, generation_id)

    async def resume_streams(self: Any, generation_id: int = 0) -> None:
        _stop_flow(self.app)
        await resume(self, generation_id)

    async def on_partitions_revoked(self: Any, partitions: Any) -> None:
        _stop_flow(self)
        await revoked(self, partitions)

    Recovery.on_recovery_completed, Recovery._resume_streams = on_recovery_completed, resume_streams
    App._on_partitions_revoked = on_partitions_revoked
    seek_where_nothing_is_committed()


def seek_where_nothing_is_committed() -> None:
    """Fix 1, for partitions that are new: aiokafka seeks to committed offsets above 0 only.

    What it had fetched of the others by then was dropped, and what comes next would be taken for their beginning.
    Faust would keep what it knew of an offset where Kafka knows none: that of a commit which Kafka has refused.
    """

    async def perform_seek(self: Any) -> None:
        committed = {ensure_TP(tp): offset or None for tp, offset in (await self.seek_to_committed()).items()}
        self._read_offset.update(committed)
        self._committed_offset.update(committed)
        changelogs = self.app.tables.changelog_topics
        new = [tp for tp, offset in committed.items() if offset is None and tp.topic not in changelogs]
        for tp, offset in (await self.earliest_offsets(*new) if new else {}).items():
            await self.seek(tp, offset)

    Consumer.perform_seek = perform_seek


def _stop_flow(app: Any) -> None:
    app.consumer.stop_flow()
    app.flow_control.suspend()


def make_producer_idempotent() -> None:
    """Fix 2."""

    def settings(self: Any) -> dict[str, Any]:
        return {"acks": "all", "enable_idempotence": True}

    Producer._settings_extra = settings


def put_barrier_before_commit() -> None:
    """Fix 3: track everything handed to Faust; commit only once it is on the broker; never again after a failure."""
    put, send_pending, send = ProducerBuffer.put, ProducerBuffer._send_pending, Producer.send
    commit_offsets, force_commit, add_gap = Consumer._commit_offsets, Consumer.force_commit, Consumer._add_gap

    def tracked_put(self: Any, future: Any) -> None:
        _track(self.app.producer, future)
        put(self, future)

    async def settled_send_pending(self: Any, future: Any) -> None:
        try:
            await send_pending(self, future)
        except BaseException as error:
            # A record that is rejected before it is queued (too large, say) would leave its future open for ever.
            if not future.done():
                future.set_exception(error)
            raise

    async def tracked_send(self: Any, *args: Any, **kwargs: Any) -> Any:
        return _track(self, await send(self, *args, **kwargs))

    async def guarded_commit(self: Any, offsets: Any, start_new_transaction: bool = True) -> bool:
        try:
            await _barrier(self.app.producer)
            return await _limited(commit_offsets(self, offsets, start_new_transaction))
        except (ProducerSendError, CommitTimeout) as error:
            await self.crash(error)
            return False

    async def watched_commit(self: Any, *args: Any, **kwargs: Any) -> bool:
        done = bool(await force_commit(self, *args, **kwargs))
        if (skipped := _skipped(self)) is not None:
            await self.crash(skipped)
        return done

    async def explained_gap(self: Any, tp: Any, first: int, last: int) -> None:
        if (expired := await _expired(self, tp, first)) is not None:
            if not self.newswire_skip_expired:
                await self.crash(expired)
                return  # the gap is not filled, so nothing behind it is committed
            structlog.get_logger().error("records.expired", reason=str(expired))
        await add_gap(self, tp, first, last)

    ProducerBuffer.put, ProducerBuffer._send_pending = tracked_put, settled_send_pending
    Producer.send, Consumer._commit_offsets, Consumer.force_commit = tracked_send, guarded_commit, watched_commit
    Consumer._add_gap = explained_gap


def expect_closed_transports() -> None:
    """Fix 4 (aio-libs/aiokafka issue 1038): a closed connection is a connection error, whatever event loop says so."""
    send = AIOKafkaConnection.send

    def send_or_close(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return send(self, *args, **kwargs)
        except RuntimeError as error:
            if type(error) is not RuntimeError:  # aiokafka's own errors are kinds of it, and mean what they say
                raise
            self.close(reason=CloseReason.CONNECTION_BROKEN)
            raise KafkaConnectionError(f"connection to {self._host}:{self._port} broken: {error}") from error

    AIOKafkaConnection.send = send_or_close


def hear_recovery_timeouts() -> None:
    """Fix 5: mode's `wait_first` says "stopped" when its time is over."""
    wait = Recovery._wait

    async def heard_wait(self: Any, awaited: Any, timeout: float | None = None) -> None:
        try:
            await wait(self, awaited, timeout)
        except ServiceStopped:
            if self.should_stop or timeout is None:
                raise
            raise RecoveryTimeout(
                f"{self.app.conf.id}: no answer from Kafka within {timeout:g} s of taking over partitions"
            ) from None

    Recovery._wait = heard_wait


def hear_errors_of_committed_offsets() -> None:
    """Fix 6: from the second version on, the answer as a whole may be an error."""
    send = GroupCoordinator._send_req

    async def heard_send(self: Any, request: Any) -> Any:
        answer = await send(self, request)
        if isinstance(request, OffsetFetchRequest) and (code := getattr(answer, "error_code", 0)):
            error = for_code(code)
            if error in (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError):
                self.coordinator_dead()
            raise error(self.group_id) if error is GroupAuthorizationFailedError else error()
        return answer

    GroupCoordinator._send_req = heard_send


async def _limited(commit: Awaitable[Any]) -> bool:
    """Wait for a commit, but not for ever: without fix 4, aiokafka did not come back from some."""
    try:
        async with asyncio.timeout(Consumer.newswire_commit_seconds):
            return bool(await commit)
    except TimeoutError as error:
        raise CommitTimeout(
            f"offsets not committed within {Consumer.newswire_commit_seconds:g} s: the group's coordinator was lost"
        ) from error


async def _expired(consumer: Any, tp: Any, first: int) -> ExpiredRecords | None:
    """Say which of the records that are not there left retention; compaction and transactions leave gaps, too."""
    start = (await consumer.earliest_offsets(tp))[tp]
    if start <= first:
        return None
    where = f"{tp.topic}/{tp.partition}: offsets {first} to {start - 1}"
    return ExpiredRecords(f"{where} left retention before they were read")


def _skipped(consumer: Any) -> SkippedRecords | None:
    """Say which records have kept those behind them from being committed for too long.

    Acknowledgements come in order, so that a gap in front of them is a record that the stream never gave.
    """
    now = asyncio.get_running_loop().time()
    before: dict[Any, float] = consumer.__dict__.get("newswire_gaps", {})
    gaps = {tp: before.get(tp, now) for tp, acked in consumer._acked.items() if _is_behind_a_gap(consumer, tp, acked)}
    consumer.newswire_gaps = gaps
    for tp, since in gaps.items():
        if now - since >= Consumer.newswire_commit_seconds:
            return SkippedRecords(
                f"{tp.topic}/{tp.partition}: offsets from {consumer._committed_offset[tp]} up to"
                f" {min(consumer._acked[tp])} were skipped; a restart reads them"
            )
    return None


def _is_behind_a_gap(consumer: Any, tp: Any, acked: list[int]) -> bool:
    committed = consumer._committed_offset[tp]
    return bool(acked and committed and min(acked) - committed > 1)


def _track(producer: Any, future: Any) -> Any:
    pending: set[Any] = producer.__dict__.setdefault("newswire_pending", set())
    pending.add(future)

    def settled(done: Any) -> None:
        pending.discard(done)
        error = asyncio.CancelledError() if done.cancelled() else done.exception()
        if error is not None:
            # The first failure stays: its offsets may be acknowledged already, and shutdown commits once more.
            producer.__dict__.setdefault("newswire_failure", error)

    future.add_done_callback(settled)
    return future


async def _barrier(producer: Any) -> None:
    """Wait until everything that is under way now is delivered; what comes later belongs to a later commit."""
    snapshot = set(producer.__dict__.get("newswire_pending", ()))
    late: set[Any] = set()
    if snapshot:
        _, late = await asyncio.wait(snapshot, timeout=Producer.newswire_barrier_seconds)
        await asyncio.sleep(0)  # let the callbacks run that note failures
    if late:
        error = TimeoutError(f"{len(late)} records not acknowledged within {Producer.newswire_barrier_seconds} s")
        producer.__dict__.setdefault("newswire_failure", error)
    if (failure := producer.__dict__.get("newswire_failure")) is not None:
        raise ProducerSendError(f"record not delivered, refusing to commit: {failure!r}") from failure
