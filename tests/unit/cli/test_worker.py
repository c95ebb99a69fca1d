"""How a worker comes to its end: the signal, or the first stage that fails, whatever the others are doing."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import SimpleNamespace

import pytest

from streams.cli import worker as module
from streams.cli.worker import _run, _stopped

DEADLINE_SECONDS = 10.0
LATE_SECONDS = 2.0  # then a stage that refused to stop has stopped


class App:
    """Stands for a stage's Faust app."""

    def __init__(
        self, *, starts: bool = True, crash: Exception | None = None, refuses: Exception | None = None
    ) -> None:
        self._crashed, self.crash_reason = asyncio.Event(), crash
        self._starts, self._refuses = starts, refuses
        if crash is not None:
            self._crashed.set()

    async def start(self) -> None:
        if self._refuses is not None:
            raise self._refuses
        if not self._starts:
            await asyncio.Event().wait()


def run(apps: Sequence[App], *, told_to_stop: bool = False) -> tuple[BaseException | None, bool]:
    """Return how it ended, and whether it was ever ready."""
    readied: list[bool] = []

    async def worker() -> BaseException | None:
        stop = asyncio.Event()
        if told_to_stop:
            stop.set()
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await _run(apps, stop, lambda: readied.append(True))

    return asyncio.run(worker()), bool(readied)


def test_a_stage_that_crashes_ends_the_worker() -> None:
    crash = ValueError("x")
    assert run([App(), App(crash=crash)])[0] is crash


def test_a_stage_that_crashes_does_not_wait_for_one_that_never_starts() -> None:
    crash = ValueError("x")
    assert run([App(starts=False), App(crash=crash)]) == (crash, False)


class Stage:
    """Stands for a stage that is drained at the second look, and may crash or refuse to stop meanwhile."""

    def __init__(self, *, crash: Exception | None = None, stops: bool = True) -> None:
        self.app = SimpleNamespace(_crashed=asyncio.Event(), crash_reason=crash, stop=self._stop)
        self.stats, self.closed, self.released = self, False, asyncio.Event()
        self.left = False  # still stopping when the worker went on
        self._looks = 2
        if stops:
            self.released.set()

    def close(self) -> None:
        self.closed = True

    @property
    def in_flight(self) -> int:
        self._looks -= 1
        if self.app.crash_reason is not None:
            self.app._crashed.set()
        return max(0, self._looks)

    async def _stop(self) -> None:
        while not self.released.is_set():
            with suppress(asyncio.CancelledError):  # as mode does: it goes on stopping
                await self.released.wait()


def stopped(stages: list[Stage], error: BaseException | None = None) -> BaseException | None:
    async def worker() -> BaseException | None:
        for stage in stages:
            asyncio.get_running_loop().call_later(LATE_SECONDS, stage.released.set)
        found = await _stopped(stages, error)  # type: ignore[arg-type]
        for stage in stages:
            stage.left = not stage.released.is_set()
            stage.released.set()
        return found

    return asyncio.run(worker())


def test_stages_are_drained_unless_something_has_failed() -> None:
    stages, failure = [Stage(), Stage()], ValueError("x")
    assert stopped(stages, failure) is failure
    assert [stage.closed for stage in stages] == [False, False]
    assert stopped(stages) is None
    assert [stage.closed for stage in stages] == [True, True]


def test_a_stage_that_crashes_while_the_worker_drains_is_the_reason_of_its_end() -> None:
    crash = ValueError("x")
    assert stopped([Stage(), Stage(crash=crash)]) is crash


def test_a_stage_that_does_not_let_itself_be_stopped_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STOP_SECONDS", 0.1)
    stages = [Stage(), Stage(stops=False)]
    assert stopped(stages) is None
    assert [stage.left for stage in stages] == [False, True]


def test_a_signal_ends_a_start_that_waits_for_a_broker() -> None:
    assert run([App(starts=False)], told_to_stop=True) == (None, False)


def test_a_stage_that_cannot_start_says_why() -> None:
    refusal = ValueError("no")
    with pytest.raises(ValueError, match="no") as raised:
        run([App(starts=False), App(refuses=refusal)])
    assert raised.value is refusal
