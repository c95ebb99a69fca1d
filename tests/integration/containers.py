"""A Kafka in a container, through testcontainers, for the tests that also run on the embedded broker."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError
from docker.errors import APIError, DockerException
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

IMAGE: Final = "apache/kafka:4.3.1"  # as in docker-compose.yml
HOST: Final = "127.0.0.1"
CLIENT_PORT: Final = 9092  # inside the container

ENGINE_S: Final = 10  # for the engine to answer; one at rest needs 0.01 s
START_S: Final = 90.0  # 9 s on two busy cores; a full machine must not be called broken
POLL_S: Final = 0.25  # aiokafka logs a line for each try
ATTEMPTS: Final = 5  # a free port may be taken between our look and the engine's bind
LOG_LINES: Final = 15

PORT_TAKEN: Final = ("port is already allocated", "address already in use")


def docker_available(*images: str) -> str | None:
    """Return None when an engine answers and has the images (default: Kafka's), else the reason in one line."""
    try:
        client = DockerClient(timeout=ENGINE_S).client
        missing = [image for image in images or (IMAGE,) if not client.images.list(image)]
    except (DockerException, OSError) as error:
        reason = str(error).splitlines()[0][:160]
        return f"no Docker engine answers ({reason}): tests/docker/engine.sh start"
    return f"the Docker engine has no image {', '.join(missing)}: tests/docker/images.sh" if missing else None


@contextmanager
def kafka_container() -> Iterator[str]:
    """Run a broker for the life of the block and give its bootstrap address once it answers.

    Raises RuntimeError with the end of the broker's log when it does not.
    """
    _settle_ryuk()
    container, bootstrap = _started()
    try:
        try:
            asyncio.run(_answers(bootstrap, container))
        except TimeoutError:
            raise RuntimeError(f"{IMAGE} does not answer within {START_S:.0f} s:\n{_log(container)}") from None
        yield bootstrap
    finally:
        container.stop()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _settle_ryuk() -> None:
    """Do without testcontainers' reaper where its image is not at hand: the block itself cleans up."""
    if not testcontainers_config.ryuk_disabled and docker_available(testcontainers_config.ryuk_image):
        testcontainers_config.ryuk_disabled = True


def _started() -> tuple[DockerContainer, str]:
    """Start a container on a port chosen before: the broker must be told the address that it gives to clients."""
    for attempt in range(1, ATTEMPTS + 1):
        bootstrap = f"{HOST}:{free_port()}"
        container = _container(bootstrap)
        try:
            return container.start(), bootstrap
        except APIError as error:
            container.stop()
            if attempt == ATTEMPTS or not any(words in str(error) for words in PORT_TAKEN):
                raise
    raise AssertionError("not reached")


def _container(bootstrap: str) -> DockerContainer:
    host, port = bootstrap.split(":")
    container = DockerContainer(IMAGE).with_envs(**_environment(bootstrap))
    # docker-py takes an address with the port, testcontainers' type knows the port only (which binds to every address).
    container.ports[f"{CLIENT_PORT}/tcp"] = (host, int(port))  # type: ignore[assignment]
    return container


def _environment(bootstrap: str) -> dict[str, str]:
    """Return docker-compose.yml's settings, without the network of containers."""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        # The broker also calls itself, at an address that must be right inside its container.
        "KAFKA_LISTENERS": f"CLIENT://:{CLIENT_PORT},CONTROLLER://:9093,BROKER://:9094",
        "KAFKA_ADVERTISED_LISTENERS": f"CLIENT://{bootstrap},BROKER://localhost:9094",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "CLIENT:PLAINTEXT,CONTROLLER:PLAINTEXT,BROKER:PLAINTEXT",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",  # no other member to wait for: the default costs 3 s a start
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }


async def _answers(bootstrap: str, container: DockerContainer) -> None:
    """Poll until the broker answers a metadata request with itself in it.

    Raises TimeoutError after START_S, RuntimeError when the container has ended.
    """
    async with asyncio.timeout(START_S):
        while not await _brokers(bootstrap):
            wrapped: Any = container.get_wrapped_container()
            wrapped.reload()
            if wrapped.status == "exited":
                raise RuntimeError(f"{IMAGE} ended:\n{_log(container)}")
            await asyncio.sleep(POLL_S)


async def _brokers(bootstrap: str) -> set[Any]:
    """Return the brokers of the cluster, none when it does not answer yet."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap, request_timeout_ms=2_000)
    try:
        # The engine accepts connections for a container whose process does not listen yet, and drops them.
        with contextlib.suppress(KafkaError, OSError):
            await client.bootstrap()
        return set(client.cluster.brokers())
    finally:
        await client.close()


def _log(container: DockerContainer) -> str:
    out, err = container.get_logs()
    return "\n".join((out + err).decode(errors="replace").splitlines()[-LOG_LINES:])
