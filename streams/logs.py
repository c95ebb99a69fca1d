"""Logs: structlog to standard error, JSON or, on a terminal, coloured lines. Library logs take the same way."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Final, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# A broker outage makes the libraries write some 750 lines a minute, all the same: this many a minute are enough.
LIBRARY_LINES_A_MINUTE: Final = 20
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
            foreign_pre_chain=[structlog.stdlib.add_logger_name, _as_library_event, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    handler.addFilter(RateLimit(LIBRARY_LINES_A_MINUTE, time.monotonic))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # Libraries speak up from WARNING; at DEBUG each record sent would make a log record.
    root.setLevel(logging.WARNING)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)


def _as_library_event(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return {**event, "event": "library", "message": str(event["event"]).strip()}


class RateLimit(logging.Filter):
    """Lets a number of lines a minute and logger through, and then says how many it held back."""

    def __init__(self, a_minute: int, clock: Callable[[], float]) -> None:
        super().__init__()
        self._limit, self._clock = a_minute, clock
        self._seen: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether this line is written; the first one after a flood carries the number that was not."""
        with self._lock:
            now = self._clock()
            start, count = self._seen.get(record.name, (now, 0))
            if now - start >= 60:
                if count > self._limit:
                    record.msg = f"{record.getMessage()} (and {count - self._limit} more lines held back)"
                    record.args = ()
                start, count = now, 0
            self._seen[record.name] = (start, count + 1)
            return count < self._limit


def quiet_libraries() -> None:
    """Keep the libraries silent: a verb says in its own words what went wrong."""
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def get(**bound: Any) -> structlog.typing.FilteringBoundLogger:
    """Return a logger with these fields on every line."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(**bound)
    return logger
