"""Logs: structlog to standard error, JSON or, on a terminal, coloured lines. Library logs take the same way."""

import logging
import re
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# A broker outage makes the libraries write some 750 lines a minute, in a handful of kinds: two of each tell it all.
LIBRARY_LINES: Final = 2
LIBRARY_SECONDS: Final = 60.0
KINDS: Final = 1_000  # remembered at once, some 300 bytes each; the oldest is forgotten first
KIND_CHARS: Final = 200  # of a template; a message that was put together before it was logged may be long
DIGITS: Final = re.compile(r"0x[0-9a-f]+|\d+")
LIBRARIES: Final = ("faust", "mode", "aiokafka", "kafka", "asyncio")


def configure(level: str = "INFO", style: str = "auto", stream: TextIO | None = None) -> None:
    """Set up logging for this process. `stream` defaults to the real standard error.

    The real one, because Faust replaces `sys.stderr` by something that logs, which would come back to us for ever.
    """
    out = stream or sys.__stderr__ or sys.stderr
    console = style == "console" or (style == "auto" and out.isatty())
    renderer: Processor = (
        structlog.dev.ConsoleRenderer(colors=out.isatty(), pad_event_to=22)
        if console
        else structlog.processors.JSONRenderer()
    )
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(file=out),
        cache_logger_on_first_use=True,
    )
    _route_libraries(out, shared, renderer)


def _route_libraries(out: TextIO, shared: list[Processor], renderer: Processor) -> None:
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(allow=["suppressed"]),
                _as_library_event,
                *shared,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(RateLimit(LIBRARY_LINES, LIBRARY_SECONDS, time.monotonic))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries speak up from WARNING; at DEBUG each record sent would make a log record.
    root.setLevel(logging.WARNING)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def _as_library_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {**event, "event": "library", "message": str(event["event"]).strip()}


class RateLimit(logging.Filter):
    """Lets the first lines of each kind through in an interval; the next interval's first says how many were not.

    A kind is a logger, a level and a message template: a flood of one kind does not hide another. Numbers in templates
    are left out of the comparison, since some libraries put them in before they log.
    """

    def __init__(self, lines: int, seconds: float, clock: Callable[[], float]) -> None:
        super().__init__()
        self._lines, self._seconds, self._clock = lines, seconds, clock
        self._seen: dict[tuple[str, int, str], tuple[float, int]] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether this line is written; `suppressed` is set on one that comes after others that were not."""
        kind = (record.name, record.levelno, DIGITS.sub("#", str(record.msg)[:KIND_CHARS]))
        with self._lock:
            now = self._clock()
            start, count = self._seen.get(kind, (now, 0))
            if now - start >= self._seconds:
                if count > self._lines:
                    record.suppressed = count - self._lines
                start, count = now, 0
            if kind not in self._seen and len(self._seen) >= KINDS:
                self._seen.pop(next(iter(self._seen)))
            self._seen[kind] = (start, count + 1)
            return count < self._lines


def quiet_libraries() -> None:
    """Keep the libraries silent: a verb says in its own words what went wrong."""
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def get(**bound: Any) -> structlog.typing.FilteringBoundLogger:
    """Return a logger with these fields on every line."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(**bound)
    return logger
