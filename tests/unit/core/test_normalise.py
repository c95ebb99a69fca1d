import json
import time
from typing import Any

import pytest

from streams.contracts import ids
from streams.contracts.errors import Malformed
from streams.contracts.events import CleanArticle
from streams.core.normalise import NormaliseModels, normalise
from streams.models.foreign import load_foreign_model
from tests.unit.core.test_foreign import ARTICLE, STRANGER, TITLE

MODELS = NormaliseModels(detect=lambda _: [("en", 0.987654)], foreign=load_foreign_model())
RAW: dict[str, Any] = {"url": "https://www.example.org/a?utm_source=x", "title": "A title", "text": "Some text here."}


def clean(ingested_at: int | None = None, models: NormaliseModels = MODELS, **change: Any) -> CleanArticle:
    value = json.dumps(RAW | change).encode()
    return normalise(value, origin="news.raw:1:0:7", ingested_at=ingested_at, pipeline="p1", models=models)


def reason(**change: Any) -> str:
    with pytest.raises(Malformed) as error:
        clean(**change)
    return error.value.reason


def test_a_raw_article_becomes_a_clean_one() -> None:
    article = clean(authors="Ann Lee and Bo Berg", published_at="2026-04-07T15:00:00+04:00", rights="CC0")
    assert article == CleanArticle(
        event_id=ids.event_id("CleanArticle", "news.raw:1:0:7", "p1"),
        article_id=ids.article_id("url://www.example.org/a"),
        url="https://www.example.org/a?utm_source=x", canonical_url="https://www.example.org/a", guid=None,
        source="example.org", feed_url=None, rights="CC0", authors=("Ann Lee", "Bo Berg"),
        published_at="2026-04-07T15:00:00+04:00", modified_at=None, title="A title", text="Some text here.",
        removed=(), problems=(), language={"code": "und", "score": 0.988},
    )  # fmt: skip


@pytest.mark.parametrize("value", [None, b"", b"[]", b"\xff", b"{", b'{"a":' * 100 + b"1" + b"}" * 100])
def test_what_is_no_record_is_malformed(value: bytes | None) -> None:
    with pytest.raises(Malformed):
        normalise(value, origin="o", ingested_at=None, pipeline="p", models=MODELS)


def test_identity_comes_from_the_address_or_the_scoped_guid() -> None:
    assert reason(url="ftp://example.org/a") == "bad_url"
    assert reason(url=None, guid="7") == "no_identity"
    by_source = clean(url=None, guid="7", source=" Example Herald ")
    assert (by_source.source, by_source.canonical_url) == ("example herald", None)
    by_feed = clean(url=None, guid="7", feed_url="https://feeds.example.org/rss")
    assert by_feed.source == "example.org"
    assert by_feed.article_id != by_source.article_id
    by_name = clean(url=None, guid="7", feed_url="Feed-1")
    assert (by_name.source, by_name.feed_url) == ("feed-1", "Feed-1")
    assert by_name.article_id == ids.article_id("guid:Feed-1\n7")
    linked = clean(html='<link rel="canonical" href="/b">')
    assert linked.canonical_url == "https://www.example.org/b"
    assert linked.article_id == ids.article_id("url://www.example.org/b")


def test_an_address_may_name_its_host_by_ipv6() -> None:
    article = clean(url="http://[2001:db8::1]:8080/story", html='<link rel="canonical" href="/b">')
    assert (article.canonical_url, article.source) == ("http://[2001:db8::1]:8080/b", "2001:db8::1")


def test_text_is_preferred_then_html_then_summary() -> None:
    assert clean(html="<p>From html.</p>").text == "Some text here."
    assert clean(text=" ", html="<p>From html.</p><p>Two.</p>").text == "From html.\n\nTwo."
    assert clean(text=None, html="<p></p>", summary="From &lt;summary&gt;.").text == "From <summary>."
    assert clean(text="<p>Tags</p><p>in text.</p>").text == "Tags\n\nin text."


@pytest.mark.parametrize(
    "text",
    [
        "A title", "Advertisement\nShare this article", "Subscribe to our newsletter", "***", "…", "Read more",
        "LAST NEWS", "LAST NEWS:", "LAST NEWS\n\nRead more\n\nSubscribe to our newsletter", "Latest stories\n\n***",
        "Comments\n\nTrending now", "(Reuters)", "(Agence France-Presse)", "\uff08新华社\uff09",
        "(Reuters)\n\nLAST NEWS", "By Ann Lee", "By Ann Lee\n\n(AP)", "Reporting by Ann Lee; Editing by Bo Berg",
    ],
)  # fmt: skip
def test_an_article_without_text_of_its_own_is_malformed(text: str) -> None:
    assert reason(text=text) == "no_text"
    assert reason(title=" ") == "no_title"


@pytest.mark.parametrize(
    "text",
    [
        "More on the flood at ten.", "By Monday the river had fallen", "(It rained all night.)", "Rain", "1:0",
        "(Reuters) Rain fell on Elmford", "Three held in Elmford (Update)", "Comments\n\nRain fell on Elmford all day.",
        "(Reuters)\n\nRain fell on Elmford.",
    ],
)  # fmt: skip
def test_a_short_text_is_text(text: str) -> None:
    assert clean(text=text).text == text


@pytest.mark.parametrize("ingested_at", [None, 1_775_000_000_000])
def test_a_time_of_fetching_that_cannot_be_is_noted(ingested_at: int | None) -> None:
    article = clean(ingested_at=ingested_at, fetched_at="9000-01-01T00:00:00Z", published_at="2026-03-31T10:00:00Z")
    assert article.published_at == "2026-03-31T10:00:00+00:00"
    assert [(p.field, p.problem) for p in article.problems] == [("fetched_at", "in the future")]


def test_odd_dates_are_noted_and_left_out() -> None:
    article = clean(
        ingested_at=1_775_000_000_000, published_at="2036-01-01", modified_at="soon", fetched_at=float("nan")
    )
    assert (article.published_at, article.modified_at) == (None, None)
    assert [(p.field, p.problem, p.value) for p in article.problems] == [
        ("published_at", "in the future", "2036-01-01"), ("modified_at", "not a date", "soon"),
        ("fetched_at", "not a number", "NaN"),
    ]  # fmt: skip


def test_a_byline_fills_missing_authors_only() -> None:
    text = "By Bo Berg\nThe bridge stays open."
    assert clean(text=text).authors == ("Bo Berg",)
    assert clean(text=text, authors=["Ann Lee"]).authors == ("Ann Lee",)


def test_a_paragraph_of_another_story_goes_in_languages_that_the_model_knows() -> None:
    text = "\n".join([*ARTICLE[:3], STRANGER, *ARTICLE[3:]])
    assert [r.rule for r in clean(title=TITLE, text=text).removed] == ["foreign_paragraph"]
    german = NormaliseModels(detect=lambda _: [("de", 0.9)], foreign=MODELS.foreign)
    assert clean(title=TITLE, text=text, models=german).removed == ()


HOSTILE = {
    "titles": "A title\n" * 90_000,
    "letters": "a\n" * 300_000,
    "one word": "x" * 900_000,
    "one line": "word " * 150_000,
    "tails": "Tags\nFerry runs again\n" * 30_000,
    "bylines": "By Ann Lee\n" * 60_000,
    "headings": ("Heading\n" + "word " * 12 + ".\n") * 10_000,
    "tags": "<p" * 400_000,
    "entities": "&amp" * 200_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_time_out_of_proportion(name: str) -> None:
    started = time.process_time()
    try:
        clean(text=HOSTILE[name])
    except Malformed as error:
        assert error.reason == "no_text"
    assert time.process_time() - started < 20, "CPU seconds; the slowest takes about a tenth of that"


def test_a_title_of_any_length_is_read() -> None:
    assert len(clean(title="a - " * 200_000 + "b").title) == 800_001


def test_the_same_record_gives_the_same_bytes() -> None:
    assert clean().model_dump_json() == clean().model_dump_json()
