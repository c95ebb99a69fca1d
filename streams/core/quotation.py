"""Where a text stands in quotation marks: straight or curly, nested, over paragraphs, or never closed.

Marks are paired within a line. What a line leaves open goes on where the next one opens with a mark, as usual in print.
Single marks count only where a full stop, comma or the like stands before the closing one: others are apostrophes, or
marks within marks.
"""

import re
from typing import Final, NamedTuple

# A set first, so that the search skips all else: a mark, a doubled one, or the end of a line; "`" counts only doubled.
_MARK: Final = re.compile(r"[\"“”„«»'‘’`\n](?:(?<=')'|(?<=`)`|(?<=‘)‘|(?<=’)’|(?<!`))")
_SINGLE: Final = frozenset("'‘’")
_BEFORE_SINGLE: Final = frozenset(".,!?…")
_OPENING: Final = frozenset(("“", "„", "«", "``", "‘‘"))
_CLOSING: Final = frozenset(("”", "»", "''", "’’"))
_BEFORE_OPENING: Final = frozenset(" \t\u00a0([{—–-/:\n")
_BEFORE_CLOSING: Final = frozenset(".,!?…;:'’)]}-—–")


class Quoted(NamedTuple):
    """Text in quotation marks, marks included; code points, half open.

    `closed` is False where the line ends first. `continues` says that the line before was left open.
    """

    start: int
    end: int
    closed: bool
    continues: bool


def find_quoted(text: str) -> list[Quoted]:
    """Return what stands in quotation marks, in order and without overlap; the outer of two that are nested."""
    found: list[Quoted] = []
    line = _Line(0, goes_on=False)
    for match in _MARK.finditer(text):
        if match[0] == "\n":
            line = _next_line(text, line, match.start(), found)
        else:
            line.mark(text, match.start(), match[0])
    _next_line(text, line, len(text), found)
    return found


def _next_line(text: str, line: "_Line", end: int, found: list[Quoted]) -> "_Line":
    if end == line.start:  # an empty line between two paragraphs says nothing
        return _Line(end + 1, line.goes_on)
    found += line.finish(text, end)
    return _Line(end + 1, goes_on=line.open_at is not None)


class _Line:
    """The marks of one line so far."""

    def __init__(self, start: int, goes_on: bool) -> None:
        self.start = start
        self.goes_on = goes_on
        self.open_at: int | None = None
        self._single_at: int | None = None
        self._outer: int | None = None  # a mark that another opening one followed: nested, or never closed
        self._found: list[Quoted] = []

    def mark(self, text: str, at: int, mark: str) -> None:
        if mark in _SINGLE:
            self._mark_single(text, at)
        elif self._opens(text, at, mark):
            if self.open_at is not None:
                self._outer = self.open_at
            self.open_at = at
        elif self.open_at is not None:
            self._close(text, self.open_at, at + len(mark))
            self.open_at = None
        elif self._outer is not None:  # the one before was nested in this
            self._enclose(text, self._outer, at + len(mark))
            self._outer = None

    def _mark_single(self, text: str, at: int) -> None:
        if self.open_at is not None:
            return
        before, after = text[at - 1 : at] or "\n", text[at + 1 : at + 2] or "\n"
        if self._single_at is None:
            if before in _BEFORE_OPENING and after.isalnum() and text[at] != "’":
                self._single_at = at
        elif before in _BEFORE_SINGLE and not after.isalnum():
            self._enclose(text, self._single_at, at + 1)
            self._single_at = None

    def _enclose(self, text: str, start: int, end: int) -> None:
        while self._found and self._found[-1].start > start:
            self._found.pop()
        self._close(text, start, end)

    def _opens(self, text: str, at: int, mark: str) -> bool:
        if mark in _OPENING:
            return True
        if mark in _CLOSING:
            return False
        before = text[at - 1 : at] or "\n"
        after = text[at + 1 : at + 2] or "\n"
        if self.open_at is None:
            return not after.isspace() and (before in _BEFORE_OPENING or after not in _BEFORE_CLOSING)
        return before in _BEFORE_OPENING and before not in "-—–/:" and not after.isspace() and after.isalnum()

    def _close(self, text: str, start: int, end: int) -> None:
        self._found.append(Quoted(start, end, True, self.goes_on and not text[self.start : start].strip()))

    def finish(self, text: str, end: int) -> list[Quoted]:
        if self.open_at is not None:
            stop = self.open_at + len(text[self.open_at : end].rstrip())
            continues = self.goes_on and not text[self.start : self.open_at].strip()
            self._found.append(Quoted(self.open_at, stop, False, continues))
        return self._found
