"""How far back the memory of a stage reaches, said in the log when it changes."""

import structlog

from streams.core.matching import HOUR_MS


class Window:
    """Says in the log when so many articles come that the memory ends before the window does."""

    def __init__(self, stage: str) -> None:
        self._log = structlog.get_logger(stage=stage)
        self._hours: int | None = None  # as last said

    def say(self, reach_ms: int | None) -> None:
        """Take in how far the memory reaches (ms), None where it reaches as far as it should."""
        hours = None if reach_ms is None else reach_ms // HOUR_MS
        if hours == self._hours:
            return
        self._hours = hours
        if hours is None:
            self._log.info("window.whole")
        else:
            self._log.warning("window.shortened", hours=hours)
