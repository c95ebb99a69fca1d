"""How a worker comes to its end: the signal, or the first stage that fails, whatever the others are doing."""

import asyncio
from collections.abc import Sequence

import pytest

from streams.cli.worker import _crash, _run

DEADLINE_SECONDS = 10.0


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


def test_a_stage_that_crashes_while_the_worker_drains_is_the_reason_of_its_end() -> None:
    crash = ValueError("x")
    assert _crash([App(), App()]) is None
    assert _crash([App(), App(crash=crash)]) is crash


def test_a_signal_ends_a_start_that_waits_for_a_broker() -> None:
    assert run([App(starts=False)], told_to_stop=True) == (None, False)


def test_a_stage_that_cannot_start_says_why() -> None:
    refusal = ValueError("no")
    with pytest.raises(ValueError, match="no") as raised:
        run([App(starts=False), App(refuses=refusal)])
    assert raised.value is refusal
