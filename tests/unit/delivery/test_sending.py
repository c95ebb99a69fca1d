"""Retries of what the client refuses for now."""

import asyncio
import random
from collections.abc import Awaitable
from typing import Any

import pytest
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NodeNotReadyError,
    ProducerFenced,
    RequestTimedOutError,
)
from faust.exceptions import ProducerSendError
from structlog.testing import capture_logs

from streams.contracts.errors import Malformed
from streams.delivery.sending import ATTEMPTS, FIRST_PAUSE_SECONDS, persistent


class Client:
    """Refuses with each error in turn, then takes the record."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls: list[str] = []
        self.pauses: list[float] = []

    async def send(self, record: str) -> Awaitable[Any]:
        self.calls.append(record)
        if self.errors:
            raise self.errors.pop(0)
        return asyncio.get_running_loop().create_future()

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def try_to_send(self, seed: int = 1) -> Any:
        return asyncio.run(self._send(seed))

    async def _send(self, seed: int) -> Any:
        return await persistent(self.send, sleep=self.sleep, chance=random.Random(seed))("record")


def wrapped(cause: KafkaError) -> ProducerSendError:
    """As Faust raises it."""
    error = ProducerSendError(f"Error while sending: {cause!r}")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error", [KafkaTimeoutError(), NodeNotReadyError(), RequestTimedOutError(), KafkaConnectionError()]
)
@pytest.mark.parametrize("wrap", [wrapped, lambda error: error])
def test_what_may_pass_is_tried_again(error: KafkaError, wrap: Any) -> None:
    client = Client(*(wrap(error) for _ in range(3)))
    with capture_logs() as lines:
        assert isinstance(client.try_to_send(), asyncio.Future)
    assert client.calls == ["record"] * 4
    assert [line["attempt"] for line in lines if line["event"] == "send.retry"] == [1, 2, 3]


def test_the_pauses_double_and_are_jittered() -> None:
    clients = [Client(*(wrapped(KafkaTimeoutError()) for _ in range(4))) for _ in range(3)]
    for client, seed in zip(clients, (1, 1, 2), strict=True):
        client.try_to_send(seed)
    first, same, other = (client.pauses for client in clients)
    assert first == same
    assert first != other
    for number, pause in enumerate(first):
        whole = FIRST_PAUSE_SECONDS * 2**number
        assert whole / 2 <= pause <= whole


def test_it_gives_up_in_the_end() -> None:
    client = Client(*(wrapped(KafkaTimeoutError()) for _ in range(ATTEMPTS + 1)))
    with pytest.raises(ProducerSendError):
        client.try_to_send()
    assert len(client.calls) == ATTEMPTS
    assert sum(client.pauses) < 10, "shorter than a session: somebody else would have the partitions"


@pytest.mark.parametrize("error", [ProducerFenced(), RuntimeError("a bug"), wrapped(ProducerFenced())])
def test_what_will_not_pass_is_raised_at_once(error: Exception) -> None:
    client = Client(error)
    with pytest.raises(type(error)):
        client.try_to_send()
    assert client.pauses == []


def test_a_record_that_the_client_will_never_take_is_malformed() -> None:
    with pytest.raises(Malformed, match="too_large"):
        Client(wrapped(MessageSizeTooLargeError("9 MB"))).try_to_send()
