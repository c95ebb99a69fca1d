"""Handing a record over to the client: what may pass is tried again, what will never pass says so."""

import random
from collections.abc import Awaitable, Callable
from typing import Any, Final, ParamSpec

import structlog
from aiokafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError

from streams.contracts.errors import Malformed

# 3 to 6 s of pauses in all: an election of a leader is over by then; a longer outage ends the worker. An attempt may
# itself wait for room in the client's buffer, up to the seconds of a request; the pump's watch limits the whole.
ATTEMPTS: Final = 6
FIRST_PAUSE_SECONDS: Final = 0.2
JITTER: Final = 0.5  # of the pause: workers that failed together come back apart
P = ParamSpec("P")


def persistent(
    send: Callable[P, Awaitable[Awaitable[Any]]],
    *,
    sleep: Callable[[float], Awaitable[Any]],
    chance: random.Random,
) -> Callable[P, Awaitable[Awaitable[Any]]]:
    """Return `send` with retries where the client refuses a record for now: its buffer is full, no leader is known.

    A record that is refused was not queued, so a retry neither repeats nor overtakes. What fails after it was queued
    is not retried here: the client did, and the records behind it are on their way.

    Raises:
        Malformed: `too_large` where the client will never take the record.
    """

    async def sent(*args: P.args, **kwargs: P.kwargs) -> Awaitable[Any]:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await send(*args, **kwargs)
            except Exception as error:
                cause = _cause(error)
                if isinstance(cause, MessageSizeTooLargeError):
                    raise Malformed("too_large", f"Kafka's client refuses the record: {cause}") from error
                if attempt == ATTEMPTS or not _passes(cause):
                    raise
                pause = FIRST_PAUSE_SECONDS * 2 ** (attempt - 1) * (1 - JITTER * chance.random())
                structlog.get_logger().warning(
                    "send.retry", attempt=attempt, reason=f"{type(cause).__name__}: {cause}", seconds=round(pause, 2)
                )
                await sleep(pause)
        raise AssertionError("unreachable")

    return sent


def _cause(error: BaseException) -> BaseException:
    """Return what the client raised; Faust wraps it."""
    return error.__cause__ if isinstance(error.__cause__, KafkaError) else error


def _passes(error: BaseException) -> bool:
    return isinstance(error, KafkaTimeoutError) or (isinstance(error, KafkaError) and bool(error.retriable))
