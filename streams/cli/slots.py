"""Slots of a state folder: a name for each worker that a restart finds again and that two workers never share."""

import os
import uuid
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

FOLDER: Final = "slots"
IDENTITY: Final = "identity"


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot that is ours as long as `lock`, a file descriptor, is open here or in a process that inherited it."""

    name: str
    lock: int


def take(state: Path) -> Slot:
    """Take the first free slot of the state folder.

    Its name begins with an identity that the folder got once: workers of two machines that share a consumer group must
    not fence each other out.

    Raises:
        OSError: the folder cannot be written.
    """
    folder = state / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    identity = _identity(folder / IDENTITY)
    for number in count(1):
        if (lock := _locked(folder / f"{number}.lock", wait=False)) is not None:
            return Slot(f"{identity}-{number}", lock)
    raise AssertionError("unreachable")


def _identity(path: Path) -> str:
    lock = _locked(path, wait=True)
    assert lock is not None  # noqa: S101 - it was waited for
    try:
        if not (found := os.pread(lock, 64, 0).decode()):
            found = uuid.uuid4().hex[:8]
            os.pwrite(lock, found.encode(), 0)
        return found
    finally:
        os.close(lock)


def _locked(path: Path, *, wait: bool) -> int | None:
    """Return a descriptor that holds the lock; None when another process has it."""
    import fcntl  # not on Windows, where nothing else of this verb needs it

    held = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(held)
        return None
    return held
