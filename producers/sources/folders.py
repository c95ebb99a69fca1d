"""The files that paths and folders stand for, in an order that does not change."""

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final, NamedTuple

from producers.errors import InputError
from producers.items import Refused
from producers.report import Report

STDIN: Final = "-"
OTHER_FILES: Final = "files that are not articles"


class Found(NamedTuple):
    """A file, and the folder that its name is relative to."""

    file: Path
    root: Path

    @property
    def name(self) -> str:
        """The file's path below the root, with `/` on every system."""
        return shown(self.file.relative_to(self.root).as_posix())


def checked(paths: Sequence[str], suffixes: Sequence[str], *, any_file: bool = False, resumed: bool = False) -> None:
    """Make sure that there is something to read, before anything is sent.

    Raises:
        InputError: a path is empty, missing or in a folder that may not be entered, a folder cannot be read or holds
            no file with one of the suffixes, a file has none of them (unless `any_file`), or standard input is closed
            or to be resumed.
    """
    if resumed and STDIN in paths:
        raise InputError("--resume needs files: standard input cannot be read again")
    for given in paths:
        if not given:
            raise InputError("an empty path names nothing: give a file or folder ('.' is this one)")
        if given == STDIN:
            if sys.stdin is None:
                raise InputError("standard input is closed: name a file or folder, or pipe something into '-'")
            continue
        try:
            _check(Path(given), suffixes, any_file=any_file)
        except OSError as error:
            raise InputError(f"{shown(given)}: {_unread(error)}") from None


def _check(path: Path, suffixes: Sequence[str], *, any_file: bool) -> None:
    known = ", ".join(suffixes)
    if path.is_dir():
        os.scandir(path).close()  # an OSError here is of this folder, those of its subfolders cost only themselves
        if next(_below(path, suffixes, None), None) is None:
            raise InputError(f"{shown(path)}: no articles in this folder (looked for {known})")
    elif not path.exists():
        raise InputError(f"{shown(path)}: no such file or folder")
    elif not any_file and not _ends(path.name, suffixes):
        raise InputError(f"{shown(path)}: not a file of articles ({known}); '-' reads JSONL from standard input")


def found(path: Path, suffixes: Sequence[str], report: Report) -> Iterator[Found | Refused]:
    """Yield the file itself, or the files below the folder by name; others are counted in the report.

    A subfolder that cannot be read is refused in its place.
    """
    if not path.is_dir():
        yield Found(path, path.parent)
        return
    for file in _below(path, suffixes, report):
        yield file if isinstance(file, Refused) else Found(file, path)


def open_stdin() -> IO[bytes]:
    """Return standard input. Not sys.stdin: a thread blocked in that one makes the interpreter abort at its end."""
    return open(sys.stdin.fileno(), "rb", closefd=False)


def shown(path: Path | str) -> str:
    """Return the path as text that can be printed and encoded, whatever bytes the file system holds."""
    return os.fsencode(path).decode("utf-8", "replace")


def _below(folder: Path, suffixes: Sequence[str], report: Report | None) -> Iterator[Path | Refused]:
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Refused(shown(folder), _unread(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            is_folder, is_file = entry.is_dir(), entry.is_file()
        except OSError as error:  # the folder may be listed, and not entered
            yield Refused(shown(entry), _unread(error))
            continue
        if is_folder:
            if not entry.is_symlink():  # a link may lead back up
                yield from _below(entry, suffixes, report)
        elif is_file and _ends(entry.name, suffixes):
            yield entry
        elif report is not None:
            report.skip(OTHER_FILES)


def _unread(error: OSError) -> str:
    return f"cannot be read: {error.strerror or error}"


def _ends(name: str, suffixes: Sequence[str]) -> bool:
    return name.lower().endswith(tuple(suffixes))
