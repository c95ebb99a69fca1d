"""Measured bars of the removals; `python -m tests.quality.removals` prints all figures."""

import tarfile

import pytest

from streams.core import html
from streams.core.normalise import NormaliseModels
from streams.models.normalise import load_normalise_models
from tests.data import DATA, needs_data
from tests.quality.removals import (
    ENDED,
    INSERTIONS,
    MIXED,
    SEED,
    SETS,
    UNTOUCHED,
    Story,
    clean,
    ended,
    inserted,
    interval,
    mixed,
    rows,
    untouched,
)

pytestmark = [pytest.mark.quality, needs_data]

# Floors and ceilings are set a little outside what is measured; they move only towards better.
MIN_FOUND = {"worldwide": 0.80, "bbc": 0.81, "allsides": 0.56}
MIN_FOUND_MIXED = 0.80
MIN_ENDED = 0.98
MAX_FOREIGN = {"worldwide": 0.004, "bbc": 0.0012, "allsides": 0.0034}
MAX_LOST = {"bbc": 0.003}


@pytest.fixture(scope="module")
def models() -> NormaliseModels:
    return load_normalise_models()


@pytest.mark.parametrize("name", sorted(SETS))
def test_inserted_paragraphs_are_found(name: str, models: NormaliseModels) -> None:
    figures = inserted(SETS[name](DATA), models, INSERTIONS[name])
    print(f"{name}: found {interval(figures.found)}, others lost {figures.others_lost}")
    assert figures.found_share >= MIN_FOUND[name], f"seed {SEED}"


def test_inserted_paragraphs_of_any_set_are_found(models: NormaliseModels) -> None:
    figures = mixed([read(DATA) for read in SETS.values()], models, MIXED)
    print(f"host and donor of any set: found {interval(figures.found)}, others lost {figures.others_lost}")
    assert figures.found_share >= MIN_FOUND_MIXED, f"seed {SEED}"


@pytest.mark.parametrize("name", sorted(SETS))
def test_doubled_leads_and_tails_are_found(name: str, models: NormaliseModels) -> None:
    for kind, found in ended(SETS[name](DATA), models, ENDED).items():
        print(f"{name}: {kind} {interval(found)}")
        assert sum(found) >= MIN_ENDED * len(found), f"seed {SEED}"


@pytest.mark.parametrize("name", sorted(SETS))
def test_untouched_articles_stay_whole(name: str, models: NormaliseModels) -> None:
    figures = untouched(SETS[name](DATA), models, UNTOUCHED[name])
    print(f"{name}: foreign {figures.foreign_share:.2%}, all but endings {figures.loss_share:.2%}, {figures.by_rule}")
    assert figures.foreign_share <= MAX_FOREIGN[name], f"seed {SEED}: {figures.foreign[:3]}"
    assert figures.loss_share <= MAX_LOST.get(name, 1), f"seed {SEED}"


def test_the_founding_article_is_cleaned_exactly(models: NormaliseModels) -> None:
    title, _, text = next((DATA / "seed").glob("*.txt")).read_text(encoding="utf-8").partition("\n")
    article = clean(Story(title, text), models)
    assert [item.rule for item in article.removed] == ["doubled_lead", "subheading", "foreign_paragraph", "tail"]
    assert "Azerbaijan" in article.removed[2].text
    lines = text.strip().split("\n")
    kept = article.text.split("\n\n")
    assert kept == [line for line in dict.fromkeys(lines) if line not in {item.text for item in article.removed[1:]}]


def test_real_pages_give_their_text(models: NormaliseModels) -> None:
    gold = [row["text"] for row in rows(DATA / "pages/articledata_gold.jsonl.gz")]
    with tarfile.open(DATA / "pages/articledata_html.tar.xz") as files:
        pages = [files.extractfile(m) for m in files.getmembers() if m.isfile()][:20]
        texts = [html.text_of(page.read().decode("utf-8", "replace")) for page in pages if page]
    found = sum(len(text.split()) >= 100 for text in texts)
    print(f"pages with at least 100 words: {found} of {len(texts)}; gold texts {len(gold)}")
    assert found >= 0.85 * len(texts)
