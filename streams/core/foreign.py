"""Paragraphs of another story: what a page's template or a copying hand left inside an article.

Each paragraph is compared with the rest of its article: how many of its words, weighted by rarity, and of its names
occur elsewhere in it; how near its subject is (word vectors) to the article's, to its neighbours' and to its nearest
paragraph's; how unusual all that is within this article; and whether it opens like a continuation ("He said", "But").
A small network, trained on paragraphs moved between articles (`training/foreign`), turns this into log odds.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

STEM_CHARS: Final = 6  # "Pakistan", "Pakistani" and "Pakistan's" are one term
SHORT_NUMBER_IDF: Final = 3.0  # of one or two digits: everywhere
NUMBER_IDF: Final = 4.0
MIN_NAME_IDF: Final = 1.5  # "I" and "The" in a headline's capitals are not names
_TINY: Final = 1e-6

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,]\d+)*|[.!?]['\"”’)]*(?=\s)|[“\"‘:]")
_SAID: Final = re.compile(r"\b(?:said|says|told|added|according|announced|tweeted|wrote)\b")
_FIRST_PERSON: Final = re.compile(r"\b(?:I|we|you|my|our|your|me|us)\b", re.IGNORECASE)
_PRONOUNS: Final = frozenset(
    ("he", "she", "they", "it", "his", "her", "their", "its", "we", "i", "this", "that", "these", "those", "him",
     "them", "such", "both")
)  # fmt: skip
_CONNECTIVES: Final = frozenset(
    ("but", "and", "however", "meanwhile", "also", "still", "yet", "so", "then", "instead", "moreover",
     "furthermore", "nevertheless", "despite", "while", "although", "though", "according", "earlier", "later",
     "after", "before", "since", "when", "if", "as", "for", "in", "at", "other", "another", "among", "even",
     "because", "not")
)  # fmt: skip

FEATURES: Final = (
    "shared", "shared_often", "shared_with_lead", "shared_with_neighbours", "near_article", "near_neighbours",
    "near_nearest", "near_title", "names", "names_shared", "names_alone", "names_met", "pronoun", "connective",
    "quoted", "first_person", "said", "words", "paragraphs", "place", "shared_unusual", "near_unusual", "weight_shared",
    "weight_alone", "rarest_shared", "second_rarest_shared", "rarest_near", "new_full_names", "shared_over_least",
    "near_over_least", "others_share",
)  # fmt: skip


class Network(NamedTuple):
    """One hidden layer of rectified units over standardised features; the output is log odds."""

    mean: Floats
    scale: Floats
    hidden: Floats
    hidden_bias: Floats
    output: Floats
    output_bias: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """Terms of a language with their rarity and meaning: row i is the term with index i."""

    index: Mapping[str, int]
    idf: Floats
    vectors: Floats  # of length 1, or 0 where the meaning is not known
    unseen_idf: float


@dataclass(frozen=True, slots=True, eq=False)
class ForeignModel:
    """All that is needed to judge articles of one language."""

    language: str
    vocabulary: Vocabulary
    network: Network


@dataclass(frozen=True, slots=True)
class ForeignPolicy:
    """When a paragraph is taken for one of another story."""

    # 0.17 % of the paragraphs of untouched articles score higher, many of them promotions and biographies.
    min_log_odds: float = 2.1
    min_paragraphs: int = 5  # fewer do not show what the article is about
    min_words: int = 8  # a shorter paragraph says too little to be judged
    max_found: int = 2  # an article with more strangers is a roundup: then nobody is one
    max_paragraphs: int = 200  # of books and transcripts nothing is judged: the tables would grow large
    max_chars: int = 100_000


DEFAULT_POLICY: Final = ForeignPolicy()


def find_foreign(
    title: str, paragraphs: Sequence[str], model: ForeignModel, policy: ForeignPolicy = DEFAULT_POLICY
) -> list[int]:
    """Return the indices of the paragraphs that belong to another story, the most certain first."""
    if len(paragraphs) > policy.max_paragraphs or sum(map(len, paragraphs)) > policy.max_chars:
        return []
    left = list(range(len(paragraphs)))
    found: list[int] = []
    while (stranger := _strangest(title, [paragraphs[at] for at in left], model, policy)) is not None:
        found.append(left.pop(stranger))
        if len(found) > policy.max_found:
            return []
    return found


def _strangest(title: str, paragraphs: Sequence[str], model: ForeignModel, policy: ForeignPolicy) -> int | None:
    if len(paragraphs) < policy.min_paragraphs:
        return None
    scores = log_odds(features(title, paragraphs, model.vocabulary), model.network)
    # The lead says what the story is; it cannot be foreign to it.
    judged = [at for at in range(1, len(paragraphs)) if len(paragraphs[at].split()) >= policy.min_words]
    best = max(judged, key=lambda at: float(scores[at]), default=0)
    return best if best and float(scores[best]) > policy.min_log_odds else None


def log_odds(table: Floats, network: Network) -> Floats:
    """Return for each row of features the log odds that the paragraph is foreign."""
    scaled = (table - network.mean) / network.scale
    hidden = np.maximum(scaled @ network.hidden + network.hidden_bias, 0)
    odds: Floats = hidden @ network.output + network.output_bias
    return odds


class _Text(NamedTuple):
    """Terms of a title or paragraph, as columns of the article's table."""

    terms: set[int]
    names: set[int]
    pairs: list[tuple[int, int]]  # two capitalised words in a row: first name and surname
    words: int
    first: str


class _Columns:
    """The distinct terms of an article in order of appearance."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.of_token: dict[str, int] = {}
        self._of: dict[str, int] = {}
        self.rows: list[int] = []
        self.idf: list[float] = []
        self._vocabulary = vocabulary

    def add(self, token: str) -> int:
        """Return the column of a token not met before in this spelling; a new one for a new term."""
        term = stem(token)
        found = self._of.get(term)
        if found is None:
            found = self._of[term] = len(self.rows)
            row = self._vocabulary.index.get(term, -1)
            self.rows.append(row)
            self.idf.append(self._idf(term, row))
        self.of_token[token] = found
        return found

    def _idf(self, term: str, row: int) -> float:
        if term[0].isdigit():
            return SHORT_NUMBER_IDF if len(term) <= 2 else NUMBER_IDF
        return self._vocabulary.unseen_idf if row < 0 else float(self._vocabulary.idf[row])


def stem(word: str) -> str:
    """Return the term that a word belongs to."""
    lower = word.lower()
    return (lower[:-2] if lower[-2:] in ("'s", "’s") else lower)[:STEM_CHARS]


def tokens(text: str) -> list[str]:
    """Return words, numbers and the marks after which a capital letter says nothing."""
    return _TOKEN.findall(text)


def _read(text: str, columns: _Columns) -> _Text:
    terms: set[int] = set()
    names: set[int] = set()
    pairs: list[tuple[int, int]] = []
    opens, last_name, words, first = True, -1, 0, ""
    for token in tokens(text):
        if not token[0].isalnum():
            opens, last_name = True, -1
            continue
        words += 1
        first = first or token.lower()
        column = columns.of_token.get(token, -1)
        if column < 0:
            column = columns.add(token)
        terms.add(column)
        capital = token[0].isupper() and len(token) > 1
        if capital and not opens:
            names.add(column)
            if last_name >= 0:
                pairs.append((last_name, column))
        last_name, opens = (column if capital else -1), False
    return _Text(terms, names, pairs, words, first)


def features(title: str, paragraphs: Sequence[str], vocabulary: Vocabulary) -> Floats:
    """Return one row of FEATURES for each paragraph of an article of at least three."""
    columns = _Columns(vocabulary)
    texts = [_read(text, columns) for text in (title, *paragraphs)]
    idf = np.array(columns.idf, dtype=np.float32)
    present = _incidence([text.terms for text in texts], len(idf))
    named = _incidence([text.names for text in texts], len(idf)) * (idf > MIN_NAME_IDF)
    count = present.sum(axis=0)
    elsewhere = count - present
    columns_of = {
        **_word_features(present, elsewhere, idf),
        **_meaning_features(present * idf, _vectors(columns, vocabulary), _logs([text.words for text in texts])),
        **_name_features(named, elsewhere > 0, idf),
        **_wording_features(paragraphs, texts[1:]),
        "new_full_names": np.array(
            [min(3, sum(bool(count[a] <= 1 and count[b] <= 1) for a, b in text.pairs)) for text in texts[1:]]
        ),
    }
    return np.column_stack([columns_of[name] for name in FEATURES]).astype(np.float32)


def _incidence(sets: Sequence[set[int]], width: int) -> Floats:
    table = np.zeros((len(sets), width), dtype=np.float32)
    for row, found in enumerate(sets):
        table[row, list(found)] = 1
    return table


def _vectors(columns: _Columns, vocabulary: Vocabulary) -> Floats:
    rows = np.array(columns.rows, dtype=np.intp)
    known: Floats = np.where((rows >= 0)[:, None], vocabulary.vectors[rows], 0).astype(np.float32)
    return known


def _logs(counts: Sequence[int]) -> Floats:
    return np.log1p(np.array(counts, dtype=np.float32))


def _word_features(present: Floats, elsewhere: Floats, idf: Floats) -> dict[str, Floats]:
    """Weighted shares of a paragraph's terms that occur elsewhere; row 0 of the tables is the title."""
    weights = (present * idf)[1:]
    total = weights.sum(axis=1) + _TINY
    met = weights * (elsewhere[1:] > 0)
    near = weights * _neighbour_terms(present)
    shared = met.sum(axis=1) / total
    others, unusual = _against_others(shared)
    rarest = np.partition(met, -2, axis=1) if met.shape[1] > 1 else np.zeros((len(met), 2), dtype=np.float32)
    return {
        "shared": shared,
        "shared_often": (weights * np.log1p(elsewhere[1:])).sum(axis=1) / total,
        "shared_with_lead": (weights * _lead_terms(present)).sum(axis=1) / total,
        "shared_with_neighbours": near.sum(axis=1) / total,
        "shared_unusual": unusual,
        "shared_over_least": _over_least(shared),
        "others_share": others,
        "weight_shared": np.log1p(met.sum(axis=1)),
        "weight_alone": np.log1p(np.maximum(total - met.sum(axis=1), 0)),
        "rarest_shared": rarest[:, -1],
        "second_rarest_shared": rarest[:, -2],
        "rarest_near": near.max(axis=1, initial=0),
    }


def _neighbour_terms(present: Floats) -> Floats:
    """Return for each paragraph the terms of the one before (never the title) and the one after it."""
    around = np.zeros_like(present[1:])
    around[1:] = present[1:-1]
    around[:-1] = np.maximum(around[:-1], present[2:])
    return around


def _lead_terms(present: Floats) -> Floats:
    """Return for each paragraph the terms of the title and the first two paragraphs, itself left out."""
    lead = np.tile(present[:3].max(axis=0), (len(present) - 1, 1))
    lead[0] = np.maximum(present[0], present[2])
    lead[1] = np.maximum(present[0], present[1])
    return lead


def _meaning_features(weights: Floats, vectors: Floats, lengths: Floats) -> dict[str, Floats]:
    """Cosines between the weighted mean vectors of paragraphs, and of the article without the paragraph."""
    means = weights @ vectors
    units = _unit(means)
    near_article = (units * _unit((units * lengths[:, None]).sum(axis=0) - units * lengths[:, None])).sum(axis=1)[1:]
    around = np.zeros_like(means)
    around[1:-1] += means[2:]
    around[2:] += means[1:-1]
    cosines = units @ units.T
    np.fill_diagonal(cosines, -1)
    return {
        "near_article": near_article,
        "near_neighbours": (units * _unit(around)).sum(axis=1)[1:],
        "near_nearest": cosines.max(axis=1)[1:],
        "near_title": (units @ units[0])[1:],
        "near_unusual": _against_others(near_article)[1],
        "near_over_least": _over_least(near_article),
    }


def _unit(table: Floats) -> Floats:
    unit: Floats = table / (np.linalg.norm(table, axis=-1, keepdims=True) + _TINY)
    return unit


def _name_features(named: Floats, met: npt.NDArray[np.bool_], idf: Floats) -> dict[str, Floats]:
    weights = named * idf
    number, number_met = named.sum(axis=1)[1:], (named * met).sum(axis=1)[1:]
    return {
        "names": np.log1p(number),
        # Smoothed, so that a paragraph without names is neither near nor far.
        "names_shared": ((weights * met).sum(axis=1)[1:] + 2) / (weights.sum(axis=1)[1:] + 4),
        "names_alone": np.log1p(number - number_met),
        "names_met": np.log1p(number_met),
    }


def _wording_features(paragraphs: Sequence[str], texts: Sequence[_Text]) -> dict[str, Floats]:
    last = len(paragraphs) - 1
    rows = [
        (
            text.first in _PRONOUNS,
            text.first in _CONNECTIVES,
            paragraph[:1] in "“\"‘'",
            np.log1p(len(_FIRST_PERSON.findall(paragraph))),
            _SAID.search(paragraph) is not None,
            np.log1p(text.words),
            np.log(last + 1),
            at / last,
        )
        for at, (paragraph, text) in enumerate(zip(paragraphs, texts, strict=True))
    ]
    table = np.array(rows, dtype=np.float32)
    names = ("pronoun", "connective", "quoted", "first_person", "said", "words", "paragraphs", "place")
    return {name: table[:, at] for at, name in enumerate(names)}


def _against_others(values: Floats) -> tuple[Floats, Floats]:
    """Return the mean of the other paragraphs, and by how many of their deviations each differs from it."""
    others = len(values) - 1
    mean = (values.sum() - values) / others
    variance = np.maximum(((values * values).sum() - values * values) / others - mean * mean, 0)
    return mean, (values - mean) / (np.sqrt(variance) + 0.05)


def _over_least(values: Floats) -> Floats:
    """Return by how much each value is above the least of the others."""
    least, second = np.partition(values, 1)[:2]
    over: Floats = values - np.where(values == least, second, least)
    return over
