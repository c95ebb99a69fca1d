"""Run one command that must not outlive its parent, whatever kills the parent.

    python -I -S guard.py PARENT_PID LOCK_FD FOLDER_TO_REMOVE COMMAND...

Standard library only, started by path in a session of its own: a Ctrl-C on the terminal reaches the parent
alone, so workers can drain before the broker goes. The command is stopped (SIGTERM, then SIGKILL) when
standard input ends or says anything, when the parent is gone, or on SIGTERM. On Linux the kernel kills the
command should the guard be killed.
LOCK_FD is only held open, here and in the command: the folder stays locked for as long as either lives.
FOLDER_TO_REMOVE (may be empty) is removed only when the parent is gone and so cannot do it.
"""

import ctypes
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable

GRACE_S = 5.0  # Kafka shuts down in 0.3 s; it must not lose its chance on a busy machine
# A process forked (not exec'd) by the parent inherits our pipe's write end and would hide the parent's death:
# so the parent's pid is looked at too.
PARENT_CHECK_S = 0.5
PR_SET_PDEATHSIG = 1  # linux/prctl.h
STDIN = 0


def main(arguments: list[str]) -> int:
    """Run the command; return its exit code as a shell would."""
    parent, lock, remove, command = int(arguments[0]), int(arguments[1]), arguments[2], arguments[3:]
    wakeup = _wake_on_signals()
    child = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, pass_fds=[lock], preexec_fn=_die_with_guard(os.getpid())
    )
    _watch(child, parent, wakeup)
    _stop(child)
    if remove and os.getppid() != parent:
        shutil.rmtree(remove, ignore_errors=True)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _wake_on_signals() -> int:
    """Return a file descriptor from which the numbers of received signals can be read."""
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    return read


def _watch(child: subprocess.Popen[bytes], parent: int, wakeup: int) -> None:
    """Return when the child has ended or must end."""
    while child.poll() is None and os.getppid() == parent:
        ready, _, _ = select.select([STDIN, wakeup], [], [], PARENT_CHECK_S)
        if STDIN in ready or (wakeup in ready and signal.SIGTERM in os.read(wakeup, 64)):
            return


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.terminate()
    try:
        child.wait(GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _die_with_guard(guard: int) -> Callable[[], None] | None:
    """Return what the command's process does before exec: have the kernel kill it with the guard (Linux)."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != guard:  # killed before the kernel knew
            os._exit(1)

    return ask_kernel


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
