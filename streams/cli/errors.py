"""Errors that a user can cause: one clear line and an exit code."""

from typing import Final

OK: Final = 0
FAILED: Final = 1
USAGE: Final = 2
STOPPED: Final = 3
GAVE_UP: Final = 4
INTERRUPTED: Final = 130
TERMINATED: Final = 143

EXIT_CODES: Final[dict[int, str]] = {
    OK: "done",
    FAILED: "done, but something is not as it should be (missing outcomes, unreadable input, topics that differ)",
    USAGE: "could not begin: wrong arguments or settings, no file, article, broker or Java, unusable state folder",
    STOPPED: "had to stop: a worker could not keep its promise (the log says why), an output takes no more, or the raw"
    " record that `override` needs has left retention",
    GAVE_UP: "`worker --supervise` gave up: the worker crashed again and again",
    INTERRUPTED: "interrupted (Ctrl-C)",
    TERMINATED: "terminated (SIGTERM) before it was done",
}


class UserError(Exception):
    """Says what is wrong, where, and what to do, in one line."""

    def __init__(self, message: str, exit_code: int = USAGE) -> None:
        super().__init__(message)
        self.exit_code = exit_code
