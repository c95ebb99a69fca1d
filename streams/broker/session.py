"""Connections to a Kafka that may not be there: every failure is one BrokerError, within about 5 s."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import (
    KafkaConnectionError,
    KafkaError,
    NodeNotReadyError,
    RequestTimedOutError,
    for_code,
)

from streams.broker.errors import BrokerError
from streams.connect import CannotConnect, addresses, client_arguments, probe
from streams.contracts.connection import Kafka

ANSWER_S: Final = 4.0  # for a broker to answer; one on the same continent does in 0.1 s
CREATE_S: Final = 30.0  # for a cluster to create or delete topics and elect their leaders
RETRY_S: Final = 0.05

T = TypeVar("T")


@asynccontextmanager
async def client_of(bootstrap: Kafka) -> AsyncIterator[Any]:
    """Give an AIOKafkaClient that knows the cluster."""
    await reach(bootstrap)
    client = AIOKafkaClient(**client_arguments(bootstrap), request_timeout_ms=int(ANSWER_S * 1000))
    try:
        await within(client.bootstrap(), bootstrap)
        yield client
    finally:
        await client.close()


@asynccontextmanager
async def admin_of(bootstrap: Kafka) -> AsyncIterator[Any]:
    """Give an AIOKafkaAdminClient that knows the cluster."""
    await reach(bootstrap)
    admin = AIOKafkaAdminClient(**client_arguments(bootstrap), request_timeout_ms=int(CREATE_S * 1000))
    try:
        await within(admin.start(), bootstrap)
        yield admin
    finally:
        await admin.close()


async def ask(client: Any, bootstrap: Kafka, request: Any, node: int | None = None) -> Any:
    """Return the answer of a node, or of any."""

    async def send() -> Any:
        return await client.send(client.get_random_node() if node is None else node, request)

    return await within(send(), bootstrap)


async def until(attempt: Callable[[], Awaitable[T | None]], failure: str, patience_s: float = ANSWER_S) -> T:
    """Repeat until there is a result."""
    deadline = asyncio.get_running_loop().time() + patience_s
    while (result := await attempt()) is None:
        if asyncio.get_running_loop().time() > deadline:
            raise BrokerError(f"{failure}: look at the broker's log")
        await asyncio.sleep(RETRY_S)
    return result


async def within(answer: Awaitable[T], bootstrap: Kafka, seconds: float = ANSWER_S) -> T:
    """Await the broker's answer; raise BrokerError when it does not come or cannot be given."""
    try:
        async with asyncio.timeout(seconds):
            return await answer
    except (KafkaConnectionError, NodeNotReadyError, RequestTimedOutError, OSError) as error:
        raise _nobody(bootstrap) from error  # TimeoutError is an OSError
    except KafkaError as error:
        raise BrokerError(f"Kafka at {bootstrap} refuses: {type(error).__name__}: look at its log") from error
    except NotImplementedError as error:  # aiokafka's word for no common version of a request
        raise BrokerError(f"Kafka at {bootstrap} is too old for newswire: use 4.0 or newer") from error


def error_name(code: int) -> str:
    """Return the name of one of Kafka's error codes."""
    return str(for_code(code).__name__)


async def reach(bootstrap: Kafka) -> None:
    """Be let in by one of the brokers: aiokafka would log each refusal, and then not say which it was."""
    try:
        answered = await probe(bootstrap, ANSWER_S)
    except CannotConnect as error:
        raise BrokerError(str(error)) from error
    if not answered:
        raise _nobody(bootstrap)


def check_addresses(bootstrap: str) -> None:
    """Make sure that these can be addresses, whether or not anybody answers there."""
    try:
        addresses(bootstrap)
    except CannotConnect as error:
        raise BrokerError(str(error)) from error


def _nobody(bootstrap: Kafka) -> BrokerError:
    return BrokerError(
        f"no Kafka broker answers at {bootstrap}: start one, or correct --bootstrap (NEWSWIRE_BOOTSTRAP)"
    )
