"""Reading in a thread, so that a slow input (a pipe) does not hold up deliveries, nor the other way round."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final

from producers.items import Item, Refused

AHEAD: Final = 256  # articles read and not yet sent; at most 256 MiB, 1 MiB of ordinary ones


class Reading:
    """Hands the entries of a blocking iterator to the event loop, at most AHEAD of it."""

    def __init__(self, entries: Iterable[Item | Refused]) -> None:
        self._entries = iter(entries)
        self._loop = asyncio.get_running_loop()
        self._arrived: asyncio.Queue[Item | Refused | None] = asyncio.Queue()
        self._room = threading.Semaphore(AHEAD)
        self._over = threading.Event()
        self._error: BaseException | None = None
        # A daemon: it may be blocked in a read for ever when the run is stopped.
        threading.Thread(target=self._read, name="reading", daemon=True).start()

    async def next(self) -> Item | Refused | None:
        """Return the next entry, or None at the end or after stop(); raise what the iterator raised."""
        entry = None if self._over.is_set() else await self._arrived.get()
        if entry is not None and not self._over.is_set():
            self._room.release()
            return entry
        if self._error is not None:
            raise self._error
        return None

    def stop(self) -> None:
        """Read no more; what is read ahead is dropped. Call it from the event loop."""
        self._over.set()
        self._room.release()
        self._arrived.put_nowait(None)

    def _read(self) -> None:
        try:
            self._hand_over(self._entries)
        except Exception as error:
            self._error = error
        self._put(None)

    def _hand_over(self, entries: Iterator[Item | Refused]) -> None:
        for entry in entries:
            self._room.acquire()
            if self._over.is_set():
                return
            self._put(entry)

    def _put(self, entry: Item | Refused | None) -> None:
        if self._over.is_set():
            return
        with suppress(RuntimeError):  # the loop has just closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._arrived.put_nowait, entry)
