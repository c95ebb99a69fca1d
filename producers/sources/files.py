"""Articles from files: JSONL (plain or gzip), folders, text files, saved pages, standard input."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Final

from producers.items import Item, Place, Refused, encoded, item, too_large
from producers.report import Report
from producers.sources.documents import Fields, page_article, text_article
from producers.sources.folders import STDIN, Found, checked, found, open_stdin, shown
from producers.sources.lines import DAMAGED, Line, marked, opened, read_lines, starts_the_same
from producers.sources.mapping import reshape
from streams.contracts.topics import MAX_RAW_BYTES

LINES: Final = (".jsonl", ".jsonl.gz", ".ndjson", ".ndjson.gz")
PAGES: Final = (".html", ".htm")
SUFFIXES: Final = (*LINES, ".json", ".txt", *PAGES)

MAX_PAGE_BYTES: Final = 16 * MAX_RAW_BYTES  # before its scripts are taken out; the largest seen has 2.5 MB

BLANK: Final = "blank lines"
EARLIER: Final = "published by an earlier run"


def read_files(
    paths: Sequence[str],
    *,
    mapping: Mapping[str, str] | None = None,
    source: str | None = None,
    done: Mapping[str, Place] | None = None,
    report: Report | None = None,
) -> Iterator[Item | Refused]:
    """Return the articles of files and folders (by name, with their subfolders); `-` is JSONL on standard input.

    A line of JSONL passes as it is, broken or not, unless `mapping` renames fields (theirs -> ours) or `source` is
    to be added. A text file's title is its first line. What `done` names was published before and is passed over;
    passed over and blank lines are counted in `report`. Lines are read one at a time, and none beyond MAX_RAW_BYTES.

    Raises:
        InputError: at once, when a path is missing, is no file of articles, or a folder holds none.
    """
    checked(paths, SUFFIXES, resumed=done is not None)
    reader = _Reader(mapping or {}, source, dict(done or {}), report if report is not None else Report())
    return (entry for given in paths for entry in reader.read(given))


class _Reader:
    def __init__(
        self, mapping: Mapping[str, str], source: str | None, done: Mapping[str, Place], report: Report
    ) -> None:
        self._mapping = mapping
        self._source = source
        self._done = done
        self._report = report

    def read(self, given: str) -> Iterator[Item | Refused]:
        if given == STDIN:
            with open_stdin() as stream:
                yield from self._lines(stream, "stdin", Place("stdin", 0, 0))
            return
        for file in found(Path(given), SUFFIXES, self._report):
            if isinstance(file, Refused):
                yield file
            else:
                yield from self._file(file)

    def _file(self, file: Found) -> Iterator[Item | Refused]:
        where = shown(file.file)
        try:
            if file.name.lower().endswith(LINES):
                before = self._published(file.file, where)
                with opened(file.file) as stream:
                    yield from self._lines(stream, where, before)
            else:
                yield from self._document(file, where)
        except OSError as error:
            yield Refused(where, f"cannot be read: {error.strerror or error}")

    def _published(self, file: Path, where: str) -> Place:
        """Return up to where an earlier run published this very file."""
        path = shown(file.resolve())
        before = self._done.get(path)
        if before is None:
            return Place(path, 0, 0)
        if starts_the_same(file, before):
            return before
        self._report.problem(where, "has changed since the earlier run; published from its start")
        return Place(path, 0, 0)

    def _lines(self, stream: IO[bytes], where: str, before: Place) -> Iterator[Item | Refused]:
        number = 0
        try:
            for line in read_lines(stream):
                number = line.number
                if number <= before.number:
                    self._report.skip(EARLIER)
                else:
                    yield from self._line(line, f"{where}:{number}", before.path)
        except DAMAGED as error:
            yield Refused(f"{where}:{number + 1}", f"{_damage(error)}; the lines before are good")

    def _line(self, line: Line, where: str, path: str) -> Iterator[Item | Refused]:
        if line.value is None:
            yield Refused(where, too_large(), "too_large")
        elif not line.value.strip():
            self._report.skip(BLANK)
        else:
            value = reshape(line.value, self._mapping, self._source)
            yield item(where, value, Place(path, line.number, line.mark))

    def _document(self, file: Found, where: str) -> Iterator[Item | Refused]:
        with file.file.open("rb") as stream:
            most = MAX_PAGE_BYTES if file.name.lower().endswith(PAGES) else MAX_RAW_BYTES
            data = stream.read(most + 1)
        place = Place(shown(file.file.resolve()), 1, marked(data))
        if self._done.get(place.path) == place:
            self._report.skip(EARLIER)
        elif len(data) > most:
            yield Refused(where, too_large(most=most), "too_large")
        elif not data.strip():
            yield Refused(where, "the file is empty")
        elif file.name.lower().endswith(".json"):
            yield self._object(data, where, place)
        else:
            yield self._article(data, file, where, place)

    def _object(self, data: bytes, where: str, place: Place) -> Item | Refused:
        if data.lstrip().startswith(b"["):
            return Refused(
                where, "holds an array; write one article a line into a .jsonl file (jq -c '.[]')", "not_object"
            )
        return item(where, reshape(data, self._mapping, self._source), place)

    def _article(self, data: bytes, file: Found, where: str, place: Place) -> Item | Refused:
        read: Callable[[bytes, str, str], Fields] = text_article if file.name.lower().endswith(".txt") else page_article
        try:
            fields = read(data, file.name, self._source or file.root.resolve().name or "files")
        except UnicodeDecodeError as error:
            return Refused(
                where, f"not {error.encoding} at byte {error.start}; convert it to UTF-8, e.g. with iconv", "not_utf8"
            )
        return item(where, encoded(fields), place)


def _damage(error: BaseException) -> str:
    if isinstance(error, EOFError):
        return "the gzip data end here, before their time"
    return f"the gzip data are damaged here ({error})"
