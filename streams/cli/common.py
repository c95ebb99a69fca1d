"""What several verbs share: arguments, settings, and errors of the other rooms turned into the user's."""

import argparse
import asyncio
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from producers.errors import DeliveryError, ProducerError
from streams.broker.errors import BrokerError
from streams.cli.errors import STOPPED, UserError
from streams.client import NoBroker
from streams.connect import CannotConnect
from streams.models.errors import PoolBroken
from streams.settings import Settings, SettingsError, load

T = TypeVar("T")


def verb(
    verbs: Any, name: str, run: Callable[[argparse.Namespace], int], about: str, example: str
) -> argparse.ArgumentParser:
    """Add a verb with its help text and example."""
    sub: argparse.ArgumentParser = verbs.add_parser(
        name, help=about, description=about, epilog="examples:\n" + example,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    sub.set_defaults(run=run)
    return sub


def not_negative(option: str, number: float) -> float:
    """Return the number that was given for an option."""
    if not 0 <= number < float("inf"):
        raise UserError(f"{option} {number:g}: give a number, 0 or more")
    return number


def add_broker_arguments(sub: argparse.ArgumentParser) -> None:
    """Add what every verb needs that talks to Kafka."""
    sub.add_argument("--bootstrap", metavar="HOST:PORT", help="Kafka to use (default: NEWSWIRE_BOOTSTRAP)")
    sub.add_argument("--prefix", help="put before every topic name (default: NEWSWIRE_PREFIX, or nothing)")
    sub.add_argument(
        "--partitions", type=int, metavar="N", help="partitions of the topics (default: NEWSWIRE_PARTITIONS, or 8)"
    )


def settings_from(arguments: argparse.Namespace, **more: object) -> Settings:
    """Return the settings; arguments win over the environment."""
    given = {name: getattr(arguments, name, None) for name in ("bootstrap", "prefix", "partitions")}
    try:
        settings = load(**{**given, **more})
        if settings.bootstrap:
            _ = settings.connection  # incomplete security is said before anything else is done
    except SettingsError as error:
        raise UserError(str(error)) from None
    return settings


def with_broker(arguments: argparse.Namespace, **more: object) -> Settings:
    """Return the settings, with a broker in them."""
    settings = settings_from(arguments, **more)
    if not settings.bootstrap:
        raise UserError(
            "no broker is named: give --bootstrap HOST:PORT or set NEWSWIRE_BOOTSTRAP (`newswire up` starts one)"
        )
    return settings


@contextmanager
def user_errors() -> Iterator[None]:
    """Turn the errors of other rooms into one line for the user."""
    try:
        yield
    except DeliveryError as error:
        raise UserError(str(error), STOPPED) from None
    except (BrokerError, CannotConnect, NoBroker, ProducerError) as error:
        raise UserError(str(error)) from None
    except PoolBroken as error:
        raise UserError(str(error), STOPPED) from None


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end."""
    with user_errors():
        return asyncio.run(work)
