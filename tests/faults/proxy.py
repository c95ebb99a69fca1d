"""A TCP proxy in front of a broker's second listener, whose network can be made bad and good again."""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Literal, Self

from streams.broker.config import LOOPBACK

Mode = Literal["pass", "latency", "resets", "black hole", "slow"]

CHUNK: Final = 64 * 1_024
LATENCY_SECONDS: Final = (0.1, 0.3)  # 200 ms +- 100, each way
RESET_AFTER_SECONDS: Final = (0.5, 3.0)  # life of a connection in mode "resets"
SLOW_BYTES: Final = 2_048  # a piece in mode "slow": 20 KiB/s
SLOW_SECONDS: Final = 0.1
POLL_SECONDS: Final = 0.05


class Proxy:
    """Forwards `port` to `target` on loopback, in a thread of its own, for the life of a `with` block."""

    def __init__(self, port: int, target: int, seed: int) -> None:
        self._port, self._target, self._random = port, target, random.Random(seed)
        self.mode: Mode = "pass"
        self.connections = 0
        self.resets = 0
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"proxy-{port}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10), "the proxy did not start"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._connection, LOOPBACK, self._port)
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.connections += 1
        with suppress(OSError, asyncio.CancelledError):
            try:
                far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self._target)
            except OSError:
                writer.transport.abort()
                return
            try:
                await self._join((reader, writer), (far_reader, far_writer))
            finally:
                _reset(writer)
                _reset(far_writer)

    async def _join(
        self,
        near: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        """Forward both ways until one side ends or the mode resets the connection."""
        ways = [
            asyncio.ensure_future(self._forward(near[0], far[1])),
            asyncio.ensure_future(self._forward(far[0], near[1])),
            asyncio.ensure_future(self._reset_sometimes()),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Latency must not become a rate: pieces wait side by side, and leave in order.
        line: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=1_000)
        sending = asyncio.ensure_future(self._send(line, writer))
        try:
            while data := await reader.read(CHUNK):
                delay = self._random.uniform(*LATENCY_SECONDS) if self.mode == "latency" else 0.0
                await line.put((self._loop.time() + delay, data))
            await line.put((0.0, b""))
            await sending
        finally:
            sending.cancel()

    async def _send(self, line: "asyncio.Queue[tuple[float, bytes]]", writer: asyncio.StreamWriter) -> None:
        while True:
            due, data = await line.get()
            if not data:
                return
            await asyncio.sleep(max(0.0, due - self._loop.time()))
            await self._while(lambda: self.mode == "black hole", lambda: asyncio.sleep(POLL_SECONDS))
            while data:
                piece = data[:SLOW_BYTES] if self.mode == "slow" else data
                data = data[len(piece) :]
                writer.write(piece)
                await writer.drain()
                if data:
                    await asyncio.sleep(SLOW_SECONDS)

    async def _while(self, condition: Callable[[], bool], step: Callable[[], Awaitable[None]]) -> None:
        while condition():
            await step()

    async def _reset_sometimes(self) -> None:
        """Return when this connection shall be reset; `abort` in the caller sends the RST."""
        while True:
            await self._while(lambda: self.mode != "resets", lambda: asyncio.sleep(POLL_SECONDS))
            await asyncio.sleep(self._random.uniform(*RESET_AFTER_SECONDS))
            if self.mode == "resets":
                self.resets += 1
                return


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST instead of FIN, as a broken middlebox does."""
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
