"""The embedded broker for real: it serves, keeps, refuses, and is gone with its parent."""

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from streams.broker import embedded
from streams.broker.embedded import EmbeddedKafka
from streams.broker.errors import BrokerError

pytestmark = pytest.mark.integration

PATIENCE_S = 60.0
KILL_SEED = 20_260_407
KILLS = 6
KILL_WITHIN_S = 5.0  # a start takes 2.5 s on an idle machine

PARENT = """
import sys
from pathlib import Path
from streams.broker.embedded import EmbeddedKafka
folder = Path(sys.argv[1]) if sys.argv[1:] else None
kafka = EmbeddedKafka(folder)
print(kafka.start(), kafka.folder, flush=True)
sys.stdin.read()
"""


async def publish(bootstrap: str, topic: str, value: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(topic, value)


async def read(bootstrap: str, topic: str, count: int, group: str | None = None) -> list[bytes | None]:
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=group, auto_offset_reset="earliest"
    ) as consumer:
        async with asyncio.timeout(PATIENCE_S):
            values = [(await consumer.getone()).value for _ in range(count)]
        if group:
            await consumer.commit()
    return values


class Topic:
    """A topic of one partition with the broker's defaults."""

    partitions = 1

    def __init__(self, name: str) -> None:
        self.name = name

    def config(self) -> dict[str, str]:
        return {}


async def create(bootstrap: str, name: str) -> None:
    from streams.broker.admin import ensure_topics

    await ensure_topics(bootstrap, [Topic(name)])


def processes(folder: Path) -> list[str]:
    """Return the living processes (Java or guard) that have the folder in their command line."""
    listed = subprocess.run(["ps", "-ww", "-eo", "pid,stat,args"], capture_output=True, text=True, check=True)
    return [
        line for line in listed.stdout.splitlines()
        if str(folder) in line and "java" in line and not line.split()[1].startswith("Z")
    ]  # fmt: skip


def eventually(holds: Callable[[], bool], what: object = "") -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def assert_gone(folder: Path, what: object = "") -> None:
    eventually(lambda: not processes(folder), (what, processes(folder)))


@pytest.fixture
def start_parent() -> Iterator[Callable[..., "subprocess.Popen[str]"]]:
    started = []

    def start(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", PARENT, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=Path(embedded.__file__).parents[2],
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def test_records_and_offsets_survive_a_restart(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as kafka:
        asyncio.run(create(kafka.bootstrap, "kept"))
        asyncio.run(publish(kafka.bootstrap, "kept", b"one"))
        asyncio.run(publish(kafka.bootstrap, "kept", b"two"))
        assert asyncio.run(read(kafka.bootstrap, "kept", 1, group="reader")) == [b"one"]
        assert kafka.died() is None
    assert_gone(tmp_path)
    with EmbeddedKafka(tmp_path) as kafka:
        assert asyncio.run(read(kafka.bootstrap, "kept", 1, group="reader")) == [b"two"]
        assert asyncio.run(read(kafka.bootstrap, "kept", 2)) == [b"one", b"two"]


def test_records_survive_the_kill_of_parent_and_broker(
    tmp_path: Path, start_parent: Callable[..., "subprocess.Popen[str]"]
) -> None:
    parent = start_parent(str(tmp_path))
    assert parent.stdout is not None
    bootstrap = parent.stdout.readline().split()[0]
    asyncio.run(create(bootstrap, "kept"))
    asyncio.run(publish(bootstrap, "kept", b"acknowledged"))
    for line in processes(tmp_path):
        os.kill(int(line.split()[0]), signal.SIGKILL)
    parent.kill()
    parent.wait()
    with EmbeddedKafka(tmp_path) as kafka:
        assert asyncio.run(read(kafka.bootstrap, "kept", 1)) == [b"acknowledged"]


def test_a_temporary_broker_leaves_nothing() -> None:
    kafka = EmbeddedKafka()
    kafka.start()
    folder = kafka.folder
    assert folder.is_dir()
    kafka.stop()
    kafka.stop()  # harmless
    assert not folder.exists()
    assert not processes(folder)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc/net")
def test_every_port_is_on_loopback(tmp_path: Path) -> None:
    def listening(table: str) -> dict[int, str]:
        rows = (line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:])
        return {int(row[1].split(":")[1], 16): row[1].split(":")[0] for row in rows if row[3] == "0A"}

    with EmbeddedKafka(tmp_path) as kafka:
        settings = (kafka.folder / "server.properties").read_text()
        wanted = next(line for line in settings.splitlines() if line.startswith("listeners="))
        ports = [int(part.rsplit(":", 1)[1]) for part in wanted.split(",")]
        assert int(kafka.bootstrap.split(":")[1]) == ports[0]
        assert [listening("tcp").get(port) for port in ports] == ["0100007F", "0100007F"]
        assert not set(ports) & listening("tcp6").keys()
        java = next(line.split()[0] for line in processes(tmp_path) if "guard.py" not in line)
        inodes = {str(fd.readlink()) for fd in Path(f"/proc/{java}/fd").iterdir()}
        rows = [
            line.split()
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        ]
        mine = [row for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in inodes]
        assert len(mine) == 2, "no port but the two"


def test_two_brokers_never_share_a_folder(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as first:
        with pytest.raises(BrokerError, match=f"folder {tmp_path} is in use by process {os.getpid()}"):
            EmbeddedKafka(tmp_path).start()
        asyncio.run(create(first.bootstrap, "still-serving"))


def test_a_wanted_port_is_taken_or_refused(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(BrokerError, match=f"port {port} on 127.0.0.1 cannot be used"):
            EmbeddedKafka(tmp_path, port=port).start()
    with EmbeddedKafka(tmp_path, port=port) as kafka:
        assert kafka.bootstrap == f"127.0.0.1:{port}"


def test_a_lost_race_for_a_port_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look, looks = embedded._free_ports, []
    with socket.socket() as thief:
        thief.bind(("127.0.0.1", 0))
        thief.listen()

        def unlucky(wanted: int) -> tuple[int, int]:
            free, controller = look(wanted)
            looks.append(free)
            return (thief.getsockname()[1] if len(looks) == 1 else free), controller

        monkeypatch.setattr(embedded, "_free_ports", unlucky)
        with EmbeddedKafka(tmp_path) as kafka:
            assert kafka.bootstrap == f"127.0.0.1:{looks[1]}"
    assert len(looks) == 2


@pytest.mark.parametrize("temporary", [False, True])
def test_a_failed_start_is_one_line_with_cause_and_log(tmp_path: Path, temporary: bool) -> None:
    kafka = EmbeddedKafka(None if temporary else tmp_path, properties={"log.segment.bytes": "none"})
    with pytest.raises(BrokerError) as caught:
        kafka.start()
    message = str(caught.value)
    assert "\n" not in message
    assert "log.segment.bytes" in message
    assert f"(log: {kafka.log})" in message
    assert "log.segment.bytes" in kafka.log.read_text()
    assert not processes(kafka.folder)
    kafka.stop()


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BrokerError, match=f"cannot start Kafka in {tmp_path}/file/state: Not a directory"):
        EmbeddedKafka(tmp_path / "file" / "state").start()


def test_a_broker_that_dies_is_noticed(tmp_path: Path) -> None:
    with EmbeddedKafka(tmp_path) as kafka:
        java = next(line.split()[0] for line in processes(tmp_path) if "guard.py" not in line)
        os.kill(int(java), signal.SIGKILL)
        eventually(lambda: kafka.died() is not None)
        assert "the embedded Kafka has stopped with code 137" in (kafka.died() or "")


def test_a_forked_process_does_not_keep_the_broker_alive(
    tmp_path: Path, start_parent: Callable[..., "subprocess.Popen[str]"]
) -> None:
    """A pool of processes inherits the guard's pipe by fork; the guard looks at its parent too."""
    fork = "import os, time\nchild = os.fork()\nif not child:\n    time.sleep(600)\nprint(child, flush=True)\n"
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT.replace("sys.stdin.read()", fork + "sys.stdin.read()"), str(tmp_path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(embedded.__file__).parents[2],
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.readline()
    child = int(process.stdout.readline())
    process.kill()
    process.wait()
    try:
        os.kill(child, 0)  # the heir of the pipe lives
        assert_gone(tmp_path)
    finally:
        os.kill(child, signal.SIGKILL)
        process.stdin.close()
        process.stdout.close()


def test_killing_the_parent_at_any_moment_leaves_no_java(
    tmp_path: Path, start_parent: Callable[..., "subprocess.Popen[str]"]
) -> None:
    chance = random.Random(KILL_SEED)
    for attempt in range(KILLS):
        delay = chance.uniform(0.1, KILL_WITHIN_S)
        parent = start_parent(str(tmp_path))
        time.sleep(delay)  # the moment of the kill, not a wait for something
        parent.kill()
        parent.wait()
        assert_gone(tmp_path, f"seed {KILL_SEED}, kill {attempt} after {delay:.3f} s")
    with EmbeddedKafka(tmp_path) as kafka:  # and none of them has spoilt the folder
        asyncio.run(create(kafka.bootstrap, "after-the-kills"))


def test_killing_the_parent_removes_a_temporary_folder(
    start_parent: Callable[..., "subprocess.Popen[str]"],
) -> None:
    parent = start_parent()
    assert parent.stdout is not None
    folder = Path(parent.stdout.readline().split()[1])
    assert processes(folder)
    parent.kill()
    parent.wait()
    assert_gone(folder)
    assert not folder.exists()


def test_a_restart_right_after_a_kill_waits_for_the_old_broker(
    tmp_path: Path, start_parent: Callable[..., "subprocess.Popen[str]"]
) -> None:
    parent = start_parent(str(tmp_path))
    assert parent.stdout is not None
    assert parent.stdout.readline()
    parent.kill()
    parent.wait()
    with EmbeddedKafka(tmp_path) as kafka:
        asyncio.run(create(kafka.bootstrap, "again"))


def test_it_can_be_started_from_a_thread_that_ends(tmp_path: Path) -> None:
    kafka = EmbeddedKafka(tmp_path)
    thread = threading.Thread(target=kafka.start)
    thread.start()
    thread.join()
    try:
        asyncio.run(create(kafka.bootstrap, "from-a-thread"))
        assert kafka.died() is None
    finally:
        kafka.stop()


def test_the_foreground_command_prints_its_address_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "streams.broker", "--folder", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(embedded.__file__).parents[2],
        # Whoever runs the tests in the background makes them, and all their children, ignore Ctrl-C.
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.default_int_handler),
    )
    assert process.stdout is not None
    with process.stdout:
        asyncio.run(create(process.stdout.readline().strip(), "foreground"))
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
    assert not processes(tmp_path)
