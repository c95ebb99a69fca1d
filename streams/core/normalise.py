"""The first stage: a raw record becomes a clean article, or is malformed.

bytes -> fields -> text (plain or HTML) -> paragraphs -> removals -> dates, language, ids -> CleanArticle
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from streams.contracts import ids
from streams.contracts.codec import decode_raw
from streams.contracts.errors import Malformed
from streams.contracts.events import CleanArticle, Language, Problem
from streams.contracts.topics import MAX_RAW_BYTES
from streams.core import clean_text, html
from streams.core.boilerplate import is_furniture
from streams.core.dates import Moment, latest_allowed, read_date, read_fetched
from streams.core.fields import RawFields, problem, read_fields
from streams.core.foreign import ForeignModel, ForeignPolicy, find_foreign
from streams.core.headline import read_title
from streams.core.language import Detector, LanguagePolicy, read_language
from streams.core.page_facts import Facts, read_facts
from streams.core.removals import Finding, Outcome, RemovalPolicy, take_out

POLICY_VERSION: Final = "normalise/5"


@dataclass(frozen=True, slots=True)
class NormalisePolicy:
    """Everything about this stage that could be set otherwise."""

    version: str = POLICY_VERSION
    removals: RemovalPolicy = field(default_factory=RemovalPolicy)
    foreign: ForeignPolicy = field(default_factory=ForeignPolicy)
    language: LanguagePolicy = field(default_factory=LanguagePolicy)


@dataclass(frozen=True, slots=True)
class NormaliseModels:
    """What has to be loaded before this stage can run."""

    detect: Detector
    foreign: ForeignModel


DEFAULT_POLICY: Final = NormalisePolicy()

LanguageOf = Callable[[str, str], Language]  # of a title and a text


def normalise(
    value: bytes | None,
    *,
    origin: str,
    ingested_at: int | None,
    pipeline: str,
    models: NormaliseModels,
    policy: NormalisePolicy = DEFAULT_POLICY,
) -> CleanArticle:
    """Turn the value of a raw record into a clean article.

    `ingested_at` is the broker's clock in ms since 1970 UTC; without it and `fetched_at` no date is in the future.

    Raises:
        Malformed: with one of the reasons that a raw record can have.
    """
    raw = read_fields(decode_raw(value, MAX_RAW_BYTES))
    canonical, source = _address(raw)
    identity = ids.identity(url=canonical, guid=raw.guid, feed_url=raw.feed_url, source=source)
    headline = read_title(raw.title, source, raw.url)
    language_of = _language_reader(raw, models, policy)
    outcome = _body(raw, headline.title, language_of, models, policy)
    facts = read_facts(raw.html) if raw.html and not (raw.authors and raw.published_at) else Facts()
    dates, date_problems = _dates(raw, facts.published, ingested_at)
    text = "\n\n".join(outcome.paragraphs)
    return CleanArticle(
        event_id=ids.event_id("CleanArticle", origin, pipeline),
        article_id=ids.article_id(identity),
        url=raw.url,
        canonical_url=canonical,
        guid=raw.guid,
        source=source,
        feed_url=raw.feed_url,
        rights=raw.rights,
        authors=raw.authors or facts.authors or outcome.authors,
        published_at=dates[0].iso,
        modified_at=dates[1].iso,
        title=headline.title,
        text=text,
        removed=(*headline.removed, *outcome.removed),
        problems=(*raw.problems, *date_problems),
        language=language_of(headline.title, text),
    )


def _address(raw: RawFields) -> tuple[str | None, str]:
    """Return the canonical address and the publisher."""
    given = clean_text.one_line(raw.source or "").lower()
    if raw.url is None:
        if not (given or raw.feed_url):
            raise Malformed("no_identity", "a guid needs a feed_url or a source beside it")
        return None, given or _feed(raw.feed_url or "")
    canonical = ids.canonical_url(raw.url)
    linked = html.canonical_link(raw.html, raw.url) if raw.html else None
    return linked or canonical, given or ids.registered_domain(raw.url)


def _feed(feed_url: str) -> str:
    """Return the publisher of a feed; a feed without an http address is one of its own."""
    try:
        return ids.registered_domain(feed_url)
    except Malformed:
        return clean_text.one_line(feed_url).lower()


def _language_reader(raw: RawFields, models: NormaliseModels, policy: NormalisePolicy) -> LanguageOf:
    @cache  # asked twice, mostly about the same sample
    def read(title: str, sample: str) -> Language:
        return read_language(models.detect, title, sample, raw.language, policy.language)

    return lambda title, text: read(title, text[: policy.language.sample_chars])


def _body(
    raw: RawFields, title: str, language_of: LanguageOf, models: NormaliseModels, policy: NormalisePolicy
) -> Outcome:
    def foreign(paragraphs: Sequence[str], title: str, _: RemovalPolicy) -> list[Finding]:
        if language_of(title, "\n\n".join(paragraphs)).code != models.foreign.language:
            return []
        found = find_foreign(title, paragraphs, models.foreign, policy.foreign)
        return [(at, "foreign_paragraph") for at in found]

    paragraphs, is_page = _paragraphs(raw)
    removals = policy.removals
    if is_page:  # its markup says what is a heading of the article, and extraction kept to that
        removals = replace(removals, max_subheading_words=0, max_capitals_words=0)
    outcome = take_out(paragraphs, title, removals, foreign)
    if not any(_is_text(text) for text in outcome.paragraphs):
        raise Malformed("no_text", "no article text is left once boilerplate is taken away")
    return outcome


def _is_text(paragraph: str) -> bool:
    return any(char.isalnum() for char in paragraph) and not is_furniture(paragraph)


def _paragraphs(raw: RawFields) -> tuple[Sequence[str], bool]:
    """Return the paragraphs of the best body that has any (text, html, summary), and whether it is a whole page."""
    for body, is_html in ((raw.text, False), (raw.html, True), (raw.summary, False)):
        if body is None:
            continue
        if is_html or html.has_markup(body):
            found = clean_text.paragraphs(clean_text.safe(html.text_of(body))[0])
        else:
            found = clean_text.paragraphs(clean_text.resolve_entities(body))
        if found:
            return found, html.is_page(body)
    return (), False


def _dates(
    raw: RawFields, page_published: str | None, ingested_at: int | None
) -> tuple[tuple[Moment, Moment], list[Problem]]:
    fetched = read_fetched(raw.fetched_at, ingested_at)
    latest = latest_allowed(fetched.instant, ingested_at)
    given = raw.published_at if raw.published_at not in (None, "") else page_published
    published, modified = (read_date(value, latest) for value in (given, raw.modified_at))
    named = (("published_at", given, published), ("modified_at", raw.modified_at, modified),
             ("fetched_at", raw.fetched_at, fetched))  # fmt: skip
    return (published, modified), [problem(n, m.problem, value) for n, value, m in named if m.problem]
