"""The changelog on a broker that is a list: recovery, the owner check, conflicts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import Mock

import pytest
from aiokafka import TopicPartition
from structlog.testing import capture_logs

from streams.contracts.codec import HeaderList
from streams.contracts.errors import Malformed
from streams.delivery import changelog as module
from streams.delivery.changelog import SETTLED, Changelog, Entry, KafkaLog, LogStalled, NotOwner
from streams.delivery.records import TableWrite

DEADLINE_SECONDS = 10.0
SLICE = 3


class Kept:
    """A state that is a dict; b"!" is no value."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}

    def restore(self, origin: str, value: bytes) -> None:
        if value == b"!":
            raise Malformed("bad_event", "not a Decision")
        self.values.setdefault(origin, value)

    def forget(self, origin: str) -> None:
        self.values.pop(origin, None)

    def stored(self, origin: str) -> bytes | None:
        return self.values.get(origin)

    def __len__(self) -> int:
        return len(self.values)


@dataclass
class Placed:
    offset: int


class Log:
    """One partition; offsets may have gaps, as after compaction."""

    def __init__(self, *records: tuple[int, str, bytes | None], end: int | None = None) -> None:
        self.records = [Entry(*record) for record in records]
        self.end = end if end is not None else (records[-1][0] + 1 if records else 0)
        self.reads = 0
        self.between: Callable[[], None] = lambda: None

    def write(self, key: str, value: bytes | None, *, settled: bool = False) -> int:
        self.records.append(Entry(self.end, key, value, settled))
        self.end += 1
        return self.end - 1

    async def bounds(self) -> tuple[int, int]:
        return 0, self.end

    async def entries(self, start: int, end: int) -> AsyncIterator[tuple[int, Sequence[Entry]]]:
        self.reads += 1
        found = [entry for entry in self.records if start <= entry.offset < end]
        for at in range(0, len(found), SLICE):
            part = found[at : at + SLICE]
            yield part[-1].offset + 1, part
            self.between()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Log"]:
        yield self

    async def send(self, _: str, key: bytes, value: bytes | None, headers: HeaderList) -> Awaitable[Placed]:
        delivery: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()
        delivery.set_result(Placed(self.write(key.decode(), value, settled=headers == SETTLED)))
        return delivery


def changelog(log: Log) -> Changelog[Kept]:
    return Changelog("news.decisions", fresh=Kept, open_reader=log.opened, send=log.send, clock=lambda: 0.0)


def prepared(log: Log) -> Changelog[Kept]:
    made = changelog(log)
    assert run(made.prepare(lambda: True))
    return made


def run(work: Awaitable[Any]) -> Any:
    async def limited() -> Any:
        return await asyncio.wait_for(work, DEADLINE_SECONDS)

    return asyncio.run(limited())


async def append(to: Changelog[Kept], key: str, value: bytes | None) -> None:
    """What the pump does with one record of a decision."""
    if value is not None:
        to().restore(key, value)
    to.promise(1)
    to.appended(await (await to.append(TableWrite(key.encode(), value))))


def test_the_state_is_what_the_log_says() -> None:
    made = prepared(Log((0, "a", b"1"), (1, "b", b"2"), (2, "a", None), (3, "c", b"3"), (4, "c", b"3")))
    assert made().values == {"b": b"2", "c": b"3"}


def test_an_empty_log_gives_an_empty_state() -> None:
    assert prepared(Log())().values == {}


def test_after_compaction_the_next_offset_is_that_of_the_log_not_the_count_of_its_records() -> None:
    log = Log((3, "a", b"1"), (90, "b", b"2"), end=95)
    made = prepared(log)
    run(append(made, "c", b"3"))
    assert log.records[-1].offset == 95
    run(append(made, "d", None))  # a tombstone counts as well


def test_a_record_of_somebody_else_stops_us() -> None:
    log = Log((0, "a", b"1"))
    made = prepared(log)
    run(append(made, "b", b"2"))
    log.write("stranger", b"0")
    with pytest.raises(NotOwner, match=r"another worker writes decisions to .* ours lies at offset 3"):
        run(append(made, "c", b"3"))


@pytest.mark.parametrize("offset", [-1, 0, 1])
def test_a_confirmation_without_a_place_stops_us(offset: int) -> None:
    """A repeated send may be confirmed at -1, and the records behind it in its batch at 0, 1, …"""
    made = prepared(Log(*((n, f"k{n}", b"1") for n in range(2))))
    with pytest.raises(NotOwner, match="cannot lie"):
        made.appended(Placed(offset))


def test_nothing_is_read_again_while_only_we_have_written() -> None:
    log = Log((0, "a", b"1"))
    made = prepared(log)
    run(append(made, "b", b"2"))
    state = made()
    assert run(made.prepare(lambda: True))
    assert log.reads == 1
    assert made() is state


def test_what_another_worker_wrote_meanwhile_is_read() -> None:
    log = Log((0, "a", b"1"))
    made = prepared(log)
    log.write("b", b"2")
    assert run(made.prepare(lambda: True))
    assert made().values == {"a": b"1", "b": b"2"}


def test_a_decision_that_was_never_written_is_not_kept() -> None:
    """Its record was dropped at the end of its generation: in memory it stands, in the log it does not."""
    log = Log((0, "a", b"1"))
    made = prepared(log)
    made().restore("b", b"2")
    made.promise(1)
    assert run(made.prepare(lambda: True))
    assert made().values == {"a": b"1"}


def test_of_two_decisions_the_first_wins_and_is_written_again() -> None:
    log = Log((0, "a", b"first"), (1, "b", b"2"), (2, "a", b"second"))
    with capture_logs() as lines:
        made = prepared(log)
    assert made().values == {"a": b"first", "b": b"2"}
    assert log.records[-1] == Entry(3, "a", b"first", settled=True)
    assert [line["origin"] for line in lines if line["event"] == "state.conflict"] == ["a"]
    run(append(made, "c", b"3"))  # what was written again counts
    del log.records[0]  # the cleaner keeps the newest of what it has seen, and that was the second
    assert prepared(log)().values == {"a": b"first", "b": b"2", "c": b"3"}


def test_a_decision_that_kafka_does_not_take_ends_the_preparation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALL_SECONDS", 0.01)
    log = Log((0, "a", b"first"), (1, "a", b"second"))

    async def never(*_: Any) -> "asyncio.Future[Placed]":
        return asyncio.get_running_loop().create_future()

    monkeypatch.setattr(log, "send", never)
    made = changelog(log)
    with pytest.raises(LogStalled, match=r"Kafka took no decision for 0\.01 s"):
        run(made.prepare(lambda: True))


def test_a_settled_conflict_stays_settled() -> None:
    log = Log((0, "a", b"first"), (1, "a", b"second"))
    prepared(log)
    before = log.end
    prepared(log)
    assert log.end == before


def test_a_key_that_was_forgotten_may_be_decided_anew() -> None:
    log = Log((0, "a", b"1"), (1, "a", None), (2, "a", b"2"))
    assert prepared(log)().values == {"a": b"2"}
    assert log.end == 3


def test_a_newer_generation_abandons_the_reading() -> None:
    log = Log(*((n, f"k{n}", b"1") for n in range(10)))
    made = changelog(log)
    current = True

    def rebalance() -> None:
        nonlocal current
        current = False

    log.between = rebalance
    assert not run(made.prepare(lambda: current))
    current = True
    log.between = lambda: None
    assert run(made.prepare(lambda: True))
    assert len(made()) == 10
    assert log.reads == 2


def test_others_go_on_while_it_is_read() -> None:
    log = Log(*((n, f"k{n}", b"1") for n in range(SLICE * 20)))
    beats = 0

    async def heart() -> None:
        nonlocal beats
        while True:
            beats += 1
            await asyncio.sleep(0)

    async def scenario() -> None:
        beating = asyncio.create_task(heart())
        await changelog(log).prepare(lambda: True)
        beating.cancel()

    run(scenario())
    assert beats >= 20


def test_progress_is_told() -> None:
    now = 0.0

    def clock() -> float:
        nonlocal now
        now += 1.0
        return now

    log = Log(*((n, f"k{n}", b"1") for n in range(SLICE * 6)))
    made: Changelog[Kept] = Changelog("t", fresh=Kept, open_reader=log.opened, send=log.send, clock=clock)
    with capture_logs() as lines:
        run(made.prepare(lambda: True))
    told = [line for line in lines if line["event"] == "state.recovering"]
    assert told
    assert all(0 < line["percent"] < 100 and line["records"] and line["per_second"] for line in told)
    assert lines[-1]["event"] == "state.recovered"
    assert (lines[-1]["decisions"], lines[-1]["records"]) == (SLICE * 6, SLICE * 6)
    assert lines[-1]["seconds"] > 0


def test_what_is_no_decision_is_named_by_its_offset() -> None:
    with pytest.raises(RuntimeError, match="offset 7: not a Decision"):
        prepared(Log((7, "a", b"!")))


class Leaderless:
    """A client whose partition gives two records, and then nothing more, as when its leader is gone."""

    def __init__(self) -> None:
        self.at = 0

    def assign(self, _: object) -> None:
        pass

    def seek(self, _: object, offset: int) -> None:
        self.at = offset

    async def getmany(self, at: TopicPartition, **_: object) -> dict[TopicPartition, list[Any]]:
        await asyncio.sleep(0)
        if self.at >= 2:
            return {}
        self.at += 1
        return {at: [Mock(offset=self.at - 1, key=b"k", value=b"v", headers=())]}

    async def position(self, _: object) -> int:
        return self.at


def test_a_log_that_gives_nothing_more_stops_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STALL_SECONDS", 0.05)
    seen: list[int] = []

    async def read() -> None:
        async for reached, _ in KafkaLog(Leaderless(), "news.decisions").entries(0, 5):
            seen.append(reached)

    with pytest.raises(LogStalled, match=r"news\.decisions: Kafka gave nothing after offset 2"):
        asyncio.run(asyncio.wait_for(read(), 10))
    assert seen[:2] == [1, 2]
