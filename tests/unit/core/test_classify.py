"""Topics of an article, on a model small enough to reckon by hand."""

import math

import numpy as np
import pytest

from streams.core.classify import FLOOR, MAX_CHARACTERS, TopicModel, choose, classify, count_terms, weigh

POLITICS, SPORT, WEATHER = range(3)
TERMS = ("goal", "minister", "parliament", "prime", "prime minister", "rain", "vote")
WEIGHTS = {
    "goal": (-2, 8, 0),
    "minister": (6, -1, 0),
    "parliament": (6, 0, 0),
    "prime": (1, 0, 0),
    "prime minister": (4, 0, 0),
    "rain": (0, 0, 6),
    "vote": (5, 0, 0),
}


def model(bias: float = -3.0, threshold: float = 0.5) -> TopicModel:
    return TopicModel(
        vocabulary={term: row for row, term in enumerate(TERMS)},
        idf=np.ones(len(TERMS)),
        weights=np.array([WEIGHTS[term] for term in TERMS], dtype=np.float64),
        bias=np.full(3, bias),
        thresholds=np.full(3, threshold),
        ids=("medtop:11000000", "medtop:15000000", "medtop:17000000"),
        labels=("politics and government", "sport", "weather"),
        parents=(0, 1, 2),
        wikidata={"medtop:15000000": "Q349"},
    )


def test_the_score_is_the_logistic_of_the_weighted_terms() -> None:
    (topic,) = classify("", "Parliament!", model())
    assert (topic.id, topic.top, topic.label) == ("medtop:11000000", "medtop:11000000", "politics and government")
    assert topic.score == round(1 / (1 + math.exp(-(6 - 3))), 3)
    assert topic.why == ("parliament",)


def test_several_topics_stand_in_the_order_of_their_scores() -> None:
    topics = classify("", "A goal, a goal, and another goal after the vote in parliament", model(bias=-2.0))
    assert [topic.label for topic in topics] == ["sport", "politics and government"]
    assert [topic.wikidata for topic in topics] == ["Q349", None]
    assert topics[0].score > topics[1].score


def test_equal_scores_stand_in_the_order_of_their_ids() -> None:
    even = model(bias=0.0)._replace(weights=np.zeros((len(TERMS), 3)))
    assert [topic.id for topic in classify("", "rain", even)] == list(even.ids)
    assert {topic.why for topic in classify("", "rain", even)} == {()}


def test_a_topic_below_its_threshold_is_not_given() -> None:
    text = "A goal after the vote"
    strict = model(bias=-2.0)._replace(thresholds=np.array([0.99, 0.5, 0.5]))
    assert [topic.label for topic in classify("", text, model(bias=-2.0))] == ["sport", "politics and government"]
    assert [topic.label for topic in classify("", text, strict)] == ["sport"]


@pytest.mark.parametrize(("probabilities", "given"), [
    ([0.6, 0.7, 0.1], [0, 1]),
    ([0.5, 0.1, 0.1], [0]),
    ([FLOOR, 0.1, 0.1], [0]),
    ([FLOOR - 0.001, 0.1, 0.1], []),
])  # fmt: skip
def test_with_none_at_its_threshold_the_best_is_given_from_the_floor_on(
    probabilities: list[float], given: list[int]
) -> None:
    assert list(choose(np.array(probabilities), np.full(3, 0.5), (0, 1, 2))) == given


@pytest.mark.parametrize(("probabilities", "given"), [
    ([0.6, 0.1, 0.7], [0, 2]),
    ([0.1, 0.6, 0.7], [1]),  # what is finer than a topic that is not given is not given
    ([0.3, 0.1, 0.7], [0, 2]),  # nor does it replace one
    ([0.6, 0.1, 0.4], [0]),
    ([0.1, 0.1, 0.9], []),
])  # fmt: skip
def test_a_finer_topic_is_given_below_its_top_concept_only(probabilities: list[float], given: list[int]) -> None:
    assert list(choose(np.array(probabilities), np.full(3, 0.5), (0, 1, 0))) == given


def test_a_finer_topic_names_its_top_concept() -> None:
    finer = model(bias=-1.0)._replace(parents=(0, 1, 0), ids=("medtop:1", "medtop:2", "medtop:3"))
    found = {topic.id: topic.top for topic in classify("", "Parliament! Parliament! Rain!", finer)}
    assert found == {"medtop:1": "medtop:1", "medtop:3": "medtop:1"}


@pytest.mark.parametrize("text", ["", "   ", "12 34 % …", "words that nobody has taught it", "世界新闻"])
def test_a_text_without_a_known_term_has_no_topic(text: str) -> None:
    assert classify("", text, model(bias=5.0)) == ()


def test_why_names_what_the_article_says_and_does_not_repeat_itself() -> None:
    (topic,) = classify("", "The Prime Minister faces a vote of Parliament", model())
    assert topic.why == ("minister", "parliament", "vote", "prime minister")


def test_the_title_counts_more_than_the_text() -> None:
    counts = count_terms("Vote", "vote rain")
    assert (counts["vote"], counts["rain"], counts["vote rain"]) == (3, 1, 1)


def test_no_pair_reaches_from_the_title_into_the_text() -> None:
    assert "prime minister" not in count_terms("prime", "minister")


def test_counting_with_the_vocabulary_gives_the_features_of_counting_without() -> None:
    known = model().vocabulary
    text = "Prime Minister's vote: the prime minister, the goal-rain minister. PRIME MINISTER"
    plain = weigh(count_terms("Prime minister", text), known, np.ones(len(TERMS)))
    fast = weigh(count_terms("Prime minister", text, known), known, np.ones(len(TERMS)))
    assert sorted(plain.terms) == sorted(fast.terms)
    assert dict(zip(plain.terms, plain.values, strict=True)) == pytest.approx(
        dict(zip(fast.terms, fast.values, strict=True))
    )


def test_only_the_beginning_of_a_very_long_text_is_read() -> None:
    assert classify("", "rain " * (MAX_CHARACTERS // 5) + "goal " * 50_000, model()) == classify(
        "", "rain " * (MAX_CHARACTERS // 5), model()
    )


def test_the_same_article_gives_the_same_topics() -> None:
    text = "The prime minister saw a goal in the rain before the vote in parliament. " * 40
    assert len({classify("A vote", text, model(bias=-2.0)) for _ in range(20)}) == 1
