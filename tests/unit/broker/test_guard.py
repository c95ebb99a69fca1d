"""The guard alone, over a small command instead of Java."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.broker import guard

POLITE = "import time; print('up', flush=True); time.sleep(600)"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {POLITE}"
PATIENCE_S = 30.0

Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Spawn]:
    started = []

    def start(script: str, parent: int | None = None, remove: str = "") -> "subprocess.Popen[bytes]":
        lock = os.open(tmp_path / "lock", os.O_CREAT)
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", guard.__file__, str(parent or os.getpid()), str(lock), remove,
             sys.executable, "-c", script, f"marker={tmp_path}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=[lock],
        )  # fmt: skip
        os.close(lock)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


def is_up(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"up\n"


def commands_left(tmp_path: Path) -> list[str]:
    listed = subprocess.run(["ps", "-ww", "-eo", "stat,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if f"marker={tmp_path}" in line and not line.startswith("Z")]


def assert_none_left(tmp_path: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while left := commands_left(tmp_path):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)


def test_the_exit_code_of_the_command_is_passed_on(spawn: Spawn) -> None:
    assert spawn("raise SystemExit(7)").wait(PATIENCE_S) == 7


def test_end_of_input_stops_the_command(spawn: Spawn, tmp_path: Path) -> None:
    process = spawn(POLITE)
    is_up(process)
    assert commands_left(tmp_path)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
    assert_none_left(tmp_path)


@pytest.mark.slow  # it is given five seconds
def test_a_command_that_does_not_listen_is_killed(spawn: Spawn, tmp_path: Path) -> None:
    process = spawn(DEAF)
    is_up(process)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(PATIENCE_S) == 128 + signal.SIGKILL
    assert_none_left(tmp_path)


def test_sigterm_to_the_guard_stops_the_command(spawn: Spawn, tmp_path: Path) -> None:
    process = spawn(POLITE)
    is_up(process)
    process.terminate()
    assert process.wait(PATIENCE_S) == 128 + signal.SIGTERM
    assert_none_left(tmp_path)


def test_ctrl_c_does_not(spawn: Spawn) -> None:
    process = spawn(POLITE)
    is_up(process)
    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(2 * guard.PARENT_CHECK_S)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs PR_SET_PDEATHSIG, which is Linux's")
def test_killing_the_guard_kills_the_command(spawn: Spawn, tmp_path: Path) -> None:
    process = spawn(DEAF)
    is_up(process)
    process.kill()
    process.wait(PATIENCE_S)
    assert_none_left(tmp_path)


def test_a_parent_that_is_gone_ends_it_though_its_pipe_is_held_open(spawn: Spawn, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    process = spawn(POLITE, parent=gone.pid, remove=str(temporary))
    process.wait(PATIENCE_S)
    assert_none_left(tmp_path)
    assert not temporary.exists(), "the guard removes what the parent no longer can"


def test_a_living_parent_removes_its_folder_itself(spawn: Spawn, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    assert spawn("", remove=str(temporary)).wait(PATIENCE_S) == 0
    assert temporary.exists()
