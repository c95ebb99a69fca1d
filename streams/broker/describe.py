"""Topics of any Kafka as they are: ids, partitions, settings.

Every function raises BrokerError, within about 5 s, when no broker answers, or when it refuses.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from streams.broker.errors import BrokerError
from streams.broker.metadata import TopicsRequest
from streams.broker.session import admin_of, ask, client_of, error_name, within
from streams.contracts.connection import Kafka

NO_ERROR: Final = 0
UNKNOWN_TOPIC: Final = 3
NO_LEADER: Final = 5
NOT_ALLOWED: Final = 29


class TopicState(NamedTuple):
    """A topic as the broker has it."""

    name: str
    topic_id: str  # a UUID; a topic deleted and created again has another
    partitions: int
    replication: int  # replicas of its first partition
    without_leader: tuple[int, ...]  # partitions that nobody can read or write now


async def describe(bootstrap: Kafka, names: Iterable[str]) -> dict[str, TopicState]:
    """Return the state of each of these topics that exists."""
    async with client_of(bootstrap) as client:
        answer = await ask(client, bootstrap, TopicsRequest(names))
    states = {}
    for code, name, topic_id, _, partitions, *_ in answer.topics:
        if code == UNKNOWN_TOPIC:
            continue
        if code == NOT_ALLOWED:
            raise BrokerError(
                f"Kafka at {bootstrap} does not allow us to see topic {name}: grant Describe on it "
                "(`newswire topics acls` prints the commands)"
            )
        # A topic just created has partitions without a leader for a moment: part of the state, no error.
        if code not in (NO_ERROR, NO_LEADER):
            raise BrokerError(f"Kafka at {bootstrap} does not describe topic {name}: {error_name(code)}")
        states[name] = TopicState(
            name=name,
            topic_id=str(topic_id),
            partitions=len(partitions),
            replication=len(partitions[0][4]) if partitions else 0,
            without_leader=tuple(sorted(number for error, number, *_ in partitions if error)),
        )
    return states


async def topic_ids(bootstrap: Kafka, names: Iterable[str]) -> dict[str, str]:
    """Return the UUID of each of these topics that exists."""
    return {name: state.topic_id for name, state in (await describe(bootstrap, names)).items()}


async def topic_settings(bootstrap: Kafka, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Return all settings of each of these topics, defaults included. The topics must exist."""
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    if not resources:
        return {}
    async with admin_of(bootstrap) as admin:
        answers = await within(admin.describe_configs(resources), bootstrap)
    found: dict[str, dict[str, str]] = {}
    for code, message, _, name, entries in answers[0].resources:
        if code:
            raise BrokerError(f"Kafka at {bootstrap} does not describe topic {name}: {message or error_name(code)}")
        found[name] = {key: value for key, value, *_ in entries}
    return found
