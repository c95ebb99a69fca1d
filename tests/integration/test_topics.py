"""Topic administration against a real broker."""

import asyncio
import socket
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.structs import TopicPartition

from streams.broker.admin import Mismatch, check_topics, delete_topics, ensure_topics
from streams.broker.describe import describe, topic_ids, topic_settings
from streams.broker.embedded import EmbeddedKafka
from streams.broker.errors import BrokerError
from streams.broker.offsets import Lag, committed_offsets, end_offsets, lag
from streams.client import NoBroker, subscribe
from streams.contracts.topics import Catalogue

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Topic:
    name: str
    partitions: int = 1
    settings: Mapping[str, str] = field(default_factory=dict)

    def config(self) -> Mapping[str, str]:
        return self.settings


@pytest.fixture(scope="module")
def kafka() -> Iterator[str]:
    with EmbeddedKafka() as broker:
        yield broker.bootstrap


@pytest.fixture
def name() -> str:
    return f"topic-{uuid.uuid4().hex}"


def test_the_catalogue_is_created_as_written(kafka: str, name: str) -> None:
    catalogue = Catalogue(prefix=f"{name}.", partitions=3)
    names = sorted(spec.name for spec in catalogue)

    async def run() -> None:
        assert await ensure_topics(kafka, catalogue) == names
        assert await check_topics(kafka, catalogue) == []
        assert await ensure_topics(kafka, catalogue) == []
        states = await describe(kafka, names)
        assert {state.name: state.partitions for state in states.values()} == {
            spec.name: spec.partitions for spec in catalogue
        }
        settings = (await topic_settings(kafka, [catalogue.raw.name]))[catalogue.raw.name]
        assert settings["message.timestamp.type"] == "LogAppendTime"

    asyncio.run(run())


def test_a_new_topic_can_be_used_at_once(kafka: str, name: str, caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        await ensure_topics(kafka, [Topic(name, 8)])
        async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
            await asyncio.gather(*[producer.send_and_wait(name, b"x", partition=number) for number in range(8)])
        assert await end_offsets(kafka, [name]) == {(name, number): 1 for number in range(8)}

    asyncio.run(run())
    assert not [record for record in caplog.records if "retrying" in record.getMessage()]


def test_every_difference_is_named(kafka: str, name: str) -> None:
    async def run() -> list[Mismatch]:
        await ensure_topics(kafka, [Topic(name, 2, {"cleanup.policy": "delete"})])
        return await check_topics(kafka, [Topic(name, 4, {"cleanup.policy": "compact"}), Topic(f"{name}-2")])

    found = asyncio.run(run())
    assert found == [
        Mismatch(name, "partitions", "4", "2"),
        Mismatch(name, "cleanup.policy", "compact", "delete"),
        Mismatch(f"{name}-2", "topic", f"{name}-2", ""),
    ]
    assert f"topic {name} has 2 partitions, the catalogue says 4" in str(found[0])
    assert f"topic {name} has cleanup.policy=delete, the catalogue says compact" in str(found[1])
    assert f"topic {name}-2 does not exist" in str(found[2])


def test_a_reader_that_expects_fewer_partitions_is_told_so(kafka: str) -> None:
    """A part of the stream would pass for all of it."""
    there, expected = Catalogue(prefix=f"{uuid.uuid4().hex}.", partitions=4), 2

    async def run() -> None:
        await ensure_topics(kafka, [there.enriched])
        mine = Catalogue(prefix=there.prefix, partitions=expected).enriched
        for partitions in (None, [0]):
            with pytest.raises(NoBroker, match="has 4 partitions, not 2: give NEWSWIRE_PARTITIONS"):
                async for _ in subscribe(kafka, [mine], to_end=True, partitions=partitions):
                    pytest.fail("nothing is there")

    asyncio.run(run())


def test_a_topic_created_again_has_another_id(kafka: str, name: str) -> None:
    async def run() -> None:
        await ensure_topics(kafka, [Topic(name)])
        first = await topic_ids(kafka, [name])
        assert first == await topic_ids(kafka, [name, f"{name}-not-there"])
        assert uuid.UUID(first[name]).int != 0
        await delete_topics(kafka, [name])
        await ensure_topics(kafka, [Topic(name)])
        assert (await topic_ids(kafka, [name]))[name] != first[name]

    asyncio.run(run())


def test_deleting_what_is_not_there_is_no_error(kafka: str, name: str) -> None:
    asyncio.run(delete_topics(kafka, [name]))


def test_a_refused_topic_says_why(kafka: str, name: str) -> None:
    with pytest.raises(BrokerError, match=f"cannot create topic {name}: .*replication factor of 3"):
        asyncio.run(ensure_topics(kafka, [Topic(name)], replication=3))
    with pytest.raises(BrokerError, match=r"cannot create topic .*not\.setting"):
        asyncio.run(ensure_topics(kafka, [Topic(name, settings={"not.setting": "1"})]))


def test_two_workers_may_create_the_topics_at_once(kafka: str, name: str) -> None:
    async def run() -> None:
        specs = [Topic(f"{name}-{number}", 2) for number in range(5)]
        await asyncio.gather(*[ensure_topics(kafka, specs) for _ in range(3)])
        assert await check_topics(kafka, specs) == []

    asyncio.run(run())


def test_lag_is_committed_against_end(kafka: str, name: str) -> None:
    group = f"group-{name}"

    async def run() -> None:
        await ensure_topics(kafka, [Topic(name, 2)])
        assert await committed_offsets(kafka, group) == {}
        async with AIOKafkaProducer(bootstrap_servers=kafka) as producer:
            for _ in range(5):
                await producer.send_and_wait(name, b"x", partition=1)
        async with AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False) as consumer:
            consumer.assign([TopicPartition(name, 1)])
            await consumer.commit({TopicPartition(name, 1): 3})
        assert await lag(kafka, group, [name, f"{name}-not-there"]) == {(name, 0): Lag(None, 0), (name, 1): Lag(3, 5)}
        assert await committed_offsets(kafka, group) == {(name, 1): 3}

    asyncio.run(run())


CALLS: list[Callable[[str], Awaitable[object]]] = [
    lambda bootstrap: ensure_topics(bootstrap, [Topic("t")]),
    lambda bootstrap: check_topics(bootstrap, [Topic("t")]),
    lambda bootstrap: delete_topics(bootstrap, ["t"]),
    lambda bootstrap: describe(bootstrap, ["t"]),
    lambda bootstrap: topic_ids(bootstrap, ["t"]),
    lambda bootstrap: topic_settings(bootstrap, ["t"]),
    lambda bootstrap: end_offsets(bootstrap, ["t"]),
    lambda bootstrap: committed_offsets(bootstrap, "g"),
    lambda bootstrap: lag(bootstrap, "g", ["t"]),
]


async def failure_of(call: Callable[[str], Awaitable[object]], bootstrap: str) -> tuple[str, float]:
    started = time.monotonic()
    with pytest.raises(BrokerError) as caught:
        await call(bootstrap)
    return str(caught.value), time.monotonic() - started


def all_failures(bootstrap: str) -> list[tuple[str, float]]:
    async def run() -> list[tuple[str, float]]:
        return await asyncio.gather(*[failure_of(call, bootstrap) for call in CALLS])

    return asyncio.run(run())


def test_no_broker_is_said_within_seconds() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{closed.getsockname()[1]}"
        for message, seconds in all_failures(address):
            assert message.startswith(f"no Kafka broker answers at {address}: ")
            assert seconds < 6


def test_something_that_is_no_broker_is_given_up_within_seconds() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"127.0.0.1:{silent.getsockname()[1]}"
        for message, seconds in all_failures(address):
            assert message.startswith(f"no Kafka broker answers at {address}: ")
            assert seconds < 6


@pytest.mark.parametrize("address", ["nonsense", "host:", ":9092", "host:x", "host:99999", "127.0.0.1:1,", ""])
def test_an_address_that_is_none_is_called_so(address: str) -> None:
    message, _ = asyncio.run(failure_of(CALLS[0], address))
    assert "is no broker's address: give HOST:PORT" in message
