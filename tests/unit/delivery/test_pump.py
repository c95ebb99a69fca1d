"""The pump without Kafka: events, a broker and a stream that are plain Python."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from streams.contracts.codec import decode
from streams.contracts.errors import Malformed
from streams.contracts.events import DeadLetter
from streams.contracts.topics import Catalogue
from streams.delivery.pump import DeliveryTimeout, Pump
from streams.delivery.records import Handled, Output, Record, Stage, TableWrite
from streams.delivery.stats import Stats

CATALOGUE = Catalogue()
DEADLINE_SECONDS = 10.0
REQUEST_SECONDS = 30.0


@dataclass(eq=False)
class Message:
    offset: int
    value: bytes | None
    topic: str = "news.raw"
    partition: int = 0
    timestamp: float = 1_775_000_000.0
    key: bytes | None = None
    headers: Any = field(default_factory=list)
    generation_id: int = 1


@dataclass(eq=False)
class Event:
    message: Message


class Stream:
    """Gives events, notes acknowledgements."""

    def __init__(self, values: list[bytes | None]) -> None:
        self.all = [Event(Message(offset, value)) for offset, value in enumerate(values)]
        self.acked: list[int] = []
        self.given = 0

    async def events(self) -> AsyncIterator[Event]:
        for event in self.all:
            self.given += 1
            yield event

    async def ack(self, event: Event) -> bool:
        self.acked.append(event.message.offset)
        return True


class Broker:
    """Takes outputs; acknowledges each at once, unless told to wait."""

    def __init__(self, *, hold: bool = False) -> None:
        self.outputs: list[Output] = []
        self.deliveries: list[asyncio.Future[None]] = []
        self._hold = hold

    async def send(self, output: Output) -> Awaitable[None]:
        delivery = asyncio.get_running_loop().create_future()
        if not self._hold:
            delivery.set_result(None)
        self.outputs.append(output)
        self.deliveries.append(delivery)
        return delivery


def echo(record: Record) -> Handled:
    if record.value == b"bad":
        raise Malformed("not_json", "it is bad")
    if record.value == b"broken":
        raise RuntimeError("a bug")
    value = record.value or b""
    return Handled("done", (Output(CATALOGUE.clean, b"key", value, []),), (TableWrite(value, b"1"),), article_id="a")


def pump(
    broker: Broker,
    decide: Callable[[Record], Any] = echo,
    *,
    in_flight: int = 8,
    table: dict[bytes, bytes] | None = None,
    is_current: Callable[[Any], bool] = lambda _: True,
    is_closing: Callable[[], bool] = lambda: False,
    changelog: Any = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Pump:
    stage = Stage("normalise", (CATALOGUE.raw,), decide, lambda record: f"news.raw/e/0/{record.offset}", changelog)
    return Pump(
        stage, send=broker.send, dead=CATALOGUE.dead, pipeline="p", in_flight=in_flight,
        request_seconds=REQUEST_SECONDS, stats=Stats("normalise"), clock=lambda: 0.0, is_current=is_current,
        is_closing=is_closing, table={} if table is None else table, sleep=sleep,
    )  # fmt: skip


def run(work: Awaitable[None]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(work, DEADLINE_SECONDS)

    asyncio.run(limited())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not condition():
            await asyncio.sleep(0)


def test_every_record_is_published_and_acknowledged_in_order() -> None:
    stream, broker = Stream([b"%d" % n for n in range(50)]), Broker()
    table: dict[bytes, bytes] = {}
    run(pump(broker, table=table).run(stream))
    assert [output.value for output in broker.outputs] == [b"%d" % n for n in range(50)]
    assert stream.acked == list(range(50))
    assert len(table) == 50


def test_nothing_is_acknowledged_before_it_is_delivered() -> None:
    stream, broker = Stream([b"0", b"1", b"2"]), Broker(hold=True)

    async def scenario() -> None:
        running = asyncio.ensure_future(pump(broker).run(stream))
        await until(lambda: len(broker.deliveries) == 3)
        broker.deliveries[1].set_result(None)
        broker.deliveries[2].set_result(None)
        for _ in range(50):
            await asyncio.sleep(0)
        assert stream.acked == []
        broker.deliveries[0].set_result(None)
        await running

    run(scenario())
    assert stream.acked == [0, 1, 2]


def test_slow_decisions_overlap_and_still_come_out_in_order() -> None:
    stream, broker = Stream([b"0", b"1", b"2", b"3"]), Broker()
    gates = [asyncio.Event() for _ in range(4)]
    started: list[int] = []

    async def decide(record: Record) -> Handled:
        started.append(record.offset)
        await gates[record.offset].wait()
        return echo(record)

    async def scenario() -> None:
        running = asyncio.ensure_future(pump(broker, lambda record: decide(record)).run(stream))
        await until(lambda: len(started) == 4)
        for offset in (3, 1, 0, 2):
            gates[offset].set()
            for _ in range(20):
                await asyncio.sleep(0)
        await running

    run(scenario())
    assert [output.value for output in broker.outputs] == [b"0", b"1", b"2", b"3"]
    assert stream.acked == [0, 1, 2, 3]


def test_what_is_in_flight_is_bounded() -> None:
    stream, broker = Stream([b"%d" % n for n in range(100)]), Broker(hold=True)

    async def scenario() -> None:
        running = asyncio.ensure_future(pump(broker, in_flight=5).run(stream))
        for _ in range(500):
            await asyncio.sleep(0)
        assert len(broker.outputs) == 5
        assert stream.given <= 6  # one more is read and waits for its place
        while not running.done():
            for delivery in broker.deliveries:
                if not delivery.done():
                    delivery.set_result(None)
            await asyncio.sleep(0)
        await running

    run(scenario())
    assert stream.acked == list(range(100))


def test_a_stage_that_closes_finishes_what_is_in_flight_and_takes_no_more() -> None:
    stream, broker = Stream([b"%d" % n for n in range(6)]), Broker(hold=True)
    closing = False

    async def scenario() -> None:
        nonlocal closing
        running = asyncio.ensure_future(pump(broker, in_flight=2, is_closing=lambda: closing).run(stream))
        await until(lambda: len(broker.deliveries) == 2 and stream.given == 3)
        closing = True
        for delivery in broker.deliveries:
            delivery.set_result(None)
        await running

    run(scenario())
    assert stream.acked == [0, 1]
    assert len(broker.outputs) == 2


def test_a_bad_record_costs_itself_only() -> None:
    stream, broker = Stream([b"0", b"bad", b"2"]), Broker()
    run(pump(broker).run(stream))
    assert [output.topic.name for output in broker.outputs] == ["news.clean", "news.dead", "news.clean"]
    letter = decode(DeadLetter, broker.outputs[1].value)
    assert (letter.reason, letter.message, letter.stage) == ("not_json", "it is bad", "normalise")
    assert stream.acked == [0, 1, 2]


@pytest.mark.parametrize("slow", [False, True])
def test_a_bug_stops_the_stage_and_leaves_its_record_unacknowledged(slow: bool) -> None:
    stream, broker = Stream([b"0", b"broken", b"2"]), Broker()

    async def decide(record: Record) -> Handled:
        return echo(record)

    with pytest.raises(RuntimeError, match="a bug"):
        run(pump(broker, (lambda record: decide(record)) if slow else echo).run(stream))
    assert 1 not in stream.acked
    assert 2 not in stream.acked


def test_a_stage_that_stops_gives_up_its_decisions() -> None:
    """Else the models would go on with articles that nobody waits for, and hold up the end of the worker."""
    stream, broker = Stream([b"broken", b"1", b"2"]), Broker()
    waiting, given_up = list[int](), list[int]()

    async def decide(record: Record) -> Handled:
        if record.value == b"broken":
            await until(lambda: len(waiting) == 2)
            return echo(record)
        waiting.append(record.offset)
        try:
            await asyncio.get_running_loop().create_future()
        except asyncio.CancelledError:
            given_up.append(record.offset)
            raise
        raise AssertionError("unreachable")

    async def scenario() -> None:
        with pytest.raises(RuntimeError, match="a bug"):
            await pump(broker, lambda record: decide(record)).run(stream)
        await until(lambda: len(given_up) == 2)

    run(scenario())
    assert stream.acked == []


def test_a_failed_delivery_stops_the_stage() -> None:
    stream, broker = Stream([b"0", b"1"]), Broker(hold=True)

    async def scenario() -> None:
        running = asyncio.ensure_future(pump(broker).run(stream))
        await until(lambda: len(broker.deliveries) == 2)
        broker.deliveries[0].set_exception(ConnectionError("gone"))
        broker.deliveries[1].set_result(None)
        await running

    with pytest.raises(ConnectionError):
        run(scenario())
    assert stream.acked == []


def test_an_event_too_large_for_its_topic_becomes_a_dead_letter() -> None:
    stream, broker = Stream([b"0"]), Broker()

    def decide(record: Record) -> Handled:
        return Handled("done", (Output(CATALOGUE.clean, b"k", b"x" * (CATALOGUE.clean.max_bytes + 1), []),))

    run(pump(broker, decide).run(stream))
    assert [output.topic.name for output in broker.outputs] == ["news.dead"]
    assert decode(DeadLetter, broker.outputs[0].value).reason == "too_large"
    assert stream.acked == [0]


def test_a_record_from_before_a_rebalance_is_not_acknowledged() -> None:
    stream, broker = Stream([b"0", b"1"]), Broker()
    run(pump(broker, is_current=lambda event: event.message.offset == 1).run(stream))
    assert stream.acked == [1]


def test_a_table_write_of_none_deletes() -> None:
    stream, broker, table = Stream([b"0"]), Broker(), {b"old": b"1"}
    run(pump(broker, lambda record: Handled("done", writes=(TableWrite(b"old", None),)), table=table).run(stream))
    assert table == {}


class Ahead:
    """A changelog whose deliveries the test settles, unless it holds none."""

    def __init__(self, *, hold: bool = False) -> None:
        self.topic = CATALOGUE.decisions.name
        self.hold = hold
        self.prepared: list[int] = []
        self.changes: list[bytes] = []
        self.deliveries: list[asyncio.Future[int]] = []
        self.promised = self.checked = 0
        self.answer = True
        self.on_prepare: Callable[[], None] = lambda: None

    async def prepare(self, wanted: Callable[[], bool]) -> bool:
        self.prepared.append(len(self.changes))
        await asyncio.sleep(0)
        self.on_prepare()
        return self.answer and wanted()

    def promise(self, count: int) -> None:
        self.promised += count

    async def append(self, change: TableWrite) -> Awaitable[int]:
        delivery: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        if not self.hold:
            delivery.set_result(len(self.changes))
        self.changes.append(change.key)
        self.deliveries.append(delivery)
        return delivery

    def appended(self, delivered: Any) -> None:
        if delivered != self.checked:
            raise ConnectionError(f"{delivered} instead of {self.checked}")
        self.checked += 1


def recorded(record: Record) -> Handled:
    value = record.value or b""
    return Handled("done", (Output(CATALOGUE.unique, b"key", value, []),), first=(TableWrite(value, b"1"),))


def test_outputs_leave_only_once_their_decision_is_on_the_broker() -> None:
    stream, broker, ahead = Stream([b"0", b"1", b"2"]), Broker(), Ahead(hold=True)

    async def scenario() -> None:
        running = asyncio.ensure_future(pump(broker, recorded, changelog=ahead).run(stream))
        await until(lambda: len(ahead.deliveries) == 3)  # several under way
        ahead.deliveries[1].set_result(1)
        for _ in range(50):
            await asyncio.sleep(0)
        assert broker.outputs == []
        ahead.deliveries[0].set_result(0)
        await until(lambda: len(broker.outputs) == 2)
        assert [output.value for output in broker.outputs] == [b"0", b"1"]
        ahead.deliveries[2].set_result(2)
        await running

    run(scenario())
    assert ahead.changes == [b"0", b"1", b"2"]
    assert (ahead.promised, ahead.checked) == (3, 3)
    assert stream.acked == [0, 1, 2]


def test_a_decision_that_lies_elsewhere_stops_the_stage_before_its_outputs_leave() -> None:
    stream, broker, ahead = Stream([b"0", b"1", b"2"]), Broker(), Ahead(hold=True)

    async def scenario() -> None:
        running = asyncio.ensure_future(pump(broker, recorded, changelog=ahead).run(stream))
        await until(lambda: len(ahead.deliveries) == 3)
        for delivery, offset in zip(ahead.deliveries, (0, 2, 3), strict=True):
            delivery.set_result(offset)
        await running

    with pytest.raises(ConnectionError, match="2 instead of 1"):
        run(scenario())
    assert [output.value for output in broker.outputs] == [b"0"]
    assert 1 not in stream.acked
    assert 2 not in stream.acked


def test_each_generation_is_prepared_once_with_nothing_in_flight() -> None:
    stream, broker, ahead = Stream([b"%d" % n for n in range(20)]), Broker(), Ahead()
    for event in stream.all[8:]:
        event.message.generation_id = 2
    run(pump(broker, recorded, in_flight=4, changelog=ahead).run(stream))
    assert ahead.prepared == [0, 8]
    assert ahead.checked == 20
    assert stream.acked == list(range(20))


def test_nothing_of_an_older_generation_is_decided_or_sent() -> None:
    """The generation ends while three records are in flight: their decisions stay unsent, they come again."""
    stream, broker, ahead = Stream([b"%d" % n for n in range(6)]), Broker(), Ahead(hold=True)
    for event in stream.all[4:]:
        event.message.generation_id = 2
    current = 1
    decided: list[int] = []

    def decide(record: Record) -> Handled:
        decided.append(record.offset)
        return recorded(record)

    def is_current(event: Event) -> bool:
        return event.message.generation_id == current

    async def scenario() -> None:
        nonlocal current
        made = pump(broker, decide, in_flight=3, changelog=ahead, is_current=is_current)
        running = asyncio.ensure_future(made.run(stream))
        await until(lambda: len(ahead.deliveries) == 3)
        current = 2
        for number, delivery in enumerate(ahead.deliveries):
            delivery.set_result(number)
        ahead.hold = False
        await running

    run(scenario())
    assert decided == [0, 1, 2, 4, 5]
    assert [output.value for output in broker.outputs] == [b"4", b"5"]
    assert stream.acked == [4, 5]
    assert ahead.checked == 5, "what was sent is checked, whoever reads it"


def test_a_preparation_that_a_rebalance_overtakes_begins_again() -> None:
    stream, broker, ahead = Stream([b"0", b"1", b"2"]), Broker(), Ahead()
    stream.all[1].message.generation_id = stream.all[2].message.generation_id = 2
    current = 1

    def rebalance() -> None:
        nonlocal current
        current = 2

    ahead.on_prepare = rebalance
    run(
        pump(
            broker, recorded, changelog=ahead, is_current=lambda event: event.message.generation_id == current
        ).run(stream)
    )  # fmt: skip
    assert len(ahead.prepared) == 2
    assert stream.acked == [1, 2]


def test_a_stage_that_closes_while_its_changelog_is_read_takes_nothing() -> None:
    stream, broker, ahead = Stream([b"0", b"1"]), Broker(), Ahead()
    closing = False

    def close() -> None:
        nonlocal closing
        closing = True

    ahead.on_prepare = close
    run(pump(broker, recorded, changelog=ahead, is_closing=lambda: closing).run(stream))
    assert ahead.prepared == [0]
    assert stream.acked == []
    assert ahead.changes == []


def test_a_record_that_comes_again_is_not_counted_twice() -> None:
    stream, broker, stats = Stream([b"0", b"1"]), Broker(hold=True), Stats("normalise")
    current = True

    async def scenario() -> None:
        nonlocal current
        stage = Stage("normalise", (CATALOGUE.raw,), echo, lambda record: str(record.offset))
        made = Pump(
            stage, send=broker.send, dead=CATALOGUE.dead, pipeline="p", in_flight=2, request_seconds=REQUEST_SECONDS,
            stats=stats, clock=lambda: 0.0, is_current=lambda _: current, table={},
        )  # fmt: skip
        running = asyncio.ensure_future(made.run(stream))
        await until(lambda: len(broker.deliveries) == 2)
        broker.deliveries[0].set_result(None)
        await until(lambda: stats.done == 1)
        current = False
        broker.deliveries[1].set_result(None)
        await running

    run(scenario())
    assert (stats.read, stats.done, stats.in_flight) == (1, 1, 0)
    assert stream.acked == [0]


def test_the_decision_of_an_event_that_is_too_large_is_recorded_all_the_same() -> None:
    """The state has it: a log without it would contradict the verdicts that rest on it."""
    stream, broker, ahead = Stream([b"0"]), Broker(), Ahead()

    def decide(record: Record) -> Handled:
        large = Output(CATALOGUE.unique, b"k", b"x" * (CATALOGUE.unique.max_bytes + 1), [])
        return Handled("done", (large,), first=(TableWrite(b"0", b"1"),))

    run(pump(broker, decide, changelog=ahead).run(stream))
    assert [output.topic.name for output in broker.outputs] == ["news.dead"]
    assert ahead.changes == [b"0"]
    assert stream.acked == [0]


def test_a_record_that_the_client_refuses_for_good_becomes_a_dead_letter() -> None:
    stream, broker = Stream([b"0", b"refuse", b"2"]), Broker()
    taken = broker.send

    async def send(output: Output) -> Awaitable[None]:
        if output.value == b"refuse":
            raise Malformed("too_large", "the client refuses the record")
        return await taken(output)

    broker.send = send  # type: ignore[method-assign]
    run(pump(broker).run(stream))
    assert [output.topic.name for output in broker.outputs] == ["news.clean", "news.dead", "news.clean"]
    assert decode(DeadLetter, broker.outputs[1].value).reason == "too_large"
    assert stream.acked == [0, 1, 2]


def test_a_record_that_is_refused_after_its_first_output_stops_the_stage() -> None:
    """A letter beside an output would be a second outcome."""
    stream, broker = Stream([b"0"]), Broker()
    taken = broker.send

    async def send(output: Output) -> Awaitable[None]:
        if broker.outputs:
            raise Malformed("too_large", "the client refuses the record")
        return await taken(output)

    def decide(record: Record) -> Handled:
        return Handled("done", tuple(Output(CATALOGUE.clean, b"k", b"%d" % n, []) for n in range(2)))

    broker.send = send  # type: ignore[method-assign]
    with pytest.raises(Malformed):
        run(pump(broker, decide).run(stream))
    assert stream.acked == []


class Time:
    """Stands for asyncio.sleep; a second passes whenever all else has had its turn."""

    def __init__(self) -> None:
        self.now = 0.0

    async def sleep(self, seconds: float) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        self.now += seconds


class SilentClient(Broker):
    """Neither takes a record nor refuses it: its buffer is full, say."""

    async def send(self, output: Output) -> Awaitable[None]:
        await asyncio.get_running_loop().create_future()
        raise AssertionError("unreachable")


@pytest.mark.parametrize("broker", [Broker(hold=True), SilentClient()], ids=["delivery", "send"])
def test_a_record_that_is_never_acknowledged_stops_the_stage(broker: Broker) -> None:
    stream, time = Stream([b"0", b"1"]), Time()
    with pytest.raises(DeliveryTimeout, match=r"no acknowledgement from Kafka for 30 s: news\.clean"):
        run(pump(broker, sleep=time.sleep).run(stream))
    assert REQUEST_SECONDS <= time.now <= REQUEST_SECONDS + 2
    assert stream.acked == []


def test_a_decision_that_is_never_acknowledged_stops_the_stage() -> None:
    stream, broker, time = Stream([b"0"]), Broker(), Time()
    with pytest.raises(DeliveryTimeout, match=r"for 30 s: news\.decisions"):
        run(pump(broker, recorded, changelog=Ahead(hold=True), sleep=time.sleep).run(stream))
    assert broker.outputs == []


def test_deliveries_that_are_slow_one_after_the_other_stop_nothing() -> None:
    stream, broker, time = Stream([b"%d" % n for n in range(5)]), Broker(hold=True), Time()

    async def scenario() -> None:
        running = asyncio.ensure_future(pump(broker, sleep=time.sleep).run(stream))
        await until(lambda: len(broker.deliveries) == 5)
        for number, delivery in enumerate(broker.deliveries, 1):
            await until(lambda: time.now >= number * (REQUEST_SECONDS - 5))  # noqa: B023 - awaited at once
            delivery.set_result(None)
        await running

    run(scenario())
    assert stream.acked == list(range(5))


def test_neither_idling_nor_deciding_is_waiting_for_kafka() -> None:
    """The first record after hours without one has all its time; so has one whose model took long."""
    time, broker = Time(), Broker(hold=True)

    class Idle(Stream):
        async def events(self) -> AsyncIterator[Event]:
            async for event in super().events():
                await until(lambda: time.now >= 3 * REQUEST_SECONDS)
                yield event

    async def decide(record: Record) -> Handled:
        await until(lambda: time.now >= 6 * REQUEST_SECONDS)
        return echo(record)

    async def scenario() -> None:
        running = asyncio.ensure_future(pump(broker, lambda record: decide(record), sleep=time.sleep).run(stream))
        await until(lambda: len(broker.deliveries) == 1)
        await until(lambda: time.now >= 7 * REQUEST_SECONDS - 5)
        broker.deliveries[0].set_result(None)
        await running

    stream = Idle([b"0"])
    run(scenario())
    assert stream.acked == [0]
