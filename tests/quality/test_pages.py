"""Floors of page text; `python -m tests.quality.pages` prints all figures."""

import pytest

from streams.core import html
from streams.models.normalise import load_normalise_models
from tests.data import needs_data
from tests.quality.figures import Figure, share
from tests.quality.pages import (
    BASELINE,
    SETTINGS,
    cleaned,
    difference,
    extracted,
    facts,
    mean,
    read_pages,
    score,
)
from tests.quality.plugin import Recorder

pytestmark = [pytest.mark.quality, needs_data]


def test_page_text_is_better_than_the_baseline(card: Recorder) -> None:
    pages, models = read_pages(), load_normalise_models()
    articles = [cleaned(page, models) for page in pages]
    baseline = [score(extracted(page, SETTINGS[BASELINE]), page.text) for page in pages]
    reader = [score(html.text_of(page.markup), page.text) for page in pages]
    event = [score(a.text if a else "", page.text) for a, page in zip(articles, pages, strict=True)]
    right = facts(pages, articles)
    figures = {
        "4-gram F1 of the event": Figure(mean(event).f1, len(pages)),
        "4-gram F1 of the event, above trafilatura's": difference(event, baseline),
        "4-gram F1 of the page reader, above trafilatura's": difference(reader, baseline),
        "title": share(right.titles, right.pages),
        "date": share(right.dates, right.dated),
        "authors": share(right.authors, right.authored),
    }
    card.check("pages", figures)
