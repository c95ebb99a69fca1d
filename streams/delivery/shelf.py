"""Values on local disk: what the dedupe fold seldom reads, kept out of memory.

Append-only files without a name, so that nothing is left of them whatever ends the process: they hold what the log of
decisions holds, and are made anew from it. A file goes once all its values are dropped.
"""

import os
import struct
import tempfile
from pathlib import Path
from typing import Final

FILE_BYTES: Final = 64 * 1_024 * 1_024  # then the next file begins
BUFFER_BYTES: Final = 256 * 1_024  # of what is written at once
GUESS_BYTES: Final = 4_096  # read at first: a decision takes some 1,700
_LENGTH: Final = struct.Struct("<I")
_PLACE_BITS: Final = 32  # of the offset within a file


class _File:
    """One file, and how many of its values are still wanted."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - lives as long as its values
        self._waiting = bytearray()
        self._written = 0
        self.live = 0

    @property
    def end(self) -> int:
        """Where the next value will lie."""
        return self._written + len(self._waiting)

    def append(self, value: bytes) -> int:
        """Add a value; return where it lies."""
        place = self.end
        self._waiting += _LENGTH.pack(len(value)) + value
        self.live += 1
        if len(self._waiting) >= BUFFER_BYTES:
            self._flush()
        return place

    def read(self, place: int) -> bytes:
        """Return the value at a place."""
        if place >= self._written:
            start = place - self._written
            (size,) = _LENGTH.unpack_from(self._waiting, start)
            return bytes(self._waiting[start + _LENGTH.size : start + _LENGTH.size + size])
        found = os.pread(self._file.fileno(), GUESS_BYTES, place)
        (size,) = _LENGTH.unpack_from(found)
        missing = _LENGTH.size + size - len(found)
        if missing > 0:
            found += os.pread(self._file.fileno(), missing, place + len(found))
        return found[_LENGTH.size : _LENGTH.size + size]

    def _flush(self) -> None:
        view = memoryview(self._waiting)
        done = 0
        while done < len(view):
            done += os.pwrite(self._file.fileno(), view[done:], self._written + done)
        view.release()
        self._written += done
        self._waiting.clear()

    def close(self) -> None:
        """Give the room on the disk back."""
        self._file.close()


class DiskShelf:
    """Keeps values in files under a folder.

    Raises:
        OSError: when the folder cannot be written or is full.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[int, _File] = {0: _File(folder)}
        self._current = 0

    def put(self, value: bytes) -> int:
        """Keep a value; return its place."""
        if self._files[self._current].end >= FILE_BYTES:
            self._begin()
        return self._current << _PLACE_BITS | self._files[self._current].append(value)

    def get(self, place: int) -> bytes:
        """Return the value that was put at a place."""
        return self._files[place >> _PLACE_BITS].read(place & (1 << _PLACE_BITS) - 1)

    def drop(self, place: int) -> None:
        """Give the room of a place back, once the whole file is free."""
        number = place >> _PLACE_BITS
        file = self._files[number]
        file.live -= 1
        if not file.live and number != self._current:
            file.close()
            del self._files[number]

    def _begin(self) -> None:
        full = self._files[self._current]
        if not full.live:
            full.close()
            del self._files[self._current]
        self._current += 1
        self._files[self._current] = _File(self._folder)
