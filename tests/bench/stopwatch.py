"""CPU seconds by function, while they are called as ever: each has its own, without those of the functions in it."""

import functools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch


class Place(NamedTuple):
    """A function under the name by which its callers find it, and the name of the piece that it is."""

    owner: Any
    name: str
    piece: str


class Stopwatch:
    """CPU seconds of this thread by piece of the work; what no piece takes belongs to `other`."""

    def __init__(self, other: str) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._running = [other]
        self._since = 0.0

    @contextmanager
    def watching(self, places: Sequence[Place]) -> Iterator[None]:
        """Count from here to the end."""
        with ExitStack() as stack:
            for place in places:
                watched = self._watched(getattr(place.owner, place.name), place.piece)
                stack.enter_context(patch.object(place.owner, place.name, watched))
            self._since = time.thread_time()
            yield
            self._count()

    def _watched(self, function: Callable[..., Any], piece: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def watched(*arguments: Any, **named: Any) -> Any:
            self._count()
            self._running.append(piece)
            try:
                return function(*arguments, **named)
            finally:
                self._count()
                self._running.pop()

        return watched

    def _count(self) -> None:
        now = time.thread_time()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now
