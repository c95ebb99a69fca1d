"""Apache Kafka in one process beside this one: KRaft, loopback only, gone when this process is."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from streams.broker.brokerlog import explain
from streams.broker.config import LOOPBACK, java_command, server_properties
from streams.broker.errors import BrokerError
from streams.broker.format import ensure_formatted
from streams.broker.guard import GRACE_S
from streams.broker.jars import Progress, kafka_classpath
from streams.broker.java import find_java
from streams.broker.lock import lock_folder
from streams.broker.metadata import ask_cluster
from streams.broker.release import read_release

GUARD: Final = Path(__file__).with_name("guard.py")
DATA: Final = "kafka-data"
START_TIMEOUT_S: Final = 90.0  # 3 s on an idle machine; a full one must not be called broken
POLL_S: Final = 0.03
STOP_TIMEOUT_S: Final = GRACE_S + 5.0  # the guard kills after its grace
PORT_ATTEMPTS: Final = 5  # a free port may be taken between our look and Java's bind
PORT_TAKEN: Final = "Address already in use"


class EmbeddedKafka:
    """A broker for the life of a `with` block, or from start() to stop(). Blocks; not thread-safe.

    With a folder, its records and offsets are kept there between runs; without, a temporary folder is used
    and removed. `port` 0 takes a free one at each start. `properties` are added to server.properties and win.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        port: int = 0,
        properties: Mapping[str, str] | None = None,
        progress: Progress | None = None,
    ) -> None:
        self._given_folder = folder
        self._port = port
        self._properties = dict(properties or {})
        self._progress = progress
        self._folder: Path | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self.bootstrap = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def log(self) -> Path:
        """The broker's log of this start; that of the start before is broker.log.1."""
        return self.folder / "broker.log"

    @property
    def folder(self) -> Path:
        """Where data and log are. Set once started."""
        assert self._folder is not None, "start() the broker first"  # noqa: S101 - a programming error
        return self._folder

    def start(self) -> str:
        """Start the broker and return its bootstrap address once it answers, in about 3 s.

        Raises BrokerError when there is no Java, no jars, the folder is in use, or Kafka does not start.
        """
        assert self._guard is None, "started already"  # noqa: S101 - a programming error
        java, classpath = find_java(), kafka_classpath(self._progress)
        try:
            lock = self._prepare_folder()
            try:
                cluster = ensure_formatted(self.folder / DATA, read_release().checkpoint)
                self.bootstrap = self._run(java, classpath, lock, cluster)
            finally:
                os.close(lock)  # the guard and Java hold their own copies
        except BrokerError:
            self._end_process()
            if self._folder and not self.log.exists():  # else it is kept: the message names it
                self.stop()
            raise
        except OSError as error:
            self.stop()
            raise BrokerError(
                f"cannot start Kafka in {self._folder or self._given_folder}: {error.strerror or error}: "
                "check the folder's rights and free space"
            ) from error
        except BaseException:
            self.stop()
            raise
        return self.bootstrap

    def stop(self) -> None:
        """Stop the broker if it runs and wait until it is gone; remove a temporary folder."""
        self._end_process()
        if self._folder is not None and self._given_folder is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _end_process(self) -> None:
        if self._guard is not None:
            _end(self._guard)
            self._guard = None
        self.bootstrap = ""

    def died(self) -> str | None:
        """Return why the broker is no longer running, in one line; None while it runs."""
        if self._guard is None:
            return "the embedded Kafka was not started"
        code = self._guard.poll()
        return None if code is None else f"the embedded Kafka has stopped with code {code}: {explain(self.log)}"

    def _prepare_folder(self) -> int:
        """Make and lock the folder; return the lock's file descriptor."""
        if self._given_folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="newswire-kafka-"))
        else:
            self._folder = self._given_folder.absolute()
            self._folder.mkdir(parents=True, exist_ok=True)
        lock = lock_folder(self._folder, patience_s=STOP_TIMEOUT_S)
        shutil.rmtree(self._folder / "tmp", ignore_errors=True)
        (self._folder / "tmp").mkdir()
        if self.log.exists():
            self.log.replace(self.log.with_name("broker.log.1"))
        return lock

    def _run(self, java: Path, classpath: Sequence[Path], lock: int, cluster: str) -> str:
        """Start Kafka and wait until it answers; return its address."""
        settings = self.folder / "server.properties"
        command = java_command(java, classpath, self.folder / "tmp", "kafka.Kafka", str(settings))
        for _ in range(1 if self._port else PORT_ATTEMPTS):
            port, controller_port = _free_ports(self._port)
            text = server_properties(DATA, port, controller_port, self._properties)
            settings.write_text(text, encoding="utf-8")
            self._guard = self._spawn(command, lock)
            if self._answers(port, cluster):
                return f"{LOOPBACK}:{port}"
            self._end_process()
            problem = explain(self.log)
            if PORT_TAKEN not in problem:
                break
        raise BrokerError(f"Kafka did not start on {LOOPBACK}:{port}: {problem}")

    def _spawn(self, command: Sequence[str], lock: int) -> subprocess.Popen[bytes]:
        """Start a command under the guard, its output appended to the log."""
        temporary = str(self.folder) if self._given_folder is None else ""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-I", "-S", str(GUARD), str(os.getpid()), str(lock), temporary, *command],
                cwd=self.folder,
                stdin=subprocess.PIPE,  # the guard's sign of our life
                stdout=log,
                stderr=log,
                pass_fds=[lock],
                start_new_session=True,
            )

    def _answers(self, port: int, cluster: str) -> bool:
        """Wait until this very broker answers on the port; False when it ends or takes too long."""
        assert self._guard is not None  # noqa: S101 - for the type checker
        deadline = time.monotonic() + START_TIMEOUT_S
        while self._guard.poll() is None and time.monotonic() < deadline:
            answer = ask_cluster(LOOPBACK, port, timeout_s=5.0)
            if answer and answer.brokers and answer.cluster_id == cluster:
                return True
            time.sleep(POLL_S)
        return False


def _end(guard: subprocess.Popen[bytes]) -> None:
    """Tell the guard to stop its command, and wait for both."""
    assert guard.stdin is not None  # noqa: S101 - for the type checker
    try:
        # Said, not only closed: a process forked from this one may hold the pipe open.
        guard.stdin.write(b"stop")
        guard.stdin.close()
    except BrokenPipeError:
        pass  # it has ended already
    try:
        guard.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        guard.kill()  # and with it, by the kernel's hand, Java
        guard.wait()


def _free_ports(wanted: int) -> tuple[int, int]:
    """Return a port for clients (the wanted one unless 0) and one for the controller, both free just now."""
    with socket.socket() as first, socket.socket() as second:
        for probe, port in ((first, wanted), (second, 0)):
            # Kafka sets it too: connections of an earlier broker that linger do not count as taken.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError as error:
                raise BrokerError(
                    f"port {port} on {LOOPBACK} cannot be used for Kafka ({error.strerror}): "
                    "stop what uses it, or choose another port"
                ) from None
        return first.getsockname()[1], second.getsockname()[1]
