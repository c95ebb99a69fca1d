"""What the kernel says of a process: CPU seconds, and the most memory that it had."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_USER, _SYSTEM = 11, 12  # fields of /proc/PID/stat, counted from the one behind the command


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the CPU seconds that processes have used since they began, to a hundredth."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(row[_USER]) + int(row[_SYSTEM]) for row in fields) / _TICKS


def peak_mib(pid: int) -> float:
    """Return the most memory that a process has had at one time (VmHWM)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
