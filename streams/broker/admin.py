"""Topics of any Kafka: create, check, delete.

Every function raises BrokerError, within about 5 s, when no broker answers, or when it refuses.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from aiokafka.admin import NewTopic

from streams.broker.describe import NO_ERROR, UNKNOWN_TOPIC, describe, topic_settings
from streams.broker.errors import BrokerError
from streams.broker.offsets import end_offsets
from streams.broker.session import CREATE_S, admin_of, error_name, until, within
from streams.contracts.connection import Kafka

TOPIC_EXISTS: Final = 36
MIN_REPLICAS: Final = "min.insync.replicas"
SAFE_REPLICAS: Final = 2  # of three or more: an acknowledged record survives its leader; of two, one must be enough
AT_LEAST: Final = frozenset({"retention.ms", "max.message.bytes"})  # a broker that keeps or takes more does no harm
FOR_EVER: Final = "-1"


class Spec(Protocol):
    """What a topic should be; the catalogue's TopicSpec is one."""

    @property
    def name(self) -> str:
        """The topic's name."""

    @property
    def partitions(self) -> int:
        """How many."""

    def config(self) -> Mapping[str, str]:
        """Return the broker's settings for it."""


class Mismatch(NamedTuple):
    """One way in which the broker differs from the catalogue."""

    topic: str
    setting: str  # "topic" (is missing), "partitions", or a broker's setting
    expected: str
    actual: str  # empty: missing

    @property
    def fatal(self) -> bool:
        """Whether records could be lost or refused over it, so that a worker must not run."""
        if self.setting == MIN_REPLICAS:
            return int(self.actual) > int(self.expected)
        if self.setting not in AT_LEAST or not self.actual:
            return True
        return self.actual != FOR_EVER and (self.expected == FOR_EVER or int(self.actual) < int(self.expected))

    def __str__(self) -> str:
        if self.setting == "topic":
            return f"topic {self.topic} does not exist: create it with `newswire topics create`"
        if self.setting == "partitions":
            return (
                f"topic {self.topic} has {self.actual} partitions, the catalogue says {self.expected}: "
                "set NEWSWIRE_PARTITIONS to match, or use a new prefix"
            )
        if self.setting == MIN_REPLICAS and self.fatal:
            return (
                f"topic {self.topic} has {self.setting}={self.actual} and {self.expected} replicas, so that no record "
                f"would be acknowledged: lower it by kafka-configs, or create the topic with more replicas"
            )
        if self.setting == MIN_REPLICAS:
            return (
                f"topic {self.topic} has {self.setting}={self.actual}: an acknowledged record may be on one broker and "
                f"go with it; set {self.expected} by kafka-configs"
            )
        more = "" if self.fatal else " (more does no harm)"
        return (
            f"topic {self.topic} has {self.setting}={self.actual}, the catalogue says {self.expected}{more}: "
            "change it by kafka-configs, or use a new prefix"
        )


async def ensure_topics(bootstrap: Kafka, specs: Iterable[Spec], replication: int = 1) -> list[str]:
    """Create the topics that are missing and wait until they can be used; return their names, sorted.

    With three replicas or more, a record is acknowledged once two have it. An existing topic is left as it is:
    `check_topics` says whether it fits.
    """
    wanted = {spec.name: spec for spec in specs}
    existing = await describe(bootstrap, wanted)
    missing = sorted(wanted.keys() - existing.keys())
    if missing:
        safe = {MIN_REPLICAS: str(SAFE_REPLICAS)} if replication > SAFE_REPLICAS else {}
        topics = [
            NewTopic(name, wanted[name].partitions, replication, topic_configs={**safe, **wanted[name].config()})
            for name in missing
        ]
        async with admin_of(bootstrap) as admin:
            answer = await within(admin.create_topics(topics, timeout_ms=int(CREATE_S * 1000)), bootstrap, CREATE_S)
        for name, code, message in answer.topic_errors:
            if code not in (NO_ERROR, TOPIC_EXISTS):  # another process may have created it meanwhile
                raise BrokerError(f"Kafka at {bootstrap} cannot create topic {name}: {message or error_name(code)}")
        await _wait_until_usable(bootstrap, missing)
    return missing


async def check_topics(bootstrap: Kafka, specs: Iterable[Spec]) -> list[Mismatch]:
    """Compare the topics with the broker's; an empty list says that all is well."""
    wanted = {spec.name: spec for spec in specs}
    found = await describe(bootstrap, wanted)
    settings = await topic_settings(bootstrap, found)
    mismatches = []
    for name, spec in wanted.items():
        if name not in found:
            mismatches.append(Mismatch(name, "topic", name, ""))
            continue
        pairs = [("partitions", str(spec.partitions), str(found[name].partitions))]
        pairs += [(key, value, settings[name].get(key, "")) for key, value in spec.config().items()]
        mismatches += [Mismatch(name, *pair) for pair in pairs if pair[1] != pair[2]]
        mismatches += _replicas(name, found[name].replication, settings[name].get(MIN_REPLICAS, "1"))
    return mismatches


def _replicas(topic: str, replicas: int, needed: str) -> list[Mismatch]:
    """Say when a record could never be acknowledged, or would be when one of several brokers has it."""
    if int(needed) > replicas:
        return [Mismatch(topic, MIN_REPLICAS, str(replicas), needed)]
    if replicas > SAFE_REPLICAS > int(needed):
        return [Mismatch(topic, MIN_REPLICAS, str(SAFE_REPLICAS), needed)]
    return []


async def delete_topics(bootstrap: Kafka, names: Sequence[str]) -> None:
    """Delete these topics; one that does not exist is no error."""
    async with admin_of(bootstrap) as admin:
        answer = await within(admin.delete_topics(list(names)), bootstrap, CREATE_S)
    for name, code in answer.topic_error_codes:
        if code not in (NO_ERROR, UNKNOWN_TOPIC):
            raise BrokerError(f"Kafka at {bootstrap} cannot delete topic {name}: {error_name(code)}")


async def _wait_until_usable(bootstrap: Kafka, names: Sequence[str]) -> None:
    async def attempt() -> bool | None:
        states = await describe(bootstrap, names)
        usable = [s for s in states.values() if s.partitions and not s.without_leader]
        return True if len(usable) == len(names) else None

    await until(attempt, f"Kafka at {bootstrap} created {', '.join(names)}, which still have no leader", CREATE_S)
    # A broker tells of a leader a moment before that leader serves; this answer comes from the leaders.
    await end_offsets(bootstrap, names)
