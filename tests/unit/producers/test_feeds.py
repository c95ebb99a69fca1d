import io
import json
import os
import socket
import tarfile
import time
import warnings
from pathlib import Path
from typing import Any

import pytest

from producers.errors import InputError
from producers.items import Item, Refused
from producers.report import Report
from producers.sources.feeds import MAX_FEED_BYTES, parse, read_feeds
from producers.sources.files import EARLIER

DATA = Path(os.environ.get("NEWSWIRE_DATA") or Path(__file__).parents[4] / "shared" / "data")
CASES = DATA / "feeds" / "feedparser_cases.tar.xz"
SLOWEST_S = 1.0  # a document; the slowest takes 0.2 s on an idle core

RSS = """<?xml version="1.0"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
     xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Example</title><link>https://example.org/</link><language>en-gb</language>
<copyright>(c) Example</copyright><atom:link rel="self" href="https://example.org/feed.xml"/>
<item><title>First &amp;amp; &lt;b&gt;foremost&lt;/b&gt;</title><link>https://example.org/1</link>
 <guid isPermaLink="false">one</guid><dc:creator>Ann Example</dc:creator>
 <pubDate>Tue, 07 Apr 2026 15:00:00 +0400</pubDate>
 <description>Short.</description>
 <content:encoded><![CDATA[<p>Whole.</p><script>alert(1)</script>]]></content:encoded></item>
<item><guid isPermaLink="false">two</guid><title>Second</title><description>&lt;p&gt;Short.&lt;/p&gt;</description>
 <pubDate>yesterday</pubDate></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Exemple</title><author><name>La rédaction</name></author>
<entry><title>Un</title><id>tag:example.org,2026:1</id><link href="/1"/><published>2026-04-07</published>
 <updated>2026-04-07T11:00:00Z</updated><summary>Bref.</summary></entry>
<entry/>
</feed>"""


def read(folder: Path, document: str | bytes, **rest: Any) -> tuple[list[Item], list[Refused]]:
    file = folder / "feed.xml"
    file.write_bytes(document if isinstance(document, bytes) else document.encode())
    entries = list(read_feeds([str(file)], **rest))
    return [e for e in entries if isinstance(e, Item)], [e for e in entries if isinstance(e, Refused)]


def fields(article: Item) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(article.value)
    return found


def test_rss(tmp_path: Path) -> None:
    (first, second), refused = read(tmp_path, RSS)
    assert fields(first) == {
        "url": "https://example.org/1", "guid": "one", "title": "First & foremost", "html": "<p>Whole.</p>",
        "summary": "Short.", "authors": ["Ann Example"], "published_at": "2026-04-07T15:00:00+04:00",
        "language": "en-gb", "feed_url": "https://example.org/feed.xml", "rights": "(c) Example",
    }  # fmt: skip
    assert first.where == f"{tmp_path}/feed.xml: entry 1"
    assert first.key == b"url://example.org/1"
    assert fields(second)["html"] == "<p>Short.</p>"
    assert fields(second)["published_at"] == "yesterday"
    assert second.key == b"guid:https://example.org/feed.xml\ntwo"
    assert refused == []


def test_atom_with_what_the_caller_knows(tmp_path: Path) -> None:
    given = {"feed_url": "https://example.org/atom", "source": "example.org", "fetched_at": "2026-04-08T00:00:00+00:00"}
    (item,), (refused,) = read(tmp_path, ATOM, **given)
    assert fields(item) == {
        "url": "https://example.org/1", "guid": "tag:example.org,2026:1", "title": "Un", "summary": "Bref.",
        "authors": ["La rédaction"], "published_at": "2026-04-07", "modified_at": "2026-04-07T11:00:00+00:00",
        "language": "fr", **given,
    }  # fmt: skip
    assert refused == Refused(f"{tmp_path}/feed.xml: entry 2", "the entry is empty")


def test_the_same_document_gives_the_same_bytes(tmp_path: Path) -> None:
    assert read(tmp_path, RSS) == read(tmp_path, RSS)


def test_an_entry_without_title_and_link_is_published_as_it_is(tmp_path: Path) -> None:
    entry = "<item><description>Text.</description></item>"
    (item,), _ = read(tmp_path, f"<rss version='2.0'><channel>{entry}</channel></rss>")
    assert (fields(item), item.key) == ({"html": "Text."}, None)


def test_a_broken_feed_gives_what_can_be_read(tmp_path: Path) -> None:
    report = Report()
    items, refused = read(tmp_path, RSS[: RSS.index("<pubDate>yesterday")], report=report)
    assert [fields(item)["title"] for item in items] == ["First & foremost", "Second"]
    assert refused == []
    ((where, problem),) = report.problems
    assert where == f"{tmp_path}/feed.xml"
    assert problem.startswith("the feed is broken; 2 entries could be read: ")


@pytest.mark.parametrize("document", ["", "plain words", "<html><body><p>A page</p></body></html>", b"\x00\xff" * 99])
def test_what_is_no_feed_is_refused(tmp_path: Path, document: str | bytes) -> None:
    assert read(tmp_path, document) == ([], [Refused(f"{tmp_path}/feed.xml", "is not a feed (RSS or Atom)")])


def test_a_feed_that_is_too_large_is_refused(tmp_path: Path) -> None:
    _, (refused,) = read(tmp_path, b" " * (MAX_FEED_BYTES + 1))
    assert "more than" in refused.reason


def test_a_document_is_never_taken_for_a_name(tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text(RSS)
    assert parse(bytes(secret), None) == "is not a feed (RSS or Atom)"


HOSTILE = {
    "external entity": """<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname">]>
        <rss version="2.0"><channel><item><title>a&x;b</title></item></channel></rss>""",
    "remote entity": """<!DOCTYPE rss [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>
        <rss version="2.0"><channel><item><title>a&x;b</title></item></channel></rss>""",
    "remote definition": """<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/rss.dtd">
        <rss version="2.0"><channel><item><title>ab</title></item></channel></rss>""",
    "parameter entity": """<!DOCTYPE rss [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x"> %x;]>
        <rss version="2.0"><channel><item><title>ab</title></item></channel></rss>""",
    "entities of entities": "<!DOCTYPE rss [<!ENTITY a0 'lol'>"
    + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    + "]><rss version='2.0'><channel><item><title>&a11;</title></item></channel></rss>",
    "deep": "<rss version='2.0'><channel><item><title>ab</title><description>" + "<b>" * 20_000,
    "many attributes": "<rss version='2.0'><channel><item " + "a='1' " * 50_000 + "><title>ab</title></item></channel>",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_documents_fetch_nothing_and_end(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetch(*_: object) -> None:
        raise AssertionError("the parser opened a connection")

    monkeypatch.setattr(socket, "create_connection", fetch)
    monkeypatch.setattr(socket.socket, "connect", fetch)
    started = time.process_time()
    items, refused = read(tmp_path, HOSTILE[kind])
    assert time.process_time() - started < 5
    assert all("connection" not in entry.reason for entry in refused)
    assert all(len(item.value) < 1_000 and b"lol" * 100 not in item.value for item in items if kind != "deep")


def test_resuming_goes_on_behind_the_place_unless_the_document_changed(tmp_path: Path) -> None:
    report = Report()
    items, _ = read(tmp_path, RSS)
    done = {items[0].place.path: items[0].place}
    assert read(tmp_path, RSS, done=done, report=report)[0] == items[1:]
    assert report.skipped == {EARLIER: 1}
    assert len(read(tmp_path, RSS + "\n", done=done)[0]) == 2


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    os.write(writing, RSS.encode())
    os.close(writing)
    with os.fdopen(reading, "r") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert [entry.where for entry in read_feeds(["-"])] == ["stdin: entry 1", "stdin: entry 2"]


def test_any_file_that_is_named_is_read_but_a_folder_needs_feeds(tmp_path: Path) -> None:
    (tmp_path / "feed").write_text(RSS)
    assert len(list(read_feeds([str(tmp_path / "feed")]))) == 2
    with pytest.raises(InputError, match="no articles in this folder"):
        read_feeds([str(tmp_path)])


@pytest.mark.slow  # 2,107 documents
@pytest.mark.skipif(not CASES.exists(), reason=f"{CASES.name} is not beside the project (see NEWSWIRE_DATA)")
def test_every_document_of_the_collection_is_survived(tmp_path: Path) -> None:
    articles, documents, slow = 0, 0, []
    file = tmp_path / "feed.xml"
    with tarfile.open(CASES) as cases, warnings.catch_warnings():
        warnings.simplefilter("error")
        for member in cases:
            stream = cases.extractfile(member)
            if stream is None:
                continue
            file.write_bytes(stream.read())
            started = time.process_time()
            entries = list(read_feeds([str(file)], feed_url="https://example.org/feed"))
            if time.process_time() - started > SLOWEST_S:
                slow.append(member.name)
            documents += 1
            articles += sum(isinstance(entry, Item) for entry in entries)
            assert all(json.load(io.BytesIO(entry.value)) for entry in entries if isinstance(entry, Item)), member.name
    assert slow == []
    assert (documents, articles > 900) == (2_107, True)
