"""Work that goes on in a thread while faults happen, for the life of a `with` block."""

import threading
from types import TracebackType
from typing import Self

JOIN_SECONDS = 30.0


class Background:
    """Runs `_run` until `_stopped` is set."""

    def __init__(self, name: str) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._thread.join(JOIN_SECONDS)

    def _run(self) -> None:
        raise NotImplementedError
