import errno
import gzip
import io
import json
import math
import os
import random
import tracemalloc
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from producers.errors import InputError
from producers.items import Item, Refused, keyed
from producers.report import Report
from producers.sources.files import BLANK, EARLIER, MAX_PAGE_BYTES, read_files
from producers.sources.folders import OTHER_FILES
from producers.sources.lines import read_lines
from streams.contracts.topics import MAX_RAW_BYTES

ONE = b'{"url": "https://example.org/1", "title": "One", "text": "A first text."}'
TWO = b'{"guid": "2", "source": "example.org", "title": "Two", "text": "A second text."}'
BROKEN = b'{"url": "https://example.org/3", "title": '


def read(*paths: Path | str, **rest: Any) -> tuple[list[Item], list[Refused]]:
    entries = list(read_files([str(path) for path in paths], **rest))
    return [e for e in entries if isinstance(e, Item)], [e for e in entries if isinstance(e, Refused)]


def fields(article: Item) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(article.value)
    return found


def wheres(entries: Sequence[Item | Refused], folder: Path) -> list[str]:
    return [entry.where.removeprefix(f"{folder}{os.sep}") for entry in entries]


def lock(monkeypatch: pytest.MonkeyPatch, folder: Path, *, listed: bool = False) -> None:
    """Make a folder one that we may not enter, nor list unless `listed`; chmod would not stop root, who may test."""

    def guarded(call: Callable[..., Any], lets: Callable[[Path], bool]) -> Callable[..., Any]:
        def guard(path: Any, *rest: Any, **named: Any) -> Any:
            if not lets(Path(path)):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            return call(path, *rest, **named)

        return guard

    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, guarded(getattr(os, name), lambda path: listed or path != folder))
    monkeypatch.setattr(os, "stat", guarded(os.stat, lambda path: folder not in path.parents))


class TestLines:
    def test_pass_unchanged_broken_ones_too(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes(ONE + b"\n" + BROKEN + b"\n\xff\xfe\n" + TWO)
        items, refused = read(file)
        assert [item.value for item in items] == [ONE, BROKEN, b"\xff\xfe", TWO]
        assert [item.key for item in items] == [b"url://example.org/1", None, None, b"guid:example.org\n2"]
        assert wheres(items, tmp_path) == ["a.jsonl:1", "a.jsonl:2", "a.jsonl:3", "a.jsonl:4"]
        assert refused == []

    def test_blank_ones_are_counted_and_keep_the_numbering(self, tmp_path: Path) -> None:
        file, report = tmp_path / "a.jsonl", Report()
        file.write_bytes(b"\n  \r\n" + ONE + b"\r\n\n")
        items, _ = read(file, report=report)
        assert [(item.where, item.value) for item in items] == [(f"{file}:3", ONE)]
        assert report.skipped == {BLANK: 3}

    @pytest.mark.parametrize(
        ("ending", "excess", "taken"),
        [(b"\n", 0, True), (b"\r\n", 0, True), (b"", 0, True), (b"\n", 1, False), (b"\r\n", 1, False), (b"", 1, False)],
    )
    def test_the_limit_is_exact(self, tmp_path: Path, ending: bytes, excess: int, taken: bool) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes(b"x" * (MAX_RAW_BYTES + excess) + ending)
        items, refused = read(file)
        assert (len(items), len(refused)) == ((1, 0) if taken else (0, 1))
        assert all(len(item.value) == MAX_RAW_BYTES for item in items)

    def test_one_beyond_the_limit_is_refused_and_the_next_is_read(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl.gz"
        with gzip.open(file, "wb", compresslevel=1) as out:
            out.write(ONE + b"\n" + b"x" * (3 * MAX_RAW_BYTES) + b"\n" + TWO + b"\n")
        items, refused = read(file)
        assert [item.value for item in items] == [ONE, TWO]
        assert [(entry.where, entry.reason) for entry in refused] == [
            (f"{file}:2", "the article has more than 1048576 bytes; 1048576 are allowed")
        ]

    def test_a_huge_one_is_not_held(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl.gz"
        with gzip.open(file, "wb", compresslevel=1) as out:
            for _ in range(64):
                out.write(bytes(MAX_RAW_BYTES))
        tracemalloc.start()
        try:
            _, refused = read(file)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert len(refused) == 1
        assert peak < 6 * MAX_RAW_BYTES, f"{peak} bytes held for a line of {64 * MAX_RAW_BYTES}"

    def test_they_are_read_as_they_are_asked_for(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes((ONE + b"\n") * 100_000)
        with file.open("rb") as stream:
            assert next(read_lines(stream)).value == ONE
            assert stream.tell() < 3 * MAX_RAW_BYTES

    def test_truncated_gzip_keeps_what_is_good(self, tmp_path: Path) -> None:
        whole = gzip.compress(b"".join(b'{"guid": "%d", "source": "s"}\n' % n for n in range(5_000)))
        file = tmp_path / "a.jsonl.gz"
        file.write_bytes(whole[: len(whole) // 2])
        items, refused = read(file)
        assert len(items) > 100
        assert all(keyed(item.value) == f"guid:s\n{n}".encode() for n, item in enumerate(items))
        assert [entry.where for entry in refused] == [f"{file}:{len(items) + 1}"]
        assert "gzip" in refused[0].reason

    @pytest.mark.parametrize("damage", ["not gzip", "flipped bits", "empty"])
    def test_damaged_gzip_costs_itself_only(self, tmp_path: Path, damage: str) -> None:
        data = bytearray(gzip.compress(ONE))
        data[len(data) // 2] ^= 0xFF
        bad, good = tmp_path / "a.jsonl.gz", tmp_path / "b.jsonl"
        bad.write_bytes({"not gzip": ONE, "flipped bits": bytes(data), "empty": b""}[damage])
        good.write_bytes(TWO)
        items, refused = read(tmp_path)
        assert [item.value for item in items] == [TWO]
        assert len(refused) == (0 if damage == "empty" else 1)
        assert all(entry.where == f"{bad}:1" for entry in refused)

    def test_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        reading, writing = os.pipe()
        os.write(writing, ONE + b"\n" + TWO + b"\n")
        os.close(writing)
        with os.fdopen(reading, "r") as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            items, _ = read("-")
        assert [(item.where, item.value) for item in items] == [("stdin:1", ONE), ("stdin:2", TWO)]


class TestReshaping:
    def test_mapped_fields_are_renamed_and_the_others_stay(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_text('{"body": "Ça va", "date": "2026-01-02", "url": "https://example.org/1", "rank": 1.0}')
        (item,), _ = read(file, mapping={"body": "text", "date": "published_at"})
        assert fields(item) == {
            "text": "Ça va", "published_at": "2026-01-02", "url": "https://example.org/1", "rank": 1.0,
        }  # fmt: skip
        assert "Ça va".encode() in item.value
        assert item.key == b"url://example.org/1"

    def test_the_key_is_that_of_the_renamed_article(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_text('{"link": "https://example.org/1"}')
        (item,), _ = read(file, mapping={"link": "url"})
        assert item.key == b"url://example.org/1"

    def test_fields_can_be_swapped_and_the_mapped_one_wins(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_text('{"title": "slug", "text": "Real title", "body": "Long"}')
        (item,), _ = read(file, mapping={"text": "title", "body": "text"})
        assert fields(item) == {"title": "Real title", "text": "Long"}

    @pytest.mark.parametrize("line", [BROKEN, b"[1]", b'"x"', b"\xff", b"[" * 100_000, b'{"a":' * 100_000])
    def test_what_cannot_be_reshaped_passes_unchanged(self, tmp_path: Path, line: bytes) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes(line)
        (item,), _ = read(file, mapping={"body": "text"}, source="s")
        assert item.value == line

    def test_a_number_too_long_to_be_meant_costs_itself_only(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes(b'{"link": "https://example.org/1", "views": ' + b"9" * 5_000 + b"}")
        (item,), _ = read(file, mapping={"link": "url"})
        assert fields(item) == {"url": "https://example.org/1", "views": math.inf}
        assert item.key == b"url://example.org/1"

    def test_half_a_surrogate_pair_survives(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes(b'{"body": "\\ud83d", "url": "https://example.org/\\ud83d"}')
        (item,), _ = read(file, mapping={"body": "text"})
        assert fields(item)["text"] == "\ud83d"
        assert item.key is None

    def test_one_that_grows_beyond_the_limit_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        line = b'{"b": "%b"}'
        file.write_bytes(line % (b"x" * (MAX_RAW_BYTES - len(line) + 2)))
        _, refused = read(file, mapping={"b": "modified_at"})
        assert [entry.where for entry in refused] == [f"{file}:1"]

    def test_source_is_added_where_there_is_none(self, tmp_path: Path) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes(b'{"guid": "1"}\n{"guid": "2", "source": "own"}\n')
        items, _ = read(file, source="given")
        assert [item.key for item in items] == [b"guid:given\n1", b"guid:own\n2"]


class TestDocuments:
    def test_text(self, tmp_path: Path) -> None:
        folder = tmp_path / "morning"
        (folder / "deep").mkdir(parents=True)
        (folder / "deep" / "a.txt").write_text("\ufeff\n  A headline \r\n\nFirst.\n\nSecond.\n", encoding="utf-8")
        (item,), _ = read(folder)
        assert fields(item) == {
            "guid": "deep/a.txt", "source": "morning", "title": "A headline", "text": "First.\n\nSecond.",
        }  # fmt: skip
        assert item.key == b"guid:morning\ndeep/a.txt"
        assert item.where == str(folder / "deep" / "a.txt")

    def test_a_single_one_is_named_by_its_folder_or_as_told(self, tmp_path: Path) -> None:
        file = tmp_path / "a.txt"
        file.write_text("Title\nText")
        (own,), _ = read(file)
        (told,), _ = read(file, source="example.org")
        assert own.key == f"guid:{tmp_path.name}\na.txt".encode()
        assert told.key == b"guid:example.org\na.txt"

    def test_what_is_not_utf8_or_empty_or_too_large_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_bytes("Überschrift\nText".encode("latin-1"))
        (tmp_path / "b.txt").write_bytes(b" \n\n")
        (tmp_path / "c.txt").write_bytes(b"x" * (MAX_RAW_BYTES + 1))
        (tmp_path / "d.txt").write_bytes(b"\x01" * (MAX_RAW_BYTES // 2))  # six characters each in JSON
        (tmp_path / "e.json").write_bytes(b" [" + ONE + b"]")
        items, refused = read(tmp_path)
        assert items == []
        said = [
            "not utf-8 at byte 0", "the file is empty", "the article has more than 1048576 bytes",
            "the article has 31457", "holds an array",
        ]  # fmt: skip
        assert [entry.reason[: len(start)] for entry, start in zip(refused, said, strict=True)] == said

    def test_a_json_file_is_one_article(self, tmp_path: Path) -> None:
        pretty = json.dumps(json.loads(ONE), indent=2).encode()
        (tmp_path / "a.json").write_bytes(pretty)
        (item,), _ = read(tmp_path)
        assert (item.value, item.key) == (pretty, b"url://example.org/1")

    def test_a_page_names_itself(self, tmp_path: Path) -> None:
        page = (
            "<html><head><title>Headline &amp; more | Site</title><meta property='og:title' content='Headline'>"
            "<link rel=canonical href='https://example.org/story?id=1'></head><body><p>Text</body></html>"
        )
        (tmp_path / "a.html").write_text(page)
        (item,), _ = read(tmp_path)
        assert fields(item) == {"url": "https://example.org/story?id=1", "title": "Headline", "html": page}

    def test_a_large_page_goes_without_what_runs_or_draws(self, tmp_path: Path) -> None:
        noise = f"<script>{'x' * MAX_RAW_BYTES}</script><style>p {{}}</style><!-- note -->"
        kept = '<script type="application/ld+json">{"a": 1}</script><title>T</title>'
        drawn = f"<img src='data:image/png;base64,{'A' * 5_000}'>"
        (tmp_path / "a.html").write_text(f"<html><head>{noise}{kept}</head><body>{drawn}<p>Text</p></body></html>")
        (item,), _ = read(tmp_path)
        assert fields(item)["title"] == "T"
        assert fields(item)["html"] == (
            f"<html><head><script></script><style></style>{kept}</head><body><img><p>Text</p></body></html>"
        )

    def test_a_page_of_too_much_text_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text(f"<p>{'word ' * MAX_RAW_BYTES}")
        (tmp_path / "b.html").write_bytes(b" " * (MAX_PAGE_BYTES + 1))
        items, refused = read(tmp_path)
        assert (items, [entry.code for entry in refused]) == ([], ["too_large"] * 2)

    @pytest.mark.parametrize(
        ("headings", "title"),
        [
            ("<h1>The old\n <i>bridge</i> stays open</h1>", "The old bridge stays open"),
            ("<h1>World news</h1>", "Bridge stays | Site"),
            ("<h1>Nothing of what it states</h1>", "Bridge stays | Site"),
            ("<h1>The old bridge stays</h1><h1>The new bridge stays</h1>", "Bridge stays | Site"),
        ],
    )
    def test_the_headline_that_a_page_shows_is_its_title(self, tmp_path: Path, headings: str, title: str) -> None:
        (tmp_path / "a.html").write_text(f"<html><title>Bridge stays | Site</title><body>{headings}<p>T</body></html>")
        (item,), _ = read(tmp_path)
        assert fields(item)["title"] == title

    @pytest.mark.parametrize(
        ("head", "title", "key"),
        [
            ("<title>\n Only\n title </title>", "Only title", b"guid:site\nb/a.htm"),
            ("", "a", b"guid:site\nb/a.htm"),
            ("<title> </title><link rel=canonical href='/story'>", "a", b"guid:site\nb/a.htm"),
            ("<link rel=canonical href='https://example.org/'>", "a", b"guid:site\nb/a.htm"),
            ("<link rel=canonical href='javascript:x'>", "a", b"guid:site\nb/a.htm"),
            ("<meta property='og:url' content='https://example.org/s'>", "a", b"url://example.org/s"),
            ("<link rel=canonical href='https://[bad'><title>T</title>", "T", b"guid:site\nb/a.htm"),
        ],
    )
    def test_a_page_that_says_little(self, tmp_path: Path, head: str, title: str, key: bytes) -> None:
        file = tmp_path / "site" / "b" / "a.htm"
        file.parent.mkdir(parents=True)
        file.write_text(f"<html><head>{head}</head><body><p>Text</p></body></html>")
        (item,), _ = read(tmp_path / "site")
        assert (fields(item)["title"], item.key) == (title, key)

    @pytest.mark.parametrize(
        ("declared", "encoding"), [("windows-1251", "cp1251"), ("ISO-8859-1", "cp1252"), ("gb2312", "gb2312")]
    )
    def test_a_page_may_declare_its_encoding(self, tmp_path: Path, declared: str, encoding: str) -> None:
        text = {"cp1251": "Новости", "cp1252": "“Zürich” – €", "gb2312": "新闻"}[encoding]
        page = f'<head><meta http-equiv="Content-Type" content="text/html; charset={declared}"><title>{text}</title>'
        (tmp_path / "a.html").write_bytes(page.encode(encoding))
        (item,), _ = read(tmp_path)
        assert fields(item)["title"] == text

    @pytest.mark.parametrize(
        "declared",
        [
            "utf-8", "zlib", "nope", "undefined", "unicode_escape", "raw_unicode_escape", "idna", "punycode", "utf-7",
            "utf-16", "rot13", "hex", "charmap", "mbcs", "UNICODE-ESCAPE",
        ],
    )  # fmt: skip
    def test_a_page_in_an_unknown_encoding_is_refused(self, tmp_path: Path, declared: str) -> None:
        page = f"<meta charset={declared}><title>Zürich \\ud800</title>"
        (tmp_path / "a.html").write_bytes(page.encode("latin-1"))
        (tmp_path / "b.html").write_bytes("<title>Zürich</title>".encode("latin-1"))
        items, refused = read(tmp_path)
        assert (items, [(entry.reason[:7], entry.code) for entry in refused]) == ([], [("not utf", "not_utf8")] * 2)

    @pytest.mark.parametrize("seed", range(8))
    def test_a_page_of_any_bytes_costs_itself_only(self, tmp_path: Path, seed: int) -> None:
        for charset in ("gb18030", "iso-2022-jp", "big5", "euc-jp", "shift_jis", "cp874", "koi8-u", "latin1"):
            noise = random.Random(seed).randbytes(400)
            (tmp_path / f"{charset}.html").write_bytes(b"<meta charset=%b>" % charset.encode() + noise)
        items, refused = read(tmp_path)
        assert len(items) + len(refused) == 8


class TestFolders:
    def test_by_name_with_subfolders_and_without_the_rest(self, tmp_path: Path) -> None:
        names = ["b.jsonl", "B.TXT", "a/z.txt", "a/y.html", "c.jsonl.gz", ".hidden.txt", ".git/x.txt", "d.pdf", "e.csv"]
        for name in names:
            file = tmp_path / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(gzip.compress(ONE) if name.endswith("gz") else ONE)
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
        os.mkfifo(tmp_path / "pipe.txt")
        report = Report()
        items, refused = read(tmp_path, report=report)
        assert wheres(items, tmp_path) == ["B.TXT", "a/y.html", "a/z.txt", "b.jsonl:1", "c.jsonl.gz:1"]
        assert refused == []
        assert report.skipped == {OTHER_FILES: 3}

    @pytest.mark.parametrize(
        ("path", "said"),
        [("none.jsonl", "no such file or folder"), ("empty", "no articles in this folder"), ("a.csv", "not a file of")],
    )
    def test_nothing_to_read_is_said_before_anything_is_read(self, tmp_path: Path, path: str, said: str) -> None:
        (tmp_path / "a.csv").write_text("x")
        (tmp_path / "empty" / "deeper").mkdir(parents=True)
        (tmp_path / "good.jsonl").write_bytes(ONE)
        with pytest.raises(InputError, match=f"{path}: {said}"):
            read_files([str(tmp_path / "good.jsonl"), str(tmp_path / path)])

    def test_a_subfolder_that_cannot_be_read_is_refused_in_its_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("a.jsonl", "locked/b.jsonl", "z.jsonl"):
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_bytes(ONE)
        lock(monkeypatch, tmp_path / "locked")
        entries = list(read_files([str(tmp_path)]))
        assert wheres(entries, tmp_path) == ["a.jsonl:1", "locked", "z.jsonl:1"]
        assert [entry.reason for entry in entries if isinstance(entry, Refused)] == [
            "cannot be read: Permission denied"
        ]

    def test_one_with_nothing_else_than_what_cannot_be_read_is_no_empty_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "locked").mkdir()
        lock(monkeypatch, tmp_path / "locked")
        _, refused = read(tmp_path)
        assert wheres(refused, tmp_path) == ["locked"]

    @pytest.mark.parametrize("below", ["locked", "locked/a.jsonl"])
    def test_one_that_is_named_and_cannot_be_read_is_said_before_anything_is_read(
        self, tmp_path: Path, below: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "locked").mkdir()
        lock(monkeypatch, tmp_path / "locked")
        with pytest.raises(InputError, match=f"{below}: cannot be read: Permission denied"):
            read_files([str(tmp_path / below)])

    def test_one_that_can_be_listed_and_not_entered(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "locked").mkdir()
        (tmp_path / "locked" / "a.jsonl").write_bytes(ONE)
        lock(monkeypatch, tmp_path / "locked", listed=True)
        _, refused = read(tmp_path)
        assert wheres(refused, tmp_path) == ["locked/a.jsonl"]

    def test_the_empty_path_is_not_this_folder(self) -> None:
        with pytest.raises(InputError, match="an empty path names nothing"):
            read_files([""])

    def test_standard_input_may_be_closed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("sys.stdin", None)
        with pytest.raises(InputError, match="standard input is closed"):
            read_files(["-"])

    def test_a_file_name_that_is_not_utf8(self, tmp_path: Path) -> None:
        name = os.fsencode(tmp_path) + b"/\xff.txt"
        Path(os.fsdecode(name)).write_text("Title\nText")
        (item,), _ = read(tmp_path, source="s")
        assert item.key == "guid:s\n\ufffd.txt".encode()

    def test_one_that_disappears_costs_itself_only(self, tmp_path: Path) -> None:
        (tmp_path / "a.jsonl").write_bytes(ONE)
        (tmp_path / "b.jsonl").write_bytes(TWO)
        entries = read_files([str(tmp_path / "a.jsonl"), str(tmp_path / "b.jsonl")])
        (tmp_path / "a.jsonl").unlink()
        first, second = entries
        assert isinstance(first, Refused)
        assert first.reason.startswith("cannot be read: No such file")
        assert isinstance(second, Item)


class TestResuming:
    def write(self, file: Path, *lines: bytes) -> None:
        file.write_bytes(b"".join(line + b"\n" for line in lines))

    def test_goes_on_behind_the_place(self, tmp_path: Path) -> None:
        file, report = tmp_path / "a.jsonl", Report()
        self.write(file, ONE, b"", TWO, BROKEN)
        items, _ = read(file)
        again, _ = read(file, done={items[1].place.path: items[1].place}, report=report)
        assert again == items[2:]
        assert report.skipped == {EARLIER: 3}

    @pytest.mark.parametrize("ending", [b"", b"\n"])
    def test_a_file_that_has_grown_goes_on(self, tmp_path: Path, ending: bytes) -> None:
        file = tmp_path / "a.jsonl"
        file.write_bytes(ONE + ending)
        (item,), _ = read(file)
        self.write(file, ONE, TWO)
        again, _ = read(file, done={item.place.path: item.place})
        assert [item.value for item in again] == [TWO]

    @pytest.mark.parametrize("lines", [(TWO, TWO, BROKEN), (BROKEN, ONE, TWO, BROKEN), (ONE,)])
    def test_a_file_that_has_changed_is_read_from_its_start(self, tmp_path: Path, lines: tuple[bytes, ...]) -> None:
        file, report = tmp_path / "a.jsonl", Report()
        self.write(file, ONE, TWO, BROKEN)
        items, _ = read(file)
        self.write(file, *lines)
        again, _ = read(file, done={items[1].place.path: items[1].place}, report=report)
        assert [item.value for item in again] == list(lines)
        assert [where for where, _ in report.problems] == [str(file)]

    def test_documents_go_by_their_content(self, tmp_path: Path) -> None:
        for name in ("a.txt", "b.txt"):
            (tmp_path / name).write_text("Title\nText")
        items, _ = read(tmp_path)
        (tmp_path / "b.txt").write_text("Title\nAnother text")
        again, _ = read(tmp_path, done={item.place.path: item.place for item in items})
        assert wheres(again, tmp_path) == ["b.txt"]

    def test_standard_input_cannot(self) -> None:
        with pytest.raises(InputError, match="standard input"):
            read_files(["-"], done={})


def test_the_mark_does_not_depend_on_how_the_file_is_packed(tmp_path: Path) -> None:
    data = ONE + b"\n" + b"x" * (2 * MAX_RAW_BYTES) + b"\n" + TWO
    plain = [line.mark for line in read_lines(io.BytesIO(data))]
    with gzip.open(io.BytesIO(gzip.compress(data))) as stream:
        assert [line.mark for line in read_lines(stream)] == plain  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "key"),
    [
        (b'{"url": "HTTPS://Example.org/a/?utm_source=x#top"}', b"url://example.org/a"),
        (b'{"guid": "7", "feed_url": "https://example.org/feed", "source": "s"}', b"guid:https://example.org/feed\n7"),
        (b'\xef\xbb\xbf{"guid": "7", "source": "s"}', b"guid:s\n7"),
        (b'{"guid": "7"}', None), (b'{"url": 7}', None), (b'{"url": "ftp://x"}', None), (b"null", None), (b"", None),
    ],
)  # fmt: skip
def test_keyed(value: bytes, key: bytes | None) -> None:
    assert keyed(value) == key
