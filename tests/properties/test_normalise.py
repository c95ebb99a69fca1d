"""Whatever arrives becomes a clean article or is malformed, and what is clean stays clean."""

import json
import re
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.contracts.codec import decode, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import CleanArticle
from streams.core.normalise import normalise
from tests.unit.core.test_normalise import MODELS

UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
RELAXED = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])

any_text = st.text(st.characters(exclude_categories=()), max_size=80)
lines = st.sampled_from(
    ["Advertisement", "LAST NEWS", "By Ann Lee", "A short heading", "It has ended here.", "Read more: other", "…",
     "The council of Elmford voted on Tuesday to keep the old bridge over the river open for another year.",
     "Striker Paulo Mendes scored twice as Santos beat Corinthians in the Brazilian football league on Sunday.",
     "<p>Tagged &amp; <b>bold</b></p>", "© 2026 Herald", "Reporting by Ann Lee; Editing by Bo Berg", "wrapped line and"]
)  # fmt: skip
bodies = st.lists(st.one_of(lines, any_text), max_size=12).flatmap(
    lambda parts: st.sampled_from(["\n", "\n\n", "\r\n", "\n    "]).map(lambda between: between.join(parts))
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), any_text)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(any_text, inner, max_size=3))
NAMES = ("guid", "source", "summary", "authors", "language", "feed_url", "rights", "other")
dates = st.one_of(values, st.datetimes().map(str), st.sampled_from(["2026-04-07T15:00:00+04:00", "1 Jan 20 10:00"]))
records = st.fixed_dictionaries(
    {
        "url": st.one_of(st.just("https://example.org/a"), values, any_text.map(lambda tail: "http://" + tail)),
        "title": st.one_of(st.just("Old bridge stays open"), any_text, values),
        "text": st.one_of(bodies, values),
    },
    optional={
        **dict.fromkeys(NAMES, values),
        "html": st.one_of(bodies, values),
        "published_at": dates,
        "modified_at": dates,
        "fetched_at": dates,
    },
)


def run(value: bytes | None) -> CleanArticle | None:
    try:
        return normalise(value, origin="t:1:0:0", ingested_at=1_775_000_000_000, pipeline="p", models=MODELS)
    except Malformed:
        return None


def raw(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode()


@RELAXED
@given(st.one_of(st.none(), st.binary(max_size=300)))
def test_any_bytes_are_an_article_or_malformed(value: bytes | None) -> None:
    run(value)


@RELAXED
@given(records)
def test_any_record_is_a_storable_article_or_malformed(record: dict[str, Any]) -> None:
    article = run(raw(record))
    if article is None:
        return
    assert decode(CleanArticle, encode(article)) == article
    for text in (article.title, article.text, article.source, *article.authors, *(r.text for r in article.removed)):
        assert not UNSAFE.search(text), ascii(text)
    assert all(part and part == part.strip() and "\n" not in part for part in article.text.split("\n\n"))
    assert article.title
    assert run(raw(record)) == article


@RELAXED
@given(bodies)
def test_a_clean_text_loses_nothing_more(body: str) -> None:
    record = {"url": "https://example.org/a", "title": "Old bridge stays open"}
    first = run(raw(record | {"text": body}))
    if first is None or "<" in first.text or "&" in first.text:
        return  # text that resolves to markup is markup when it comes back
    again = run(raw(record | {"text": first.text}))
    assert again is not None
    assert again.removed == ()
    assert again.text == first.text
