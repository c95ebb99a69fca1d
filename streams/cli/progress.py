"""Progress of long work: a line that is redrawn on a terminal, nothing where nobody looks."""

import sys
import time
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Counts what is done; shows it on standard error when that is a terminal."""

    def __init__(self, noun: str, *, total: int | None = None, quiet: bool = False) -> None:
        self._noun, self._total = noun, total
        self._show = not quiet and sys.stderr.isatty()
        self._stack = ExitStack()
        self._started = time.monotonic()
        self._ended: float | None = None
        self.count = 0

    def __enter__(self) -> Self:
        if self._show:
            columns = (
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self._bars = self._stack.enter_context(Bars(*columns, console=Console(stderr=True), transient=True))
            self._task = self._bars.add_task(self._noun, total=self._total)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._ended = time.monotonic()
        self._stack.close()

    def advance(self, steps: int = 1) -> None:
        """Note that so many more are done."""
        self.count += steps
        if self._show:
            self._bars.advance(self._task, steps)

    @property
    def seconds(self) -> float:
        """Seconds since the start, or between start and end."""
        return (self._ended or time.monotonic()) - self._started
