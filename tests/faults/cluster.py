"""Real Apache Kafka to be hurt: one broker or three, killed, paused, stopped and started on the same ports and data.

Each broker has two listeners for clients: a direct one, for the load and the checker, and one that is reached
through a small TCP proxy (proxy.py), for workers whose network shall fail.
"""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient

from streams.broker.config import LOOPBACK, java_command, server_properties
from streams.broker.embedded import DATA, GUARD
from streams.broker.format import CHECKPOINT, META
from streams.broker.jars import kafka_classpath
from streams.broker.java import find_java
from streams.broker.metadata import ask_cluster
from streams.broker.release import read_release
from tests.faults.cleanup import Cleanup

START_SECONDS: Final = 90.0
STOP_SECONDS: Final = 15.0
POLL_SECONDS: Final = 0.05
LISTENERS: Final = "BROKER:PLAINTEXT,PROXIED:PLAINTEXT,CONTROLLER:PLAINTEXT"


@dataclass
class Broker:
    """One Kafka process, broker and controller in one; its ports and its folder stay through every restart."""

    number: int
    folder: Path
    log_folder: Path
    port: int
    inner_port: int  # behind the proxy
    proxy_port: int
    controller_port: int
    cluster_id: str
    voters: str
    replicas: int
    cleanup: Cleanup = field(repr=False)
    _guard: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def format(self) -> None:
        """Write what `kafka-storage format` writes."""
        data = self.folder / DATA
        data.mkdir(parents=True)
        (self.folder / "tmp").mkdir()
        lines = ("version=1", f"cluster.id={self.cluster_id}", f"node.id={self.number}", f"directory.id={_new_id()}")
        (data / META).write_text("\n".join(lines) + "\n", encoding="utf-8")
        (data / CHECKPOINT).write_bytes(read_release().checkpoint)

    def start(self) -> None:
        """Start the process; `Cluster.wait` waits until it serves."""
        extra = {
            "node.id": str(self.number),
            "listeners": f"BROKER://{LOOPBACK}:{self.port},PROXIED://{LOOPBACK}:{self.inner_port},"
            f"CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "advertised.listeners": f"BROKER://{LOOPBACK}:{self.port},PROXIED://{LOOPBACK}:{self.proxy_port}",
            "listener.security.protocol.map": LISTENERS,
            "controller.quorum.voters": self.voters,
            "offsets.topic.replication.factor": str(self.replicas),
            "transaction.state.log.replication.factor": str(self.replicas),
            "min.insync.replicas": str(min(2, self.replicas)),
        }
        settings = self.folder / "server.properties"
        settings.write_text(server_properties(DATA, self.port, self.controller_port, extra), encoding="utf-8")
        command = java_command(find_java(), kafka_classpath(), self.folder / "tmp", "kafka.Kafka", str(settings))
        lock = os.open(self.folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            with self.log.open("ab") as log:
                self._guard = subprocess.Popen(
                    [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), str(lock), "", *command],
                    cwd=self.folder, stdin=subprocess.PIPE, stdout=log, stderr=log, pass_fds=[lock],
                    start_new_session=True,
                )  # fmt: skip
        finally:
            os.close(lock)
        self.cleanup.session(self._guard.pid)

    @property
    def log(self) -> Path:
        """Its log, of all its starts: not on its disk, which may be full."""
        return self.log_folder / f"broker-{self.number}.log"

    def answers(self, brokers: int = 1) -> bool:
        """Say whether it serves and knows so many brokers."""
        answer = ask_cluster(LOOPBACK, self.port, timeout_s=5.0)
        return answer is not None and answer.cluster_id == self.cluster_id and answer.brokers >= brokers

    def alive(self) -> bool:
        """Say whether the process runs."""
        return self._guard is not None and self._guard.poll() is None

    def kill(self) -> None:
        """Kill -9, and wait until it is gone."""
        self._signal(signal.SIGKILL)
        self._wait()

    def pause(self) -> None:
        """SIGSTOP: connections stay open, nothing answers."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """Stop it gracefully and wait."""
        self._signal(signal.SIGTERM)
        self._wait()

    def _wait(self) -> None:
        assert self._guard is not None
        try:
            self._guard.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._guard.wait(STOP_SECONDS)

    def _signal(self, number: int) -> None:
        assert self._guard is not None, "start the broker first"
        children = Path(f"/proc/{self._guard.pid}/task/{self._guard.pid}/children")
        with suppress(FileNotFoundError, ProcessLookupError):
            for pid in children.read_text().split():
                os.kill(int(pid), number)


class Cluster:
    """One broker, or three with three replicas of which two must be in sync."""

    def __init__(self, cleanup: Cleanup, folder: Path, size: int = 1, disks: Sequence[Path] = ()) -> None:
        ports = iter(free_ports(4 * size))
        self.replicas = size
        places = [(next(ports), next(ports), next(ports), next(ports)) for _ in range(size)]
        voters = ",".join(f"{n}@{LOOPBACK}:{place[3]}" for n, place in enumerate(places, start=1))
        cluster_id = _new_id()
        self.brokers = [
            Broker(n, home / f"kafka-{n}", folder, *place, cluster_id, voters, size, cleanup)
            for n, (place, home) in enumerate(zip(places, disks or [folder] * size, strict=True), start=1)
        ]
        for broker in self.brokers:
            broker.format()

    @property
    def bootstrap(self) -> str:
        """The direct addresses."""
        return ",".join(f"{LOOPBACK}:{broker.port}" for broker in self.brokers)

    @property
    def proxied(self) -> str:
        """The addresses through the proxies."""
        return ",".join(f"{LOOPBACK}:{broker.proxy_port}" for broker in self.brokers)

    def start(self) -> None:
        """Start every broker and wait until all serve."""
        for broker in self.brokers:
            broker.start()
        self.wait()

    def wait(self) -> None:
        """Wait until every broker serves, knows the others, and all replicas are in sync."""
        until(lambda: all(b.answers(len(self.brokers)) for b in self.brokers), "Kafka answers", START_SECONDS)
        if self.replicas > 1:
            until(lambda: asyncio.run(_lagging_replicas(self.bootstrap)) == 0, "replicas in sync", START_SECONDS)

    def leaders(self, topic: str) -> dict[int, int]:
        """Return the leader of each partition of a topic, by broker number."""
        return asyncio.run(_leaders(self.bootstrap, topic))

    def stop(self) -> None:
        """Stop every broker."""
        with ExitStack() as stack:
            for broker in self.brokers:
                if broker.alive():
                    stack.callback(broker.kill)


async def _described(bootstrap: str, topics: list[str] | None = None) -> list[dict[str, Any]]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=5_000)
    await admin.start()
    try:
        return list(await admin.describe_topics(topics))
    finally:
        await admin.close()


async def _lagging_replicas(bootstrap: str) -> int:
    try:
        found = await _described(bootstrap)
    except Exception:  # a broker that is just coming up: asked again
        return -1
    return sum(len(p["isr"]) < len(p["replicas"]) for topic in found for p in topic["partitions"])


async def _leaders(bootstrap: str, topic: str) -> dict[int, int]:
    (found,) = await _described(bootstrap, [topic])
    return {p["partition"]: p["leader"] for p in found["partitions"]}


def free_ports(count: int) -> list[int]:
    """Return ports that are free just now, all different."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def until(condition: Any, what: str, seconds: float) -> float:
    """Poll until the condition holds; return the seconds that it took.

    Raises:
        TimeoutError: naming what was waited for.
    """
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > seconds:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(POLL_SECONDS)
    return time.monotonic() - started


def _new_id() -> str:
    return urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()
