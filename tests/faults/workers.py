"""Real worker processes under a supervisor: one that ends without being told to is started again at once."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from tests.faults.cleanup import Cleanup
from tests.faults.cluster import until
from tests.faults.reaper import members

READY_SECONDS: Final = 120.0
STOP_SECONDS: Final = 30.0
BACKOFF_SECONDS: Final = 0.2
PIPE_BYTES: Final = 64 * 1_024
ENRICHED: Final = b'"outcome": "enriched"'
READY: Final = b'"worker.ready"'
STARTING: Final = b'"worker.starting"'


@dataclass(frozen=True, slots=True)
class Exit:
    """One end of a worker's process. `at` in seconds since 1970 UTC."""

    at: float
    code: int
    asked: bool


class Worker:
    """One slot: its process, and after its end the next one, until `leave`."""

    def __init__(self, slot: str, env: Mapping[str, str], folder: Path, log: Path, cleanup: Cleanup) -> None:
        self.slot, self.log = slot, log
        self._env, self._folder, self._cleanup = {**env, "NEWSWIRE_SLOT": slot}, folder, cleanup
        self.exits: list[Exit] = []
        self.starts = 0
        self.read_log = threading.Event()  # while it is not set, nobody reads what the worker logs
        self.read_log.set()
        self._asked = False
        self._wanted = False
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def start(self, *, wait: bool = True) -> None:
        """Start it; with `wait`, until its stages run."""
        self._wanted = True
        self._thread = threading.Thread(target=self._supervise, name=f"worker-{self.slot}", daemon=True)
        self._thread.start()
        if wait:
            self.wait_ready()

    def wait_ready(self) -> None:
        """Wait until the stages of the newest process run."""
        until(lambda: READY in self._newest_log(), f"worker {self.slot} is ready ({self.log})", READY_SECONDS)

    def _newest_log(self) -> bytes:
        log = self.log.read_bytes() if self.log.exists() else b""
        return log[log.rfind(STARTING) :]

    def logged(self, text: bytes) -> int:
        """Return how often it has logged this."""
        return self.log.read_bytes().count(text) if self.log.exists() else 0

    def last_logged(self) -> float:
        """Return the time of its newest whole log line, by its own clock, in seconds since 1970 UTC."""
        times = re.findall(rb'"timestamp": "([^"]+)"', self.log.read_bytes())
        return datetime.fromisoformat(times[-1].decode()).timestamp()

    def versions(self) -> set[str]:
        """Return the pipeline of each process that has started, by the whole lines of its log."""
        lines = self.log.read_bytes().rpartition(b"\n")[0].splitlines() if self.log.exists() else []
        # The last line of a killed process may be torn, and the next one's first line stands behind it.
        return {json.loads(line[line.rindex(b"{") :])["pipeline"] for line in lines if STARTING in line}

    @property
    def pid(self) -> int:
        """The process, once it runs."""
        until(lambda: self._process is not None and self._process.poll() is None, f"worker {self.slot} runs", 30)
        assert self._process is not None
        return self._process.pid

    def model_child(self) -> int:
        """Return the process of the entity model (there is one: NEWSWIRE_PROCESSES=1), once it has done an article."""
        until(lambda: ENRICHED in self._newest_log(), f"worker {self.slot} has enriched something", READY_SECONDS)
        found: list[int] = []

        def look() -> bool:
            found[:] = [pid for pid in members(self.pid) if b"spawn_main" in _command(pid)]
            return bool(found)

        until(look, f"the model process of worker {self.slot}", READY_SECONDS)
        return found[-1]

    def kill(self) -> None:
        """Kill -9."""
        self._asked = True
        self._send(signal.SIGKILL)

    def terminate(self) -> None:
        """SIGTERM: it finishes what is in flight and ends with 0; then the supervisor starts the next."""
        self._asked = True
        self._send(signal.SIGTERM)

    def pause(self) -> None:
        """SIGSTOP of the worker itself; its model process goes on and waits."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        self._send(signal.SIGCONT)

    def leave(self, *, kill: bool = False) -> None:
        """End it for good."""
        self._wanted = False
        self._asked = True
        if self._thread is None:
            return
        if kill:
            self._send(signal.SIGKILL)
        else:
            self._send(signal.SIGTERM)
            self._send(signal.SIGCONT)
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive():
            self._send(signal.SIGKILL)
            self._thread.join()
        self._thread = None

    def crashes(self) -> list[Exit]:
        """Return the ends that nobody asked for."""
        return [gone for gone in self.exits if not gone.asked]

    def _send(self, number: int) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(process.pid, number)

    def _supervise(self) -> None:
        while self._wanted:
            self._asked = False
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streams", "worker", "--with-parent"],
                env=self._env, cwd=self._folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
            threading.Thread(target=self._keep_log, args=(self._process.stdout,), daemon=True).start()
            self.starts += 1
            self._cleanup.session(self._process.pid)
            code = self._process.wait()
            self.exits.append(Exit(time.time(), code, self._asked))
            if not self._asked:
                time.sleep(BACKOFF_SECONDS)

    def _keep_log(self, pipe: IO[bytes]) -> None:
        with pipe, self.log.open("ab") as log:
            while data := os.read(pipe.fileno(), PIPE_BYTES):
                self.read_log.wait()
                log.write(data)
                log.flush()


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""
