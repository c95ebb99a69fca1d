"""What is said of topics that are missing or may not be read, before anything is read."""

import asyncio
import uuid
from types import SimpleNamespace
from typing import Any

import pytest

from streams.broker.describe import NO_ERROR, NO_LEADER, NOT_ALLOWED, UNKNOWN_TOPIC
from streams.broker.errors import BrokerError
from streams.broker.metadata import MetadataRequest_v12
from streams.broker.rights import BITS, check_readable
from streams.cli.letterbox import Filter, read_letters
from streams.cli.scan import Scanner
from streams.contracts.topics import Catalogue

READ_AND_DESCRIBE = 1 << BITS["Read"] | 1 << BITS["Describe"]
DESCRIBE = 1 << BITS["Describe"]


class Client:
    """Answers for one topic; counts the questions and keeps the last."""

    def __init__(self, code: int = NO_ERROR, partitions: int = 1, rights: int = READ_AND_DESCRIBE) -> None:
        self._code, self._partitions, self._rights = code, partitions, rights
        self.asked: list[Any] = []

    def get_random_node(self) -> int:
        return 0

    async def send(self, node: int, request: Any) -> Any:
        self.asked.append(request.build(MetadataRequest_v12))
        placed: list[Any] = [(0, number, 1, 0, [1], [1], [], {}) for number in range(self._partitions)]
        return SimpleNamespace(topics=[(self._code, "news.dead", uuid.uuid4(), False, placed, self._rights, {})])


@pytest.mark.parametrize(
    ("client", "says"),
    [
        (Client(UNKNOWN_TOPIC, 0), "topic news.dead does not exist: create it with `newswire topics create`"),
        (Client(NOT_ALLOWED, 0, 0), "does not allow us Read on topic news.dead: grant it"),
        (Client(rights=DESCRIBE), "does not allow us Read on topic news.dead: grant it"),
        (Client(partitions=2), "topic news.dead has 2 partitions, the catalogue says 1: set NEWSWIRE_PARTITIONS"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_else_is_asked(client: Client, says: str) -> None:
    """The consumer has no other method: whoever asked it for offsets would fail otherwise."""
    scan = Scanner(SimpleNamespace(_client=client), "h:1")
    with pytest.raises(BrokerError, match=says) as told:
        asyncio.run(read_letters(scan, Catalogue().dead, Filter()))
    assert str(told.value).startswith("Kafka at h:1")
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("code", [NO_ERROR, NO_LEADER])
def test_what_can_be_read_is_asked_for_without_creating_it(code: int) -> None:
    client = Client(code)
    asyncio.run(check_readable(client, "h:1", {"news.dead": 1}))
    [question] = client.asked
    assert question.allow_auto_topic_creation is False
    assert question.include_authorized_operations is True


def test_a_topic_is_checked_once() -> None:
    async def offsets(places: list[Any]) -> dict[Any, int]:
        return dict.fromkeys(places, 0)

    client = Client()
    scan = Scanner(SimpleNamespace(_client=client, beginning_offsets=offsets, end_offsets=offsets), "h:1")

    async def twice() -> None:
        for _ in range(2):
            assert await scan.bounds({"news.dead": 1}) == {("news.dead", 0): (0, 0)}

    asyncio.run(twice())
    assert len(client.asked) == 1
