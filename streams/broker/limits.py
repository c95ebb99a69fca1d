"""Limits of the broker that a worker must keep within.

Every function raises BrokerError, within about 5 s, when no broker answers, or when it refuses.
"""

from typing import Final

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from streams.broker.errors import BrokerError
from streams.broker.session import admin_of, error_name, within
from streams.contracts.connection import Kafka

SHORTEST: Final = "group.min.session.timeout.ms"
LONGEST: Final = "group.max.session.timeout.ms"


async def broker_settings(bootstrap: Kafka, names: tuple[str, ...]) -> dict[str, str]:
    """Return these settings of one of the brokers."""
    async with admin_of(bootstrap) as admin:
        node = next(iter(admin._client.cluster.brokers())).nodeId
        resource = ConfigResource(ConfigResourceType.BROKER, str(node), dict.fromkeys(names, ""))
        answers = await within(admin.describe_configs([resource]), bootstrap)
    code, message, _, _, entries = answers[0].resources[0]
    if code:
        raise BrokerError(
            f"Kafka at {bootstrap} does not tell its settings ({message or error_name(code)}): "
            "grant DescribeConfigs on the cluster (`newswire topics acls` prints the command)"
        )
    return {key: value for key, value, *_ in entries}


async def check_session(bootstrap: Kafka, seconds: float) -> None:
    """Make sure that the broker allows a session timeout of so many seconds; it would refuse every member.

    Raises:
        BrokerError: it does not.
    """
    found = await broker_settings(bootstrap, (SHORTEST, LONGEST))
    if problem := session_problem(seconds, int(found[SHORTEST]), int(found[LONGEST])):
        raise BrokerError(f"Kafka at {bootstrap} {problem}")


def session_problem(seconds: float, shortest_ms: int, longest_ms: int) -> str | None:
    """Return what is wrong with a session timeout, None when it fits the broker's limits."""
    if shortest_ms <= seconds * 1_000 <= longest_ms:
        return None
    return (
        f"allows session timeouts of {shortest_ms / 1_000:g} to {longest_ms / 1_000:g} s, not {seconds:g}: "
        f"set NEWSWIRE_SESSION_SECONDS, or the broker's {SHORTEST} and {LONGEST}"
    )
