"""How good the shipped topic classifier is. Floors only rise: a figure is the command's, less what a refit moves it.

`python -m tests.quality.topics` prints the figures.
"""

import json
import re
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from streams.core.classify import TopicModel, classify
from streams.models.topics import PACKAGED, TOPICS, VOCABULARY, WEIGHTS, load_topic_model
from tests.data import DATA, needs_data
from tests.quality.figures import Figure, share
from tests.quality.plugin import Recorder
from tests.quality.topic_figures import topic_figures
from tests.quality.topics import Hits, Measured, measure, reliability, worst
from training.topics.corpus import Concept, concepts
from training.topics.fit import Example, Named, train
from training.topics.measure import Validated, quality
from training.topics.sections import AG, BBC, section_hits
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

FOUNDING: Final = DATA / "seed" / "000_3dcc83b6feb79a6a.txt"
FEWEST_LABELS: Final = 10  # articles of a topic; below it a topic is neither learnt nor measured
MAX_BYTES: Final = 4 * 1024 * 1024

pytestmark = pytest.mark.quality


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


@pytest.fixture(scope="module")
def measured() -> Measured:
    return measure(DATA)


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
def test_unseen_articles_get_their_topics(measured: Measured, card: Recorder) -> None:
    told = report("nested 5-fold", quality(measured.nested, measured.parents), measured.named)
    card.check("topics", topic_figures(measured.nested, measured.parents), told)


@needs_data
def test_the_articles_set_aside_get_their_topics(measured: Measured, card: Recorder) -> None:
    assert len(measured.split.seen) == TEST_ARTICLES
    figures = topic_figures(measured.split, measured.parents)
    card.check("topics", {f"set aside, {part}": figure for part, figure in figures.items() if "F1" in part})


@needs_data
def test_scores_are_what_they_say_they_are(measured: Measured, card: Recorder) -> None:
    said = measured.nested.probabilities[:, measured.tops]
    table = reliability(said, measured.nested.topics[:, measured.tops])
    figures = {"expected calibration error": table.expected_error, "Brier score": table.brier}
    card.check("topics", {part: Figure(value, said.size) for part, value in figures.items()}, table)


def test_a_score_that_says_too_much_is_seen() -> None:
    said, true = np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([[True, False], [False, False]])
    table = reliability(said, true)
    assert table.rows == ((2, 0.1, 0.0), (2, 0.9, 0.5))
    assert table.expected_error == table.likely_error == pytest.approx(0.25)
    assert table.brier == pytest.approx((0.01 + 0.81 + 0.01 + 0.01) / 4)


def test_the_worst_error_is_the_least_likely_label() -> None:
    said, true = np.array([[0.9, 0.1], [0.1, 0.2], [0.6, 0.5]]), np.array([[True, False], [True, False], [True, True]])
    assert worst(Validated(np.arange(3), true, true, said), [0, 1], 2) == [1, 2]


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
    found = {"BBC sections": section_hits(DATA, model, BBC), "AG sections": section_hits(DATA, model, AG)}
    card.check("topics", {part: _right(hits) for part, hits in found.items()})


@needs_data
def test_the_categories_of_unseen_articles_are_recognised(measured: Measured, card: Recorder) -> None:
    card.check("topics", {"MasakhaNEWS categories, unseen": _right(measured.masakhanews)})


def _right(hits: Hits) -> Figure:
    return share(sum(wanted == found for wanted, found in hits), len(hits))


@pytest.mark.skipif(not FOUNDING.is_file(), reason=f"no data at {FOUNDING}")
def test_the_founding_article_is_about_politics_and_a_peace_process(model: TopicModel) -> None:
    title, _, text = FOUNDING.read_text(encoding="utf-8").partition("\n")
    topics = classify(title, text, model)
    tops = [topic.label for topic in topics if topic.id == topic.top]
    assert set(tops[:2]) == {"politics and government", "conflict, war and peace"}, topics
    assert "international relations" in {topic.label for topic in topics}
    assert all(word in f"{title}\n{text}".lower() for topic in topics for word in topic.why)
