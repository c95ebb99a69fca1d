"""The supervisor over small real processes: what it starts again, when it stops trying, and what it passes on."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path

import pytest
import structlog

from streams import health, logs
from streams.cli import slots
from streams.cli.errors import GAVE_UP, OK, STOPPED, USAGE
from streams.cli.supervise import Policy, Supervisor, answers
from streams.health import Report

ROOT = Path(__file__).resolve().parents[3]
FAST = Policy(first_seconds=0.01, most_seconds=0.05, crashes=4, window_seconds=60.0)
DEADLINE_SECONDS = 30.0


def child(source: str) -> list[str]:
    return [sys.executable, "-c", source]


def counting(folder: Path, codes: str) -> list[str]:
    """Return a command that ends with the next of these codes at each start, and leaves a mark."""
    return child(
        f"import os, signal, pathlib; marks = pathlib.Path({str(folder)!r}); n = len(list(marks.iterdir()))\n"
        f"(marks / str(n)).touch()\ncode = ({codes})[n]\n"
        "os.kill(os.getpid(), -code) if code < 0 else os._exit(code)"
    )


@pytest.fixture
def logging_kept() -> Iterator[None]:
    """Afterwards logging is as it was, for it is one for the whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    libraries = {name: logging.getLogger(name).level for name in logs.LIBRARIES}
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in libraries.items():
        logging.getLogger(name).setLevel(before)


@pytest.mark.parametrize(
    ("codes", "ends", "starts"),
    [
        ("[0]", OK, 1),
        ("[3, 0]", OK, 2),
        ("[-9, 3, 0]", OK, 3),
        ("[2]", USAGE, 1),  # wrong settings stay wrong
        ("[3, 2, 0]", OK, 3),  # they were right a moment ago: the broker was restarting, say
        ("[3] * 9", GAVE_UP, 4),
    ],
)
def test_crashes_are_answered_and_mistakes_are_not(tmp_path: Path, codes: str, ends: int, starts: int) -> None:
    assert Supervisor(counting(tmp_path, codes), os.environ, policy=FAST).run() == ends
    assert len(list(tmp_path.iterdir())) == starts


def test_giving_up_is_one_clear_line(tmp_path: Path, capfd: pytest.CaptureFixture[str], logging_kept: None) -> None:
    logs.configure("INFO", "json", sys.stderr)
    Supervisor(counting(tmp_path, "[3] * 9"), os.environ, policy=FAST).run()
    said = [line for line in capfd.readouterr().err.splitlines() if "supervisor.gave_up" in line]
    assert len(said) == 1
    assert '"exit_code": 3' in said[0]


def test_an_outage_is_not_counted(tmp_path: Path) -> None:
    """Eight crashes while no broker answers are not held against the worker; it waits for the broker each time."""
    looks = iter([True] + [False, True] * 8 + [True] * 100)
    supervisor = Supervisor(counting(tmp_path, "[3] * 8 + [0]"), os.environ, reachable=lambda: next(looks), policy=FAST)
    assert supervisor.run() == OK
    assert len(list(tmp_path.iterdir())) == 9


@pytest.mark.parametrize(
    ("codes", "looks", "ends", "starts"),
    [
        ("[0]", [False] * 3, OK, 1),  # it starts with the machine, before the broker
        ("[2, 0]", [False] * 3, OK, 2),  # the broker's port is open, and it is not ready yet
        ("[2, 0]", [True, False, False], OK, 2),  # the broker went away as the worker began
        ("[2] * 9", [False], GAVE_UP, 4),
        ("[2] * 9", [True], USAGE, 1),
    ],
)
def test_a_broker_that_is_not_there_yet_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, codes: str, looks: list[bool], ends: int, starts: int
) -> None:
    monkeypatch.setattr("streams.cli.supervise.AWAY_SECONDS", 0.01)
    seen = chain(looks, repeat(True))
    supervisor = Supervisor(counting(tmp_path, codes), os.environ, reachable=lambda: next(seen), policy=FAST)
    assert supervisor.run() == ends
    assert len(list(tmp_path.iterdir())) == starts


def test_a_supervisor_that_waits_for_the_broker_can_be_stopped() -> None:
    source = PARENT.replace("os.environ)", "os.environ, reachable=lambda: print('looked', flush=True))")
    with supervised("print('up', flush=True)", source) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "looked\n"
        process.terminate()
        assert process.stdout.read().splitlines()[-1] == "0"


def test_a_hung_worker_is_killed_and_started_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.cli.supervise.LOOK_SECONDS", 0.05)
    marks, file = tmp_path / "marks", tmp_path / "a.json"
    marks.mkdir()
    source = counting(marks, "[0, 0]")[-1].replace(
        "code =", f"import time; pathlib.Path({str(tmp_path)!r}, 'pid').write_text(str(os.getpid()))\n"
        "if n == 0: time.sleep(600)\ncode =",
    )  # fmt: skip

    supervisor = Supervisor(child(source), os.environ, health_file=file, policy=FAST, hung_seconds=5.0)
    real = health.read

    def read(path: Path) -> Report:
        pid = tmp_path / "pid"
        if not pid.exists():
            return real(path)
        return Report(int(pid.read_text() or 0), "a", 0.0, time.time() - 6.0, None, ())

    monkeypatch.setattr(health, "read", read)
    assert supervisor.run() == OK
    assert len(list(marks.iterdir())) == 2


PARENT = """
import os, sys
from streams import logs
from streams.cli.supervise import Supervisor
logs.configure()
print(Supervisor([sys.executable, "-c", sys.argv[1]], os.environ).run(), flush=True)
"""


@contextmanager
def supervised(source: str, parent: str = PARENT) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-c", parent, source], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


DRAINS = """
import os, signal, sys, time
def drained(*_):
    print("drained", flush=True)
    os._exit({code})
signal.signal(signal.SIGTERM, drained); signal.signal(signal.SIGINT, drained)
print("up", flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("code", [OK, STOPPED])
def test_a_signal_is_passed_on_and_the_exit_code_is_the_childs(number: signal.Signals, code: int) -> None:
    with supervised(DRAINS.format(code=code)) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.send_signal(number)
        assert process.stdout.read() == f"drained\n{code}\n"


def test_a_signal_before_the_child_listens_is_in_order() -> None:
    with supervised("import time; print('up', flush=True); time.sleep(600)") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        process.terminate()
        assert process.stdout.read() == "0\n"


def test_delays_double_up_to_a_limit_and_half_of_them_is_chance() -> None:
    policy = Policy(first_seconds=1.0, most_seconds=30.0)
    assert [policy.delay(n, 0.0) for n in (1, 2, 3, 9)] == [0.5, 1.0, 2.0, 15.0]
    assert policy.delay(3, 0.999) == pytest.approx(4.0, abs=0.01)


def test_old_crashes_are_forgotten() -> None:
    assert Policy(window_seconds=10.0).recent([1.0, 5.0, 14.0], now=15.0) == [5.0, 14.0]


def crashes_until_it_is_hopeless(policy: Policy, lives: Iterable[tuple[float, float]]) -> int | None:
    """Return after how many lives the policy gives up; a life lasts so many seconds, and of these works so many."""
    now, crashes, in_a_row = 0.0, list[float](), 0
    for number, (lasts, works) in enumerate(lives, start=1):
        now += lasts
        crashes = [*policy.recent(crashes, now), now]
        in_a_row = policy.in_a_row(in_a_row, works)
        if policy.hopeless(len(crashes), in_a_row):
            return number
    return None


@pytest.mark.parametrize(
    ("lives", "gives_up"),
    [
        ([(20.0, 1.0)] * 30, 6),
        ([(30.0, 20.0)] * 30, 12),  # commits do not come through
        ([(170.0, 2.0)] * 30, 12),  # it hangs
        ([(170.0, 2.0)] * 11 + [(600.0, 301.0)] + [(170.0, 2.0)] * 10, None),
        ([(3_600.0, 3_590.0)] * 30, None),
        ([(400.0, 10.0)] * 30, 12),  # a long recovery, and then it crashes
    ],
)
def test_fast_and_slow_crash_loops_end_and_work_in_between_counts(
    lives: list[tuple[float, float]], gives_up: int | None
) -> None:
    assert crashes_until_it_is_hopeless(Policy(), lives) == gives_up


@pytest.mark.parametrize(("worked", "ends", "starts"), [(299.0, GAVE_UP, 3), (301.0, OK, 6)])
def test_what_a_worker_said_of_its_work_decides_whether_it_is_a_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, worked: float, ends: int, starts: int
) -> None:
    policy = Policy(first_seconds=0.01, most_seconds=0.05, crashes=99, slow_crashes=3)
    supervisor = Supervisor(
        counting(tmp_path, "[3] * 5 + [0]"), os.environ, health_file=tmp_path / "none", policy=policy
    )

    def read(_: Path) -> Report:
        assert supervisor._child is not None
        return Report(supervisor._child.pid, "a", 0.0, 50.0 + worked, 50.0, ())

    monkeypatch.setattr(health, "read", read)
    assert supervisor.run() == ends
    assert len(list(tmp_path.iterdir())) == starts


def test_two_workers_never_share_a_slot_and_a_restart_finds_its_own(tmp_path: Path) -> None:
    first, second = slots.take(tmp_path), slots.take(tmp_path)
    assert first.name != second.name
    assert first.name.rpartition("-")[0] == second.name.rpartition("-")[0]
    os.close(first.lock)
    again = slots.take(tmp_path)
    assert again.name == first.name
    other = slots.take(tmp_path / "other")
    assert other.name.rpartition("-")[0] != first.name.rpartition("-")[0]
    for slot in (second, again, other):
        os.close(slot.lock)


def test_a_slot_is_held_by_the_worker_that_outlives_its_supervisor(tmp_path: Path) -> None:
    slot = slots.take(tmp_path)
    heir = subprocess.Popen(child("input()"), stdin=subprocess.PIPE, pass_fds=[slot.lock])
    os.close(slot.lock)
    other = slots.take(tmp_path)
    assert other.name != slot.name
    heir.communicate(b"\n", timeout=DEADLINE_SECONDS)
    again = slots.take(tmp_path)
    assert again.name == slot.name
    os.close(other.lock)
    os.close(again.lock)


def test_no_answer_where_nobody_listens() -> None:
    assert not answers("127.0.0.1:1,nonsense")
