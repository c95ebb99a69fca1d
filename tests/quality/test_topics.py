"""How good the shipped topic classifier is. Floors only rise: a figure is the command's, less what a refit moves it.

`python -m training.topics.train --data ../shared/data` and `--measure-sections` print the figures.
"""

import json
import os
import re
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from streams.core.classify import TopicModel, classify
from streams.models.topics import PACKAGED, TOPICS, VOCABULARY, WEIGHTS, load_topic_model
from tests.quality.figures import share
from tests.quality.plugin import Recorder
from tests.quality.topic_figures import topic_figures
from training.topics.corpus import Concept, concepts
from training.topics.fit import Example, Named, train
from training.topics.measure import AG, BBC, decide, outer_folds, quality, section_counts
from training.topics.train import (
    LABELS,
    TEST_ARTICLES,
    definition_examples,
    labelled_articles,
    learnt,
    report,
    stratified,
    write,
)

PROJECT: Final = Path(__file__).parents[2]
DATA: Final = Path(os.environ.get("NEWSWIRE_DATA", PROJECT.parent / "shared" / "data"))
FOUNDING: Final = DATA / "seed" / "000_3dcc83b6feb79a6a.txt"
FEWEST_LABELS: Final = 10  # articles of a topic; below it a topic is neither learnt nor measured
MAX_BYTES: Final = 4 * 1024 * 1024

pytestmark = pytest.mark.quality
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no data at {DATA}")


@pytest.fixture(scope="module")
def model() -> TopicModel:
    return load_topic_model()


@pytest.fixture(scope="module")
def known() -> list[Concept]:
    return concepts(DATA)


@pytest.fixture(scope="module")
def named(known: list[Concept]) -> list[Named]:
    return learnt(known)


@pytest.fixture(scope="module")
def articles(named: list[Named]) -> list[Example]:
    return labelled_articles(DATA, named)


def test_the_artefact_is_small_plain_and_names_no_machine(model: TopicModel) -> None:
    files = [path for path in PACKAGED.iterdir() if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= MAX_BYTES
    for path in files:
        assert not re.search(rb"/(?:home|root|work|tmp|Users)/", path.read_bytes()), path
    assert model.weights.shape == (len(model.vocabulary), len(model.ids))
    assert sum(column == parent for column, parent in enumerate(model.parents)) == 17
    assert np.isfinite(model.weights).all()


def test_a_pair_is_in_the_vocabulary_only_with_both_its_words(model: TopicModel) -> None:
    assert all(word in model.vocabulary for term in model.vocabulary for word in term.split())


def test_the_labels_name_texts_and_quote_none() -> None:
    labels = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    described = json.loads((PACKAGED / TOPICS).read_text(encoding="utf-8"))["topics"]
    topics = {topic["id"] for topic in described if "top" not in topic}
    assert all(set(label) == {"source", "id", "sha256", "readings", "topics", "finer"} for label in labels)
    assert all(label["topics"] and set(label["topics"]) <= topics for label in labels)
    assert all(len(label["readings"]) == 2 and label["readings"][1] for label in labels)
    assert all(
        label["readings"][0] == label["topics"] for label in labels if label["readings"][0] == label["readings"][1]
    )
    assert len({(label["source"], label["id"]) for label in labels}) == len(labels)
    for topic in topics:
        assert sum(topic in label["topics"] for label in labels) >= FEWEST_LABELS, topic


@needs_data
def test_unseen_articles_get_their_topics(
    articles: list[Example], known: list[Concept], named: list[Named], card: Recorder
) -> None:
    parents = [topic.parent for topic in named]
    decided = decide(articles, definition_examples(known, named), parents, outer_folds(articles))
    told = report("nested 5-fold", quality(*decided, parents), named)
    card.check("topics", topic_figures(decided, parents), told)


@needs_data
def test_the_split_to_measure_on_has_its_share_of_each_topic(articles: list[Example], named: list[Named]) -> None:
    chosen = stratified(articles, [topic.parent for topic in named])
    assert len(set(chosen)) == TEST_ARTICLES
    for column, topic in enumerate(named):
        if column == topic.parent:
            share = sum(articles[index].topics[column] for index in chosen) / TEST_ARTICLES
            assert share == pytest.approx(sum(a.topics[column] for a in articles) / len(articles), abs=0.04), topic


@needs_data
def test_training_again_makes_the_shipped_artefact(
    articles: list[Example], known: list[Concept], named: list[Named], tmp_path: Path
) -> None:
    again = train(articles, definition_examples(known, named), named)
    write(again, known, tmp_path)
    for name in (VOCABULARY, TOPICS):
        assert (tmp_path / name).read_bytes() == (PACKAGED / name).read_bytes(), name
    # The bytes are equal on one CPU family; another may round the last digit otherwise.
    with np.load(tmp_path / WEIGHTS) as made, np.load(PACKAGED / WEIGHTS) as shipped:
        for name in shipped.files:
            np.testing.assert_allclose(made[name], shipped[name], rtol=2e-3, atol=2e-3, err_msg=name)


@needs_data
def test_other_newsrooms_sections_are_recognised(model: TopicModel, card: Recorder) -> None:
    counts = {"BBC sections": section_counts(DATA, model, BBC), "AG sections": section_counts(DATA, model, AG)}
    card.check("topics", {name: share(*each) for name, each in counts.items()})


@pytest.mark.skipif(not FOUNDING.is_file(), reason=f"no data at {FOUNDING}")
def test_the_founding_article_is_about_politics_and_a_peace_process(model: TopicModel) -> None:
    title, _, text = FOUNDING.read_text(encoding="utf-8").partition("\n")
    topics = classify(title, text, model)
    tops = [topic.label for topic in topics if topic.id == topic.top]
    assert set(tops[:2]) == {"politics and government", "conflict, war and peace"}, topics
    assert "international relations" in {topic.label for topic in topics}
    assert all(word in f"{title}\n{text}".lower() for topic in topics for word in topic.why)
