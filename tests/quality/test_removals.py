"""Measured bars of the text clean-up. `python -m tests.quality.removals` prints all figures."""

import tarfile

import pytest

from streams.core import html
from streams.core.normalise import NormaliseModels
from streams.models.normalise import load_normalise_models
from tests.data import DATA, needs_data
from tests.quality.figures import Figure, ratio, share
from tests.quality.plugin import Recorder
from tests.quality.removals import (
    ENDED,
    ENDINGS,
    INSERTIONS,
    MIXED,
    SEED,
    SETS,
    UNTOUCHED,
    Story,
    clean,
    ended,
    inserted,
    mixed,
    untouched,
)

pytestmark = [pytest.mark.quality, needs_data]


@pytest.fixture(scope="module")
def models() -> NormaliseModels:
    return load_normalise_models()


@pytest.mark.parametrize("name", sorted(SETS))
def test_inserted_paragraphs_are_found(name: str, models: NormaliseModels, card: Recorder) -> None:
    figures = inserted(SETS[name](DATA), models, INSERTIONS[name])
    card.tell(f"insertions, {name}: others lost {figures.others_lost}")
    card.check("removals", {f"{name}: inserted paragraphs found": _right(figures.found)}, f"seed {SEED}")


def test_inserted_paragraphs_of_any_set_are_found(models: NormaliseModels, card: Recorder) -> None:
    figures = mixed([read(DATA) for read in SETS.values()], models, MIXED)
    card.check("removals", {"any set: inserted paragraphs found": _right(figures.found)}, f"seed {SEED}")


@pytest.mark.parametrize("name", sorted(SETS))
def test_doubled_leads_and_tails_are_found(name: str, models: NormaliseModels, card: Recorder) -> None:
    found = ended(SETS[name](DATA), models, ENDED)
    card.check("removals", {f"{name}: {kind} found": _right(each) for kind, each in found.items()}, f"seed {SEED}")


@pytest.mark.parametrize("name", sorted(SETS))
def test_untouched_articles_stay_whole(name: str, models: NormaliseModels, card: Recorder) -> None:
    found = untouched(SETS[name](DATA), models, UNTOUCHED[name])
    card.tell(f"untouched, {name}: {found.by_rule}")
    foreign = ratio((rules["foreign_paragraph"], of) for _, of, rules in found.articles)
    figures = {f"{name}: own paragraphs taken for foreign": foreign}
    if name == "bbc":  # the others have litter of their pages, which is rightly gone
        lost = [(sum(n for rule, n in rules.items() if rule not in ENDINGS), of) for _, of, rules in found.articles]
        figures[f"{name}: own paragraphs removed, tails and credits aside"] = ratio(lost)
    card.check("removals", figures, f"seed {SEED}: {found.foreign[:3]}")


def _right(found: list[bool]) -> Figure:
    return share(sum(found), len(found))


def test_the_founding_article_is_cleaned_exactly(models: NormaliseModels) -> None:
    title, _, text = next((DATA / "seed").glob("*.txt")).read_text(encoding="utf-8").partition("\n")
    article = clean(Story(title, text), models)
    assert [item.rule for item in article.removed] == ["doubled_lead", "subheading", "foreign_paragraph", "tail"]
    assert "Azerbaijan" in article.removed[2].text
    lines = text.strip().split("\n")
    kept = article.text.split("\n\n")
    assert kept == [line for line in dict.fromkeys(lines) if line not in {item.text for item in article.removed[1:]}]


def test_real_pages_give_their_text(card: Recorder) -> None:
    with tarfile.open(DATA / "pages/articledata_html.tar.xz") as files:
        pages = [files.extractfile(m) for m in files.getmembers() if m.isfile()][:20]
        texts = [html.text_of(page.read().decode("utf-8", "replace")) for page in pages if page]
    found = sum(len(text.split()) >= 100 for text in texts)
    card.check("removals", {"pages with 100 words and more": share(found, len(texts))})
