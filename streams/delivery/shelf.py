"""Values on local disk: what the dedupe fold seldom reads, kept out of memory.

Append-only files without a name, so that nothing is left of them whatever ends the process: they hold what the log of
decisions holds, and are made anew from it. A file goes once all its values are dropped. What a full disk does not take
waits in memory.
"""

import errno
import os
import struct
import tempfile
from pathlib import Path
from typing import Final

import structlog

FILE_BYTES: Final = 64 * 1_024 * 1_024  # then the next file begins
BUFFER_BYTES: Final = 256 * 1_024  # of what is written at once
GUESS_BYTES: Final = 4_096  # read at first: a decision takes some 1,700
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
_LENGTH: Final = struct.Struct("<I")
_PLACE_BITS: Final = 32  # of the offset within a file


class _File:
    """One file, and how many of its values are still wanted."""

    def __init__(self, folder: Path, *, full: bool = False) -> None:
        self._file = tempfile.TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - lives as long as its values
        self._waiting = bytearray()
        self._flush_at = BUFFER_BYTES
        self._written = 0
        self.live = 0
        self.full = full  # whether the disk was, the last time

    @property
    def end(self) -> int:
        """Where the next value will lie."""
        return self._written + len(self._waiting)

    def append(self, value: bytes) -> int:
        """Add a value; return where it lies."""
        place = self.end
        self._waiting += _LENGTH.pack(len(value)) + value
        self.live += 1
        if len(self._waiting) >= self._flush_at:
            self._flush()
        return place

    def read(self, place: int) -> bytes:
        """Return the value at a place."""
        found = self._bytes(place, GUESS_BYTES)
        (size,) = _LENGTH.unpack_from(found)
        end = _LENGTH.size + size
        if end > len(found):
            found += self._bytes(place + len(found), end - len(found))
        return found[_LENGTH.size : end]

    def _bytes(self, place: int, size: int) -> bytes:
        """Return what lies there, on disk and behind that in memory."""
        on_disk = min(size, max(0, self._written - place))
        waiting = max(0, place - self._written)
        found = os.pread(self._file.fileno(), on_disk, place) if on_disk else b""
        return found + self._waiting[waiting : waiting + size - on_disk] if on_disk < size else found

    def _flush(self) -> None:
        done = 0
        try:
            while done < len(self._waiting):
                done += os.pwrite(self._file.fileno(), self._waiting[done:], self._written + done)
            self.full = False
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            self.full = True
        self._written += done
        del self._waiting[:done]
        self._flush_at = len(self._waiting) + BUFFER_BYTES

    def close(self) -> None:
        """Give the room on the disk back."""
        self._file.close()


class DiskShelf:
    """Keeps values in files under a folder.

    Raises:
        OSError: when the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._files: dict[int, _File] = {0: _File(folder)}
        self._current = 0
        self._full = False
        self._log = structlog.get_logger(folder=str(folder))

    def put(self, value: bytes) -> int:
        """Keep a value; return its place."""
        if self._files[self._current].end >= FILE_BYTES:
            self._begin()
        file = self._files[self._current]
        place = file.append(value)
        if file.full != self._full:
            self._tell(full=file.full)
        return self._current << _PLACE_BITS | place

    def _tell(self, *, full: bool) -> None:
        self._full = full
        if full:
            self._log.warning("state.disk_full")
        else:
            self._log.info("state.disk_free")

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
        self._files[self._current] = _File(self._folder, full=self._full)
