"""Where `enrich` writes: a file or standard output, never its own input. What goes wrong there is one line."""

import contextlib
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from producers.report import Report
from producers.sources.files import SUFFIXES
from producers.sources.folders import STDIN, Found, found
from streams.cli.errors import STOPPED, UserError

STDOUT: Final = "-"


class Output:
    """Takes lines of bytes.

    Raises:
        UserError: it cannot be opened (exit code 2), or takes no more (3).
    """

    def __init__(self, target: str) -> None:
        self._name = "standard output" if target == STDOUT else target
        self._is_stdout = target == STDOUT
        self._file = _opened(target)

    def write(self, line: bytes) -> None:
        """Write a line."""
        with self._said():
            self._file.write(line)

    def close(self) -> None:
        """Write what is still held, and close a file."""
        with self._said():
            self._file.flush() if self._is_stdout else self._file.close()

    @contextlib.contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:  # whoever reads has seen enough: no error
            raise
        except OSError as error:
            if self._is_stdout:
                let_go_of_stdout()
            raise UserError(f"cannot write {self._name}: {error.strerror}", STOPPED) from None


def let_go_of_stdout() -> None:
    """Make standard output lead nowhere: what it still holds could not be written when Python ends, either."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _opened(target: str) -> IO[bytes]:
    if not target:
        raise UserError("OUT is empty: name a file, or - for standard output")
    if target == STDOUT:
        if sys.stdout is None:
            raise UserError("standard output is closed: name a file to write")
        return sys.stdout.buffer
    try:
        return Path(target).open("wb")
    except OSError as error:
        raise UserError(f"cannot write {target}: {error.strerror}") from None


def check_apart(source: str, target: str) -> None:
    """Make sure that the output is not read as input: it would be emptied, or never end.

    Raises:
        UserError: it would be.
    """
    if target != STDOUT and source != STDIN and _would_be_read(Path(source), Path(target)):
        raise UserError(f"{target} would be read as input, being in {source}: write to another place")
    written = _status(target)
    if written is None or not stat.S_ISREG(written.st_mode):
        return
    for read in _statuses(source):
        if os.path.samestat(read, written):
            name = "standard output" if target == STDOUT else target
            raise UserError(f"{name} is read as input, and writing would destroy it: write to another file")


def _would_be_read(source: Path, target: Path) -> bool:
    """Say whether a file of this name, there or not, is one that is read below the folder."""
    place = target.parent.resolve() / target.name
    if not source.is_dir() or not place.is_relative_to(source.resolve()) or target.is_dir():
        return False
    below = place.relative_to(source.resolve()).parts
    return place.name.lower().endswith(SUFFIXES) and not any(part.startswith(".") for part in below)


def _status(target: str) -> os.stat_result | None:
    try:
        return os.fstat(sys.stdout.fileno()) if target == STDOUT else Path(target).stat()
    except (OSError, AttributeError):  # not there yet, or closed: opening says so
        return None


def _statuses(source: str) -> Iterator[os.stat_result]:
    if source == STDIN:
        yield os.fstat(sys.stdin.fileno())
        return
    for file in found(Path(source), SUFFIXES, Report()):
        if isinstance(file, Found):
            with contextlib.suppress(OSError):  # reading says so
                yield file.file.stat()
