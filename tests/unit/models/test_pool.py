"""The process pool with work that misbehaves on purpose."""

import gc
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from streams.models import pool as pool_module
from streams.models.errors import ModelFailed, PoolBroken
from streams.models.pool import Pool

DEADLINE_SECONDS = 60.0


# In a child this runs with the imports, before anything of ours: when a Ctrl-C would have hit it.
LOADED_WITH = signal.pthread_sigmask(signal.SIG_BLOCK, ())


def load() -> Callable[..., Any]:
    """What the children run."""

    def work(order: str, argument: Any = None) -> Any:
        match order:
            case "echo":
                return argument
            case "signals":
                return LOADED_WITH, signal.pthread_sigmask(signal.SIG_BLOCK, ())
            case "garbage":
                return gc.isenabled(), gc.get_threshold()[0]
            case "pid":
                return os.getpid()
            case "raise":
                raise ValueError(argument)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "die once":
                if not Path(argument).exists():
                    Path(argument).touch()
                    os.kill(os.getpid(), signal.SIGKILL)
                return "survived"
            case "die once, then hang":
                if not Path(argument).exists():
                    Path(argument).touch()
                    os.kill(os.getpid(), signal.SIGKILL)
                Path(argument).with_suffix(".hangs").touch()
                time.sleep(3_600)
            case "exhaust once":
                if not Path(argument).exists():
                    Path(argument).touch()
                    raise MemoryError
                return "survived"
            case "hang":
                time.sleep(3_600)
            case "exhaust":
                resource.setrlimit(resource.RLIMIT_AS, (argument, argument))
                hoard: list[bytes] = []
                while True:
                    hoard.append(bytes(64 * 1_024 * 1_024))
        return None

    return work


def load_for_ever() -> Callable[..., Any]:
    time.sleep(3_600)
    return load()


def load_hung_once() -> Callable[..., Any]:
    """Load well, then hang, then load well."""
    loads = Path(os.environ["TEST_LOADS"])
    loads.write_text(loads.read_text() + "x" if loads.exists() else "x")
    if len(loads.read_text()) == 2:
        time.sleep(3_600)
    return load()


def load_nothing() -> Callable[..., Any]:
    raise SystemExit(1)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def assert_given_up(pids: list[int], *futures: "Future[Any]") -> None:
    for future in futures:
        assert future.done()
        # Not ModelFailed: the article would go on without entities, though nothing is wrong with it.
        assert isinstance(future.exception(), PoolBroken)
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()], "a child outlived its pool"


@pytest.fixture
def pool() -> Iterator[Pool]:
    pool = Pool(load, processes=2, timeout=2.0)
    yield pool
    pool.close()


def test_each_call_gets_its_own_answer(pool: Pool) -> None:
    futures = [pool.submit("echo", number) for number in range(200)]
    assert [future.result(DEADLINE_SECONDS) for future in futures] == list(range(200))


def test_the_work_is_done_in_other_processes(pool: Pool) -> None:
    pids = {pool.submit("pid").result(DEADLINE_SECONDS) for _ in range(20)}
    assert os.getpid() not in pids
    assert pids <= set(pool.pids)


def test_ctrl_c_does_not_reach_a_child_that_is_still_importing(pool: Pool) -> None:
    for loaded_with, now in [pool.submit("signals").result(DEADLINE_SECONDS) for _ in range(20)]:
        assert signal.SIGINT in loaded_with & now
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_a_child_looks_for_garbage_now_and_then(pool: Pool) -> None:
    assert pool.submit("garbage").result(DEADLINE_SECONDS) == (True, pool_module.GARBAGE_THRESHOLD)


def test_an_exception_costs_its_article_only(pool: Pool) -> None:
    futures = [pool.submit("raise", "bad day"), *(pool.submit("echo", number) for number in range(20))]
    with pytest.raises(ModelFailed, match="ValueError: bad day"):
        futures[0].result(DEADLINE_SECONDS)
    assert [future.result(DEADLINE_SECONDS) for future in futures[1:]] == list(range(20))


@pytest.mark.slow
@pytest.mark.parametrize(("order", "reason"), [("die", "the model process ended, 2 times"), ("hang", "no answer")])
def test_a_poisonous_article_is_given_up_after_two_attempts_and_its_neighbours_live(
    pool: Pool, order: str, reason: str
) -> None:
    futures = [pool.submit("echo", 1), pool.submit(order), *(pool.submit("echo", number) for number in range(2, 12))]
    with pytest.raises(ModelFailed, match=reason):
        futures[1].result(DEADLINE_SECONDS)
    assert [f.result(DEADLINE_SECONDS) for f in (futures[0], *futures[2:])] == list(range(1, 12))


def test_an_article_that_exhausts_the_memory_costs_itself_only(pool: Pool) -> None:
    """The child's own limit makes it a MemoryError; the kernel's killer is the case "die" above."""
    limit = 4 * 1_024**3
    futures = [pool.submit("exhaust", limit), *(pool.submit("echo", number) for number in range(20))]
    with pytest.raises(ModelFailed, match="the model process ended, 2 times"):
        futures[0].result(DEADLINE_SECONDS)
    assert [future.result(DEADLINE_SECONDS) for future in futures[1:]] == list(range(20))


def test_a_child_without_memory_is_replaced_and_the_article_tried_again(pool: Pool, tmp_path: Path) -> None:
    assert pool.submit("exhaust once", str(tmp_path / "exhausted")).result(DEADLINE_SECONDS) == "survived"


@pytest.mark.slow
def test_a_child_that_hangs_is_killed_and_replaced(pool: Pool) -> None:
    pool.wait_ready()
    before = set(pool.pids)
    with pytest.raises(ModelFailed, match="no answer from the model within 2 s, 2 times"):
        pool.submit("hang").result(DEADLINE_SECONDS)
    assert not before <= set(pool.pids)
    for pid in before - set(pool.pids):
        assert not Path(f"/proc/{pid}").exists(), "the hung child is gone"


def test_many_poisonous_articles_do_not_stop_the_others(pool: Pool) -> None:
    futures = [pool.submit("die" if number % 5 == 0 else "echo", number) for number in range(20)]
    for number, future in enumerate(futures):
        if number % 5 == 0:
            with pytest.raises(ModelFailed):
                future.result(DEADLINE_SECONDS)
        else:
            assert future.result(DEADLINE_SECONDS) == number


def test_a_child_that_was_killed_once_is_no_fault_of_the_article(pool: Pool, tmp_path: Path) -> None:
    assert pool.submit("die once", str(tmp_path / "died")).result(DEADLINE_SECONDS) == "survived"


def test_an_idle_child_that_is_killed_is_replaced(pool: Pool) -> None:
    pool.wait_ready()
    for pid in pool.pids:
        os.kill(pid, signal.SIGKILL)
    assert [pool.submit("echo", number).result(DEADLINE_SECONDS) for number in range(10)] == list(range(10))


def test_a_child_that_hangs_while_it_loads_again_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_LOADS", str(tmp_path / "loads"))
    monkeypatch.setattr(pool_module, "RELOAD_TIMES", 1.0)
    monkeypatch.setattr(pool_module, "RELOAD_SECONDS", 0.5)
    pool = Pool(load_hung_once, processes=1, timeout=2.0)
    started = time.monotonic()
    assert pool.submit("die once", str(tmp_path / "died")).result(DEADLINE_SECONDS) == "survived"
    assert time.monotonic() - started < pool_module.START_SECONDS / 2
    assert (tmp_path / "loads").read_text() == "xxx"
    pool.close()


def test_models_that_cannot_be_loaded_are_said_to_be() -> None:
    pool = Pool(load_nothing, processes=1, timeout=2.0)
    with pytest.raises(PoolBroken):
        pool.wait_ready()
    with pytest.raises(PoolBroken):
        pool.submit("echo", 1).result(DEADLINE_SECONDS)
    pool.close()


def test_results_that_nobody_waits_for_any_more_stop_no_slot() -> None:
    pool = Pool(load, processes=1, timeout=2.0)
    given_up = [pool.submit("echo", number) for number in range(20)]
    for future in given_up:
        future.cancel()
    assert [pool.submit("echo", number).result(DEADLINE_SECONDS) for number in range(5)] == list(range(5))
    pool.close()


def test_closing_finishes_what_was_submitted() -> None:
    pool = Pool(load, processes=1, timeout=2.0)
    futures = [pool.submit("echo", number) for number in range(50)]
    pool.close()
    assert [future.result(0) for future in futures] == list(range(50))


def test_closing_with_a_limit_finishes_what_can_be_finished_within_it() -> None:
    pool = Pool(load, processes=2, timeout=2.0)
    futures = [pool.submit("echo", number) for number in range(50)]
    pool.close(within=DEADLINE_SECONDS)
    assert [future.result(0) for future in futures] == list(range(50))


def test_closing_with_a_limit_kills_children_that_are_stopped() -> None:
    """Such a child does not see that its pipe closes, nor any signal but SIGKILL."""
    pool = Pool(load, processes=2, timeout=DEADLINE_SECONDS)
    pool.wait_ready()
    pids = pool.pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    futures = [pool.submit("echo", number) for number in range(20)]
    pool.close(within=0.1)
    assert_given_up(pids, *futures)


def test_closing_with_a_limit_does_not_blame_the_article_under_way(tmp_path: Path) -> None:
    """Its second attempt is ended by us: that it has none left must not make it a failure of the model."""
    pool = Pool(load, processes=1, timeout=DEADLINE_SECONDS)
    futures = [pool.submit("die once, then hang", str(tmp_path / "mark")), pool.submit("echo", 1)]
    until((tmp_path / "mark.hangs").exists)
    pids = pool.pids
    pool.close(within=0.0)
    assert_given_up(pids, *futures)


def test_closing_with_a_limit_does_not_wait_for_models_that_load() -> None:
    pool = Pool(load_for_ever, processes=1, timeout=DEADLINE_SECONDS)
    future = pool.submit("echo", 1)
    until(lambda: bool(pool.pids))
    pids = pool.pids
    pool.close(within=0.0)
    assert_given_up(pids, future)
