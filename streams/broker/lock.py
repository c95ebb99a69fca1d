"""A lock on a folder that ends with the processes that hold it, however they end."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from streams.broker.errors import BrokerError

POLL_S: Final = 0.05


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file, waiting for it as long as another process has it."""
    held = _open(path)
    try:
        while not _try(held):
            time.sleep(POLL_S)
        yield
    finally:
        os.close(held)


def lock_folder(folder: Path, patience_s: float) -> int:
    """Lock a broker's folder; return the file descriptor that holds the lock until all its copies are closed.

    A broker whose parent was killed needs a moment to go: it is waited for. One whose parent lives is not.
    Raises BrokerError when the folder stays locked.
    """
    held = _open(folder / "lock")
    deadline = time.monotonic() + patience_s
    while not _try(held):
        owner = os.pread(held, 20, 0).decode("ascii", "replace").strip()
        if _alive(owner) or time.monotonic() > deadline:
            os.close(held)
            raise BrokerError(
                f"the broker folder {folder} is in use by process {owner or 'unknown'}: "
                "stop that one first, or use another folder"
            )
        time.sleep(POLL_S)
    os.ftruncate(held, 0)
    os.pwrite(held, str(os.getpid()).encode(), 0)
    return held


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)


def _try(held: int) -> bool:
    try:
        import fcntl
    except ImportError:
        raise BrokerError(
            "the embedded broker needs Linux or macOS: give a running Kafka with --bootstrap HOST:PORT"
        ) from None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
