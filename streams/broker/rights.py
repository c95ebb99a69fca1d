"""What we may do at a broker that authorises: asked of the broker itself, before the first record.

Every function raises BrokerError, within about 5 s, when no broker answers, or when it refuses.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from aiokafka.protocol.admin import DescribeGroupsRequest_v3, DescribeGroupsResponse_v3
from aiokafka.protocol.api import Request
from aiokafka.protocol.coordination import FindCoordinatorRequest

from streams.broker.admin import Mismatch
from streams.broker.describe import NOT_ALLOWED, UNKNOWN_TOPIC
from streams.broker.errors import BrokerError
from streams.broker.metadata import TopicsRequest
from streams.broker.offsets import COORDINATOR_NOT_READY, GROUP_REFUSED
from streams.broker.session import ask, client_of, error_name, until
from streams.contracts.acls import READ, Grant
from streams.contracts.connection import Kafka

# Kafka's AclOperation, by the bit that stands for each in `authorized_operations`.
BITS: Final = {"Read": 3, "Write": 4, "Create": 5, "Delete": 6, "Alter": 7, "Describe": 8, "DescribeConfigs": 10}


class _GroupRequest_v3(DescribeGroupsRequest_v3):  # type: ignore[misc]  # noqa: N801 - aiokafka's way of naming
    """aiokafka 0.14 reads the answer without the operations that it asks for."""

    RESPONSE_TYPE = DescribeGroupsResponse_v3


class _GroupRequest(Request[_GroupRequest_v3]):  # type: ignore[misc]
    API_KEY = 15

    def __init__(self, group: str) -> None:
        self._group = group

    def build(self, request_struct_class: type[_GroupRequest_v3]) -> _GroupRequest_v3:
        return request_struct_class([self._group], True)


async def check_rights(bootstrap: Kafka, grants: Iterable[Grant]) -> None:
    """Make sure that we have these rights on topics and groups. A broker without authorisation allows everything.

    Raises:
        BrokerError: one line that names each right that is missing.
    """
    wanted = list(grants)
    async with client_of(bootstrap) as client:
        missing = await _missing_of_topics(client, bootstrap, [grant for grant in wanted if grant.resource == "topic"])
        for grant in wanted:
            if grant.resource == "group":
                missing += lacking(grant, await _group_rights(client, bootstrap, grant.name))
    if missing:
        raise _not_allowed(bootstrap, missing)


async def check_readable(client: Any, bootstrap: Kafka, topics: Mapping[str, int]) -> None:
    """Make sure that these topics exist, with so many partitions each, and that we may read them.

    aiokafka waits for what it does not see until its time is over, and asks in a way that makes some brokers create it.

    Raises:
        BrokerError: one line that names each topic, or each right that is missing.
    """
    answer = await ask(client, bootstrap, TopicsRequest(topics, rights=True))
    missing: list[str] = []
    differing: list[Mismatch] = []
    for code, name, _, _, partitions, rights, *_ in answer.topics:
        if code == UNKNOWN_TOPIC:
            differing.append(Mismatch(name, "topic", name, ""))
            continue
        lacks = lacking(Grant("topic", name, (READ,)), 0 if code == NOT_ALLOWED else rights)
        missing += lacks
        if not lacks and len(partitions) != topics[name]:
            differing.append(Mismatch(name, "partitions", str(topics[name]), str(len(partitions))))
    if missing:
        raise _not_allowed(bootstrap, missing)
    if differing:
        raise BrokerError(f"Kafka at {bootstrap}: {'; '.join(map(str, differing))}")


def _not_allowed(bootstrap: Kafka, missing: Iterable[str]) -> BrokerError:
    return BrokerError(
        f"Kafka at {bootstrap} does not allow us {', '.join(dict.fromkeys(missing))}: grant it "
        "(`newswire topics acls` prints the commands)"
    )


async def _missing_of_topics(client: Any, bootstrap: Kafka, grants: list[Grant]) -> list[str]:
    answer = await ask(client, bootstrap, TopicsRequest({grant.name for grant in grants}, rights=True))
    refused = {name for code, name, *_ in answer.topics if code == NOT_ALLOWED}
    allowed = {name: rights for code, name, _, _, _, rights, *_ in answer.topics if not code}
    # A topic that does not exist is for check_topics() to name.
    return [
        text
        for grant in grants
        if grant.name in allowed or grant.name in refused
        for text in lacking(grant, allowed.get(grant.name, 0))
    ]


async def _group_rights(client: Any, bootstrap: Kafka, group: str) -> int:
    async def attempt() -> int | None:
        coordinator = await ask(client, bootstrap, FindCoordinatorRequest(group, 0))
        if coordinator.error_code in COORDINATOR_NOT_READY:
            return None
        if coordinator.error_code == GROUP_REFUSED:
            return 0
        answer = await ask(client, bootstrap, _GroupRequest(group), coordinator.coordinator_id)
        [(code, *_, rights)] = answer.groups
        if code in COORDINATOR_NOT_READY:
            return None
        if code and code != GROUP_REFUSED:
            raise BrokerError(f"Kafka at {bootstrap} does not describe group {group}: {error_name(code)}")
        return 0 if code else int(rights)

    return await until(attempt, f"Kafka at {bootstrap} has no coordinator for group {group}")


def lacking(grant: Grant, rights: int) -> list[str]:
    """Return what is missing of a grant, as words; `rights` has one bit for each operation that is allowed."""
    return [
        f"{operation} on {grant.resource} {grant.name}"
        for operation in grant.operations
        if not rights & (1 << BITS[operation])
    ]
