"""`newswire worker --supervise`: run a worker, start it again when it crashes, and know when to stop trying."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from streams import health, logs
from streams.cli.errors import GAVE_UP, INTERRUPTED, OK, TERMINATED, USAGE

POLL_SECONDS: Final = 0.1
STOP_SECONDS: Final = 25.0  # a worker needs 10; then nothing is left that waiting would save
CONNECT_SECONDS: Final = 2.0
AWAY_SECONDS: Final = 1.0  # between looks for a broker that is away
LOOK_SECONDS: Final = 5.0  # between looks at the child's health
# Longer than every limit that a worker keeps itself (twice 60 s for an article in the models, 30 s for a delivery): who
# has made no progress for so long will not stop by itself either.
HUNG_SECONDS: Final = 150.0
CALLED_OFF: Final = (OK, INTERRUPTED, TERMINATED, -signal.SIGINT, -signal.SIGTERM)  # before there was work to drain


@dataclass(frozen=True, slots=True)
class Policy:
    """How crashes are answered.

    The first restart comes almost at once, since a kill or a full disk is over by then; later ones wait, so that a
    broker in trouble is not met by a storm. Six crashes within two minutes are not bad luck but a cause that a person
    must look for. So are twelve in a row of which none came after five minutes of work: a worker that dies of a commit
    that never comes through, or is killed because it hangs, needs minutes for each. Records that it finished in
    between are no sign of progress, for without a commit they are the same ones each time. Five minutes are twice the
    longest limit that a worker keeps itself; twelve leave a cluster the time to restart its brokers one by one.
    """

    first_seconds: float = 1.0
    most_seconds: float = 30.0
    crashes: int = 6
    window_seconds: float = 120.0
    slow_crashes: int = 12
    steady_seconds: float = 300.0

    def recent(self, crashes: Sequence[float], now: float) -> list[float]:
        """Return the times of the crashes that still count."""
        return [moment for moment in crashes if now - moment <= self.window_seconds]

    def in_a_row(self, before: int, worked_seconds: float) -> int:
        """Return how many crashes in a row it makes with this one, of a worker that had worked for so long."""
        return 1 if worked_seconds >= self.steady_seconds else before + 1

    def hopeless(self, recent: int, in_a_row: int) -> str | None:
        """Return why starting again is no use, None while it may be; counts include the crash of this moment."""
        if recent >= self.crashes:
            return f"{recent} crashes within {self.window_seconds:g} s"
        if in_a_row >= self.slow_crashes:
            return f"{in_a_row} crashes in a row, each within {self.steady_seconds:g} s of work"
        return None

    def delay(self, crashes: int, chance: float) -> float:
        """Return the seconds before the restart after so many recent crashes; `chance` is in [0, 1).

        Half of it is chance: workers that crashed together do not come back together.
        """
        longest: float = min(self.most_seconds, self.first_seconds * 2.0 ** (max(crashes, 1) - 1))
        return longest * (0.5 + 0.5 * chance)


@dataclass(slots=True)
class Supervisor:
    """One worker, however many processes it takes.

    Args of the constructor: the command; its environment; file descriptors that it inherits; where it writes its
    health (None: not looked at); whether the outside world (the broker) answers; the policy.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    inherited: Sequence[int] = ()
    health_file: Path | None = None
    reachable: Callable[[], bool] = lambda: True
    policy: Policy = field(default_factory=Policy)
    hung_seconds: float = HUNG_SECONDS
    _crashes: list[float] = field(default_factory=list)
    _in_a_row: int = 0
    _worked_seconds: float = 0.0  # of the last worker
    _may_pass: bool = False  # a worker crashed before, or the broker was away: what cannot begin now may in a moment
    _stop: signal.Signals | None = None
    _child: "subprocess.Popen[bytes] | None" = None

    def run(self) -> int:
        """Return the exit code: 0 once the worker drained after a signal; its own when starting again cannot help."""
        with self._signals():
            self._await_broker()
            while True:
                if self._asked_to_stop():
                    return OK
                code, reason = self._one()
                if self._asked_to_stop():
                    return OK if code in CALLED_OFF else (code if code >= 0 else 128 - code)
                if code == OK:
                    return OK
                # It never began, and not for want of a broker: arguments, settings, topics or rights are wrong.
                if code == USAGE and not self._may_pass and self.reachable():
                    return self._give_up(code, code, "it cannot begin; see its message")
                if (hopeless := self._hopeless()) is not None:
                    return self._give_up(code, GAVE_UP, f"{hopeless}; the lines before say why")
                self._may_pass = True
                self._wait(code, reason)

    def _asked_to_stop(self) -> bool:
        return self._stop is not None

    def _one(self) -> tuple[int, str]:
        """Run the worker once; return its exit code and why it ended."""
        self._child = subprocess.Popen(
            self.command, env=dict(self.environment), pass_fds=self.inherited, start_new_session=True
        )
        logs.get().info("supervisor.started", pid=self._child.pid, crashes=len(self._crashes))
        started = time.monotonic()
        hung = self._watch(self._child)
        code = self._child.returncode
        self._worked_seconds = self._worked(self._child.pid, time.monotonic() - started)
        return code, hung or (f"exit code {code}" if code >= 0 else f"killed by {signal.Signals(-code).name}")

    def _watch(self, child: "subprocess.Popen[bytes]") -> str | None:
        """Wait for the end of the worker; end it when it is hung, and say how."""
        looked, signalled, hung = time.monotonic(), None, None
        while child.poll() is None:
            time.sleep(POLL_SECONDS)
            now = time.monotonic()
            if self._stop is not None and signalled is None:
                child.send_signal(self._stop)
                signalled = now
            if signalled is not None and now - signalled > STOP_SECONDS:
                child.kill()
            if now - looked > LOOK_SECONDS and signalled is None:
                looked = now
                if (hung := self._hung(child.pid)) is not None:
                    child.kill()
        return hung

    def _hung(self, pid: int) -> str | None:
        report = self._report(pid)
        stalled = None if report is None else health.verdict(report, time.time(), self.hung_seconds)
        # While the broker is away, nobody makes progress, and a restart would not either.
        return stalled if stalled and self.reachable() else None

    def _report(self, pid: int) -> health.Report | None:
        """Return what this worker said last of itself."""
        try:
            report = None if self.health_file is None else health.read(self.health_file)
        except health.NoReport:
            return None
        return report if report is not None and report.pid == pid else None

    def _worked(self, pid: int, lived: float) -> float:
        """Return how long the worker worked; where it could not write its health (a full disk), how long it lived."""
        report = self._report(pid)
        return lived if report is None else health.worked_seconds(report)

    def _hopeless(self) -> str | None:
        """Count the crash; return why to give up, None to start again."""
        now = time.monotonic()
        if not self.reachable():
            self._crashes = self._crashes[-1:]  # an outage is not the worker's fault
            self._in_a_row = min(self._in_a_row, 1)
            return None
        self._crashes = [*self.policy.recent(self._crashes, now), now]
        self._in_a_row = self.policy.in_a_row(self._in_a_row, self._worked_seconds)
        return self.policy.hopeless(len(self._crashes), self._in_a_row)

    def _wait(self, code: int, reason: str) -> None:
        """Wait as long as the policy says, and while no broker answers."""
        after = self.policy.delay(len(self._crashes), random.random())  # noqa: S311 - spreads load, keeps no secret
        logs.get().warning(
            "supervisor.restarted",
            exit_code=code,
            reason=reason,
            crashes=len(self._crashes),
            in_a_row=self._in_a_row,
            after_seconds=round(after, 1),
        )
        self._sleep(after)
        self._await_broker()

    def _await_broker(self) -> None:
        """Wait while no broker answers: when a machine starts, say, its worker may be there first."""
        if self._stop is not None or self.reachable():
            return
        self._may_pass = True  # one that has just opened its port may not be ready for us
        logs.get().warning("supervisor.waiting", reason="no Kafka broker answers")
        while self._stop is None and not self.reachable():
            self._sleep(AWAY_SECONDS)

    def _sleep(self, seconds: float) -> None:
        """Sleep, unless told to stop."""
        deadline = time.monotonic() + seconds
        while self._stop is None and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def _give_up(self, code: int, exit_code: int, reason: str) -> int:
        logs.get().error(
            "supervisor.gave_up",
            exit_code=code,
            crashes=len(self._crashes),
            in_a_row=self._in_a_row,
            reason=reason,
        )
        return exit_code

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def stop(number: int, _: object) -> None:
            self._stop = signal.Signals(number)

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def answers(bootstrap: str) -> bool:
    """Say whether anything takes a connection at one of the addresses."""
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), CONNECT_SECONDS):
                return True
        except (OSError, ValueError):
            continue
    return False


def environment_with(slot: str) -> dict[str, str]:
    """Return the environment of the worker: ours, and its slot."""
    return {**os.environ, "NEWSWIRE_SLOT": slot}
