"""Which IPTC Media Topics an article is about: TF-IDF of words and word pairs, one logistic regression per topic.

The same counting serves training and running, so a feature cannot mean two things. Stop words need no list
here: they are not in the vocabulary that training chose.
"""

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from streams.contracts import ids
from streams.contracts.events import ClassifiedArticle, Topic, UniqueArticle

POLICY_VERSION = "classify/3"  # counts up when the same model would give other topics
PART = "topics"  # its name in `skipped`
MODEL_LANGUAGE = "en"
SURE_OF_LANGUAGE = 0.8  # below it the detector may be wrong, and English is what most feeds carry

Floats = npt.NDArray[np.float64]

TITLE_COUNTS = 2  # times; a headline names the topic, and is a fiftieth of the words
MAX_CHARACTERS = 60_000  # some 10,000 words: past that it is a transcript, and its beginning tells the topic
MAX_WHY = 5  # words: enough to see a mistake, short enough for a table
FLOOR = 0.2  # probability; of cross-validated articles that pass no threshold, the best guess is right two times in
# three above it, one in two below

_WORD = re.compile(r"[^\W\d_]{2,}")  # two letters or more: possessives, initials and numbers fall away


class TopicModel(NamedTuple):
    """A trained classifier of V terms and K topics: the top concepts of IPTC, and finer ones below them."""

    vocabulary: Mapping[str, int]  # term (lower case; a pair is joined by a space) -> row
    idf: Floats  # [V]
    weights: Floats  # [V, K]
    bias: Floats  # [K]
    thresholds: Floats  # [K], probabilities from which a topic is given
    ids: tuple[str, ...]  # [K], qcodes such as medtop:11000000
    labels: tuple[str, ...]  # [K]
    parents: tuple[int, ...]  # [K], the column of its top concept; of a top concept its own
    wikidata: Mapping[str, str] = MappingProxyType({})  # qcode -> the id that IPTC matches it with exactly


class Features(NamedTuple):
    """The terms of one text that the vocabulary knows, in order of appearance; the values' norm is 1."""

    terms: list[str]
    rows: npt.NDArray[np.intp]
    values: Floats


def classify_article(article: UniqueArticle, model: TopicModel, *, origin: str, pipeline: str) -> ClassifiedArticle:
    """Return the article with its topics, or with the reason in `skipped` where the model cannot read its language."""
    language = article.language
    if language.code not in (MODEL_LANGUAGE, "und") and language.score >= SURE_OF_LANGUAGE:
        return unclassified_article(article, f"no model for language {language.code}", origin=origin, pipeline=pipeline)
    return _classified(article, classify(article.title, article.text, model), article.skipped, origin, pipeline)


def unclassified_article(article: UniqueArticle, reason: str, *, origin: str, pipeline: str) -> ClassifiedArticle:
    """Return the article without topics, with the reason why."""
    return _classified(article, (), {**article.skipped, PART: reason}, origin, pipeline)


def _classified(
    article: UniqueArticle, topics: tuple[Topic, ...], skipped: dict[str, str], origin: str, pipeline: str
) -> ClassifiedArticle:
    fields = dict(article)
    fields.update(event_id=ids.event_id(ClassifiedArticle.__name__, origin, pipeline), skipped=skipped, topics=topics)
    return ClassifiedArticle.model_construct(**fields)


def classify(title: str, text: str, model: TopicModel) -> tuple[Topic, ...]:
    """The topics of an English article, the likeliest first, ties by id. Empty when nothing is likely."""
    features = weigh(count_terms(title, text, model.vocabulary), model.vocabulary, model.idf)
    if not features.terms:
        return ()
    probabilities = rate(features, model)
    topics = [
        Topic(
            id=model.ids[topic],
            top=model.ids[model.parents[topic]],
            label=model.labels[topic],
            wikidata=model.wikidata.get(model.ids[topic]),
            score=round(float(probabilities[topic]), 3),
            why=_why(features, model.weights[features.rows, topic]),
        )
        for topic in choose(probabilities, model.thresholds, model.parents)
    ]
    return tuple(sorted(topics, key=lambda topic: (-topic.score, topic.id)))


def count_terms(title: str, text: str, known: Container[str] | None = None) -> Counter[str]:
    """How often each word and each pair of neighbouring words stands in the text, the title counted extra.

    With `known`, a vocabulary that holds both words of each of its pairs, only words and pairs of words in it are
    counted: what `weigh` makes of the counts is the same, in two thirds of the time.
    """
    counts: Counter[str] = Counter()
    for part in (text[:MAX_CHARACTERS], *[title] * TITLE_COUNTS):
        words = _WORD.findall(part.lower())
        neighbours = pairwise(words)
        if known is None:
            counts.update(words)
            counts.update(f"{left} {right}" for left, right in neighbours)
        else:
            counts.update([word for word in words if word in known])
            counts.update([f"{left} {right}" for left, right in neighbours if left in known and right in known])
    return counts


def weigh(counts: Mapping[str, int], vocabulary: Mapping[str, int], idf: Floats) -> Features:
    """(1 + log count) * idf of the known terms, scaled to length 1."""
    terms = [term for term in counts if term in vocabulary]
    rows = np.array([vocabulary[term] for term in terms], dtype=np.intp)
    values = (1 + np.log(np.array([counts[term] for term in terms], dtype=np.float64))) * idf[rows]
    return Features(terms, rows, values / (np.linalg.norm(values) or 1.0))


def rate(features: Features, model: TopicModel) -> Floats:
    """The probability of each topic, [K]."""
    logits = features.values @ model.weights[features.rows] + model.bias
    return np.asarray(1 / (1 + np.exp(-logits)), dtype=np.float64)


def choose(probabilities: Floats, thresholds: Floats, parents: Sequence[int]) -> Sequence[int]:
    """The top concepts from their thresholds on, or the best one if it reaches FLOOR; and what is finer below them."""
    tops = [topic for topic, parent in enumerate(parents) if topic == parent]
    passing = [int(topic) for topic in np.flatnonzero(probabilities >= thresholds)]
    best = tops[int(np.argmax(probabilities[tops]))]
    given = [topic for topic in passing if parents[topic] == topic]
    given = given or ([best] if probabilities[best] >= FLOOR else [])
    return [*given, *(topic for topic in passing if parents[topic] != topic and parents[topic] in given)]


def _why(features: Features, weights: Floats) -> tuple[str, ...]:
    """The terms that spoke most for a topic; none that only repeats the words of those before it."""
    gains = features.values * weights
    shown: list[str] = []
    for index in np.argsort(-gains, kind="stable"):
        if gains[index] <= 0 or len(shown) == MAX_WHY:
            break
        term = features.terms[index]
        if not set(term.split()) <= {word for other in shown for word in other.split()}:
            shown.append(term)
    return tuple(shown)
