import time
from types import SimpleNamespace

import pytest

from tests.bench import stopwatch
from tests.bench.stopwatch import Place, Stopwatch


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """CPU seconds that pass when a test says so."""
    made = SimpleNamespace(now=0.0)
    monkeypatch.setattr(stopwatch, "time", SimpleNamespace(thread_time=lambda: made.now))
    return made


def test_a_piece_has_its_own_seconds_only(clock: SimpleNamespace) -> None:
    def inner() -> None:
        clock.now += 2

    def outer() -> str:
        clock.now += 1
        work.inner()
        clock.now += 4
        return "done"

    work = SimpleNamespace(inner=inner, outer=outer)
    watch = Stopwatch("all else")
    with watch.watching([Place(work, "inner", "small"), Place(work, "outer", "large")]):
        clock.now += 8
        assert work.outer() == "done"
        work.inner()
        clock.now += 16
    assert watch.seconds == {"all else": 24, "large": 5, "small": 4}
    assert work.inner is inner


def test_an_error_ends_its_piece(clock: SimpleNamespace) -> None:
    def broken() -> None:
        clock.now += 1
        raise ValueError("broken")

    work = SimpleNamespace(broken=broken)
    watch = Stopwatch("all else")
    with watch.watching([Place(work, "broken", "piece")]):
        with pytest.raises(ValueError, match="broken"):
            work.broken()
        clock.now += 2
    assert watch.seconds == {"piece": 1, "all else": 2}


def test_seconds_are_those_of_the_processor() -> None:
    watch = Stopwatch("all else")
    with watch.watching([]):
        started = time.thread_time()
        while time.thread_time() < started + 0.01:
            pass
    assert watch.seconds["all else"] >= 0.01
