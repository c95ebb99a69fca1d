"""Clean up after a harness that may be killed at any moment: what was noted is ended, unmounted, removed.

    python -I -S reaper.py < notes

A note is one line: `session PID` (end every process of that session, stopped ones too), `mount PATH`, `folder PATH`.
The work begins when standard input ends, which is when the harness is gone, however it ended. Standard library only.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def main() -> int:
    """Take notes until the harness is gone; then clean up, in the order in which things depend on each other."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the harness ends first
    notes = [line.rstrip("\n").split(" ", 1) for line in sys.stdin]
    for kind, what in notes:
        if kind == "session":
            end_session(int(what))
    for kind, what in reversed(notes):
        if kind == "mount":
            subprocess.run(["umount", "--lazy", what], stderr=subprocess.DEVNULL, check=False)
        elif kind == "folder":
            shutil.rmtree(what, ignore_errors=True)
    return 0


def end_session(session: int) -> None:
    """Kill every process of a session that we started."""
    for pid in members(session):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def members(session: int) -> Iterator[int]:
    """Yield the processes of a session, from /proc."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with suppress(OSError, IndexError):
            # The name of the command, in parentheses, may hold anything: the fields begin behind the last one.
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session:
                yield int(entry.name)


if __name__ == "__main__":
    sys.exit(main())
