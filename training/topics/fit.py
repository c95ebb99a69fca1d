"""From labelled articles to a calibrated TopicModel.

One L2 logistic regression per topic over TF-IDF, each term scaled by how much more often it stands with the topic
than without (Wang and Manning, "Baselines and bigrams", ACL 2012; here a root of that ratio). A word shares part of
its weight with the other forms of its stem; that sum is what the artefact holds, so nothing is stemmed at run time. An
article whose readers disagree about a topic is an example for and against it, in their proportion. The definitions of
the IPTC concepts stand beside the articles as small extra examples: they carry the words of topics that news of a few
weeks in 2022 hardly touches. Platt scaling (Platt 1999) and the thresholds come from out-of-fold scores, never from
scores on what a classifier was fitted to.
"""

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from spacy.lang.en.stop_words import STOP_WORDS

from streams.core.classify import Floats, TopicModel, weigh

SEED = 20
FOLDS = 5
MIN_DOCUMENTS = 3  # a term in fewer texts, all forms of a word together, is a name of the day
MAX_SHARE = 0.5  # of the texts; a term in more tells nothing
STRENGTH = 10.0  # C of the regressions; from 3 to 30 the cross-validated figures hardly move
SMOOTHING = 0.1  # added to a term's weight with and without a topic
SHARE_OF_RATIO = 0.5  # the power of a term's ratio: 0 is plain regression
LEAST_FINER = 15  # articles of a finer concept; with fewer it is not learnt
LEAST_PRECISION = 0.8  # of a finer concept, out of fold: it is given where the model is sure, or never
LEAST_GIVEN = 8  # articles that this precision is reckoned from, at least
DEFINITION_WEIGHT = 0.3  # of an article; without the definitions the rare topics lose most
THRESHOLDS = np.arange(0.15, 0.61, 0.025)  # where the best F1 is looked for; beyond, a rare topic's is an accident
SURE_THRESHOLDS = np.arange(0.3, 0.96, 0.025)
NEVER = 2.0  # a threshold that no probability reaches
ENDINGS = ("ations", "ation", "ingly", "ings", "ing", "edly", "ers", "ies", "ed", "es", "er", "ly", "s")
SHORTEST_STEM = 4  # letters
NOT_TOPICAL = frozenset(  # when it was written and who published it, not what it is about
    {
        *("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        *("january", "february", "march", "april", "may", "june", "july"),
        *("august", "september", "october", "november", "december", "today", "yesterday", "tomorrow"),
        *("said", "say", "says", "told", "added", "according", "isn", "doesn", "didn", "wasn", "ll", "ve"),
        *("afp", "ap", "reuters", "bbc", "cnn", "ips", "afrol", "kuna", "gna", "xinhua", "montsame"),
        *("efe", "pti", "gns", "kno", "ani", "scmp", "cbc", "rnz", "abc"),
    }
)

Matrix = npt.NDArray[np.bool_]


class Example(NamedTuple):
    """One text as counted terms, its topics as a row of K, and a key that its copies share.

    The first columns are the top concepts; those after them are finer ones. `shares` says which part of its readers
    gave each topic.
    """

    counts: Counter[str]
    topics: tuple[bool, ...]
    group: str
    shares: tuple[float, ...]


class Named(NamedTuple):
    """A topic: what it is called, and the column of its top concept (its own, of a top concept)."""

    id: str
    label: str
    parent: int


class Fitted(NamedTuple):
    """Uncalibrated regressions."""

    vocabulary: Mapping[str, int]
    idf: Floats
    weights: Floats
    bias: Floats


class Calibration(NamedTuple):
    """Per topic: probability = sigmoid(scale * logit + shift), and the probability from which it is given."""

    scale: Floats
    shift: Floats
    thresholds: Floats


def train(articles: Sequence[Example], definitions: Sequence[Example], named: Sequence[Named]) -> TopicModel:
    """The model of all articles, calibrated on folds of them, without the finer topics it is never sure of."""
    fitted = fit(articles, definitions)
    parents = [topic.parent for topic in named]
    scale, shift, thresholds = calibrate(out_of_fold(articles, definitions), topic_matrix(articles), parents)
    kept = [column for column, threshold in enumerate(thresholds) if threshold <= 1]
    return TopicModel(
        vocabulary=fitted.vocabulary,
        idf=fitted.idf,
        weights=(fitted.weights * scale)[:, kept],
        bias=(fitted.bias * scale + shift)[kept],
        thresholds=thresholds[kept],
        ids=tuple(named[column].id for column in kept),
        labels=tuple(named[column].label for column in kept),
        parents=tuple(kept.index(named[column].parent) for column in kept),
    )


def fit(articles: Sequence[Example], definitions: Sequence[Example]) -> Fitted:
    """Choose the vocabulary and fit one regression per topic."""
    examples = [*articles, *definitions]
    documents = [example.counts for example in examples]
    vocabulary, idf = choose_vocabulary(documents)
    forms = families(vocabulary, documents)
    features = (matrix(documents, vocabulary, idf) @ forms).tocsr()
    given = np.array([example.shares for example in examples])
    importance = np.array([1.0] * len(articles) + [DEFINITION_WEIGHT] * len(definitions))
    columns = [_regress(features, given[:, topic], importance) for topic in range(given.shape[1])]
    return Fitted(
        vocabulary, idf, forms @ np.column_stack([weights for weights, _ in columns]), np.array([b for _, b in columns])
    )


def _regress(features: csr_matrix, given: Floats, importance: Floats) -> tuple[Floats, float]:
    scales = _ratios(features, given)
    scaled = (features @ diags(scales)).tocsr()
    yes, no = np.flatnonzero(given > 0), np.flatnonzero(given < 1)
    weight = np.concatenate([(importance * given)[yes], (importance * (1 - given))[no]])
    # The dual solver is ten times faster here; what it has not settled in 100 rounds is in the fourth decimal.
    regression = LogisticRegression(
        C=STRENGTH, class_weight="balanced", solver="liblinear", dual=True, tol=3e-3, max_iter=100, random_state=SEED
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        regression.fit(scaled[np.concatenate([yes, no])], np.arange(len(weight)) < len(yes), sample_weight=weight)
    return regression.coef_[0] * scales, float(regression.intercept_[0])


def _ratios(features: csr_matrix, given: Floats) -> Floats:
    """How much each term tells for or against a topic, 1 on the average."""
    shares = []
    for part in (given, 1 - given):
        weight = SMOOTHING + np.asarray(features.T @ part).ravel()
        shares.append(weight / weight.sum())
    ratios = np.abs(np.log(shares[0] / shares[1]))
    return np.asarray((ratios / ratios.mean()) ** SHARE_OF_RATIO, dtype=np.float64)


def choose_vocabulary(documents: Sequence[Counter[str]]) -> tuple[dict[str, int], Floats]:
    """The terms worth a weight, in alphabetical order, and their smoothed inverse document frequency."""
    frequency: Counter[str] = Counter()
    of_stem: Counter[str] = Counter()
    for counts in documents:
        frequency.update(counts.keys())
        of_stem.update({stem(term) for term in counts if " " not in term})
    most = MAX_SHARE * len(documents)
    usual = {
        term
        for term, count in frequency.items()
        if (count if " " in term else of_stem[stem(term)]) >= MIN_DOCUMENTS and count <= most and _topical(term)
    }
    # Only pairs of terms: see count_terms, which at run time counts no others.
    terms = sorted(term for term in usual if all(word in usual for word in term.split()))
    idf = 1 + np.log((1 + len(documents)) / (1 + np.array([frequency[term] for term in terms])))
    # Rounded as the artefact stores it, so that what is fitted is what will run.
    return {term: row for row, term in enumerate(terms)}, idf.astype(np.float32).astype(np.float64)


def families(vocabulary: Mapping[str, int], documents: Sequence[Counter[str]]) -> csr_matrix:
    """[V, F], what is learnt from a term: a column for itself if enough texts have it, and for a word's stem."""
    frequency = Counter(term for counts in documents for term in counts if term in vocabulary)
    columns: dict[tuple[str, bool], int] = {}
    places = []
    for term, row in vocabulary.items():
        if frequency[term] >= MIN_DOCUMENTS:
            places.append((row, columns.setdefault((term, False), len(columns))))
        if " " not in term:
            places.append((row, columns.setdefault((stem(term), True), len(columns))))
    rows, learnt = zip(*places, strict=True)
    return csr_matrix((np.ones(len(places)), (rows, learnt)), shape=(len(vocabulary), len(columns)))


def stem(word: str) -> str:
    """The word without its ending, as far as spelling tells."""
    endings = (ending for ending in ENDINGS if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM)
    return word[: -len(ending)] if (ending := next(endings, "")) else word


def _topical(term: str) -> bool:
    return not any(word in STOP_WORDS or word in NOT_TOPICAL for word in term.split())


def matrix(documents: Sequence[Counter[str]], vocabulary: Mapping[str, int], idf: Floats) -> csr_matrix:
    """One row of features per document, made by the code that will run."""
    rows = [weigh(counts, vocabulary, idf) for counts in documents]
    starts = np.cumsum([0] + [len(row.rows) for row in rows])
    columns, values = (np.concatenate(part) for part in zip(*[(row.rows, row.values) for row in rows], strict=True))
    return csr_matrix((values, columns, starts), shape=(len(documents), len(vocabulary)))


def topic_matrix(examples: Sequence[Example]) -> Matrix:
    """[N, K], true where an example has a topic."""
    return np.array([example.topics for example in examples], dtype=np.bool_)


def folds(examples: Sequence[Example], seed: int = SEED) -> npt.NDArray[np.intp]:
    """A fold number for each example, the same for copies of one text."""
    groups = sorted({example.group for example in examples})
    order = np.random.default_rng(seed).permutation(len(groups)) % FOLDS
    fold_of = dict(zip(groups, order.tolist(), strict=True))
    return np.array([fold_of[example.group] for example in examples], dtype=np.intp)


def out_of_fold(articles: Sequence[Example], definitions: Sequence[Example], seed: int = SEED) -> Floats:
    """Logits [N, K], each article's from a fit without its fold."""
    fold_of = folds(articles, seed)
    logits = np.zeros((len(articles), len(articles[0].topics)))
    for fold in range(FOLDS):
        fitted = fit([a for a, f in zip(articles, fold_of, strict=True) if f != fold], definitions)
        held_out = fold_of == fold
        unseen = [a.counts for a, out in zip(articles, held_out, strict=True) if out]
        logits[held_out] = matrix(unseen, fitted.vocabulary, fitted.idf) @ fitted.weights + fitted.bias
    return logits


def calibrate(logits: Floats, topics: Matrix, parents: Sequence[int]) -> Calibration:
    """Platt scaling and the threshold of each topic, from out-of-fold logits.

    That of a top concept is half its best F1, that of a finer one the lowest at which it is right often enough.
    """
    parts = []
    for topic, parent in enumerate(parents):
        scale, shift = _platt(logits[:, topic], topics[:, topic])
        probabilities = 1 / (1 + np.exp(-(scale * logits[:, topic] + shift)))
        choose_threshold = half_of_best if topic == parent else sure_threshold
        parts.append((scale, shift, choose_threshold(probabilities, topics[:, topic])))
    scales, shifts, thresholds = (np.array(part) for part in zip(*parts, strict=True))
    return Calibration(scales, shifts, thresholds)


def _platt(logits: Floats, positive: Matrix) -> tuple[float, float]:
    platt = LogisticRegression(C=100.0, random_state=SEED).fit(logits.reshape(-1, 1), positive)
    return float(platt.coef_[0, 0]), float(platt.intercept_[0])


def sure_threshold(probabilities: Floats, positive: Matrix) -> float:
    """The lowest candidate from which on enough of those given are right; NEVER where there is none."""
    threshold = NEVER
    for candidate in SURE_THRESHOLDS[::-1]:
        given = probabilities >= candidate
        if given.sum() < LEAST_GIVEN:
            continue
        if positive[given].mean() < LEAST_PRECISION:
            break
        threshold = round(float(candidate), 3)
    return threshold


def half_of_best(probabilities: Floats, positive: Matrix) -> float:
    """Half the best F1 that any candidate reaches: the best threshold of calibrated probabilities.

    (Lipton, Elkan and Naryanaswamy, "Optimal thresholding of classifiers to maximize F1 measure", ECML 2014.) The
    height of a rare topic's curve is known better than the place of its top.
    """
    return round(max(f1(probabilities >= threshold, positive) for threshold in THRESHOLDS) / 2, 3)


def f1(given: Matrix, true: Matrix) -> float:
    """2 TP / (2 TP + FP + FN), 0 where there is nothing to find and nothing given."""
    both = int((given & true).sum())
    total = int(given.sum() + true.sum())
    return 2 * both / total if total else 0.0
