import asyncio
import random
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from producers import reading
from producers.errors import DeliveryError
from producers.items import Item, Place, Refused
from producers.journal import Journal
from producers.publisher import HEADERS, deliver
from producers.report import Report

SEED = 7
PATIENCE_S = 20.0
Answer = Callable[["asyncio.Future[Any]", Item], None]


def article(number: int, path: str = "/a") -> Item:
    return Item(f"a:{number}", b"%d" % number, None, Place(path, number, number))


def articles(count: int) -> list[Item]:
    return [article(number) for number in range(1, count + 1)]


class Broker:
    """Takes articles as Kafka does: an answer comes later, or never."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.taken: list[bytes] = []
        self.open = 0
        self.most_open = 0

    async def send(self, item: Item) -> "asyncio.Future[Any]":
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.taken.append(item.value)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        future.add_done_callback(self._closed)
        self.answer(future, item)
        return future

    def _closed(self, _: object) -> None:
        self.open -= 1


def at_once(future: "asyncio.Future[Any]", item: Item) -> None:
    asyncio.get_running_loop().call_soon(future.set_result, None)


def never(future: "asyncio.Future[Any]", item: Item) -> None:
    pass


def in_any_order() -> Answer:
    chance = random.Random(SEED)
    return lambda future, item: void(
        asyncio.get_running_loop().call_later(chance.random() / 100, future.set_result, None)
    )


def void(_: object) -> None:
    pass


def refusing(number: int, otherwise: Answer = at_once) -> Answer:
    def answer(future: "asyncio.Future[Any]", item: Item) -> None:
        if item.place.number == number:
            asyncio.get_running_loop().call_soon(future.set_exception, MessageSizeTooLargeError())
        else:
            otherwise(future, item)

    return answer


def run(work: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(PATIENCE_S):
            await work

    asyncio.run(bounded())


def numbers(broker: Broker) -> list[int]:
    return [int(value) for value in broker.taken]


def test_everything_is_sent_in_order_and_counted() -> None:
    broker, report = Broker(in_any_order()), Report()
    entries: list[Item | Refused] = [*articles(2_000), Refused("b:1", "no"), article(2_001)]
    run(deliver(entries, broker.send, report=report))
    assert numbers(broker) == list(range(1, 2_002)), f"seed {SEED}"
    assert (report.read, report.published, report.refused, report.unanswered) == (2_002, 2_001, [("b:1", "no")], 0)


def test_no_more_than_the_limit_is_under_way() -> None:
    broker = Broker(in_any_order())
    run(deliver(articles(500), broker.send, report=Report(), in_flight=10))
    assert broker.most_open <= 10, f"seed {SEED}"
    assert len(broker.taken) == 500


def test_the_journal_never_runs_ahead_of_a_gap(tmp_path: Path) -> None:
    """Article 3 is never answered: the journal stays before it, whatever came after."""
    journal, report = Journal(tmp_path / "j.json", "t", {}), Report()
    broker = Broker(lambda future, item: None if item.place.number == 3 else at_once(future, item))
    with pytest.raises(DeliveryError, match="a:3: Kafka acknowledged nothing"):
        run(deliver(articles(20), broker.send, report=report, journal=journal, in_flight=8, silence_s=0.2, grace_s=0.1))
    assert journal.places == {"/a": article(2).place}
    assert (report.read, report.published, report.unanswered) == (11, 9, 2)


def test_a_refusal_by_kafka_stops_and_counts_what_arrived(tmp_path: Path) -> None:
    journal, report = Journal(tmp_path / "j.json", "t", {}), Report()
    broker = Broker(refusing(5))
    with pytest.raises(DeliveryError, match=r"a:5: Kafka did not take it: .*MessageSizeTooLarge"):
        run(deliver(articles(100_000), broker.send, report=report, journal=journal))
    assert journal.places == {"/a": article(4).place}
    assert report.published == len(broker.taken) - 1 < 10_000
    assert report.unanswered == 1


def test_a_send_that_fails_stops_and_is_named() -> None:
    report = Report()

    async def send(item: Item) -> "asyncio.Future[Any]":
        if item.place.number == 3:
            raise KafkaTimeoutError
        return await Broker(at_once).send(item)

    with pytest.raises(DeliveryError, match="a:3: Kafka did not take it: KafkaTimeoutError"):
        run(deliver(articles(9), send, report=report))
    assert (report.read, report.published, report.unanswered) == (3, 2, 1)


def test_silence_stops() -> None:
    report = Report()
    with pytest.raises(DeliveryError, match=r"a:1: Kafka acknowledged nothing for 0.1 s"):
        run(deliver(articles(3), Broker(never).send, report=report, silence_s=0.1, grace_s=0.1))
    assert (report.read, report.published, report.unanswered) == (3, 0, 3)


def test_a_slow_input_does_not_hold_up_deliveries() -> None:
    """The second article is read only once the first is acknowledged."""
    report, acknowledged = Report(), threading.Event()

    def slow() -> Iterator[Item]:
        yield article(1)
        assert acknowledged.wait(PATIENCE_S)
        yield article(2)

    def answer(future: "asyncio.Future[Any]", item: Item) -> None:
        at_once(future, item)
        future.add_done_callback(lambda _: acknowledged.set())

    run(deliver(slow(), Broker(answer).send, report=report))
    assert report.published == 2


def test_no_more_than_the_read_ahead_is_read_before_it_can_be_sent() -> None:
    read = 0

    def counted() -> Iterator[Item]:
        nonlocal read
        for item in articles(10_000):
            read += 1
            yield item

    with pytest.raises(DeliveryError):
        run(deliver(counted(), Broker(never).send, report=Report(), in_flight=5, silence_s=0.3, grace_s=0.1))
    assert read <= reading.AHEAD + 5 + 2


def test_stop_reads_no_more_and_waits_for_what_is_under_way(tmp_path: Path) -> None:
    """The input blocks for ever after 50 articles, as a pipe can."""
    report, journal = Report(), Journal(tmp_path / "j.json", "t", {})
    pipe_end = threading.Event()

    def pipe() -> Iterator[Item]:
        yield from articles(50)
        pipe_end.wait(PATIENCE_S * 2)
        yield article(51)

    async def stopped() -> None:
        stop = asyncio.Event()
        broker = Broker(lambda future, item: stop.set() if item.place.number == 50 else None)
        futures: list[asyncio.Future[Any]] = []

        async def send(item: Item) -> "asyncio.Future[Any]":
            futures.append(await broker.send(item))
            return futures[-1]

        running = asyncio.create_task(deliver(pipe(), send, report=report, journal=journal, stop=stop))
        await stop.wait()
        while not (report.read == 50 and len(futures) == 50):
            await asyncio.sleep(0)
        assert not running.done()
        for future in futures:
            future.set_result(None)
        await running

    started = time.monotonic()
    run(stopped())
    pipe_end.set()
    assert (report.read, report.published, report.unanswered) == (50, 50, 0)
    assert journal.places == {"/a": article(50).place}
    assert time.monotonic() - started < PATIENCE_S


def test_stop_does_not_wait_for_ever(tmp_path: Path) -> None:
    """Neither for acknowledgements nor for room: the broker has gone away."""
    report, journal = Report(), Journal(tmp_path / "j.json", "t", {})

    async def stopped(blocked: bool) -> None:
        stop = asyncio.Event()

        async def send(item: Item) -> "asyncio.Future[Any]":
            if item.place.number == 9:
                stop.set()
                if blocked:
                    await asyncio.Event().wait()
            return asyncio.get_running_loop().create_future()

        with pytest.raises(DeliveryError, match=r"within 0\.1 s of the stop"):
            await deliver(articles(9), send, report=report, journal=journal, stop=stop, grace_s=0.1)

    run(stopped(blocked=False))
    run(stopped(blocked=True))
    assert (report.read, report.published, report.unanswered) == (18, 0, 18)
    assert journal.file.exists()


def test_cancelling_waits_for_nothing_and_writes_the_journal(tmp_path: Path) -> None:
    report, journal = Report(), Journal(tmp_path / "j.json", "t", {})
    broker = Broker(lambda future, item: at_once(future, item) if item.place.number < 4 else None)

    async def cancelled() -> None:
        running = asyncio.create_task(deliver(articles(9), broker.send, report=report, journal=journal))
        while report.published < 3 or report.read < 9:
            await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    run(cancelled())
    assert (report.published, report.unanswered) == (3, 6)
    assert journal.places == {"/a": article(3).place}
    assert journal.file.exists()


def test_an_input_that_raises_is_not_swallowed() -> None:
    report = Report()

    def broken() -> Iterator[Item]:
        yield article(1)
        raise LookupError("the source is at fault")

    with pytest.raises(LookupError, match="at fault"):
        run(deliver(broken(), Broker(at_once).send, report=report))
    assert (report.read, report.published) == (1, 1)


def test_a_journal_that_cannot_be_written_stops(tmp_path: Path) -> None:
    folder = tmp_path / "producers"
    journal = Journal(folder / "j.json", "t", {})
    folder.write_text("a file where the folder should be")
    with pytest.raises(DeliveryError, match="cannot be written"):
        run(deliver(articles(3), Broker(at_once).send, report=Report(), journal=journal))


def test_records_carry_their_schema_and_nothing_else() -> None:
    assert HEADERS == [("schema", b"RawArticle/1")]
