"""Paragraphs of another story: what a page's template or a copying hand left inside an article.

Each paragraph is compared with the rest of its article: how many of its words, weighted by rarity, and of its names
occur elsewhere in it; how near its subject is (word vectors) to the article's, to its neighbours' and to its nearest
paragraph's; how unusual all that is within this article; and whether it opens like a continuation ("He said", "But").
A small network, trained on paragraphs moved between articles (`training/foreign`), turns this into log odds.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

CACHED_WORDS: Final = 1 << 16  # spellings whose term is kept at hand
STEM_CHARS: Final = 6  # "Pakistan", "Pakistani" and "Pakistan's" are one term
SHORT_NUMBER_IDF: Final = 3.0  # of one or two digits: everywhere
NUMBER_IDF: Final = 4.0
MIN_NAME_IDF: Final = 1.5  # "I" and "The" in a headline's capitals are not names
MIN_TELLING_IDF: Final = 1.5  # more frequent terms are near to every other
NEAR_COSINE: Final = 0.6  # a term with no nearer one elsewhere is new
FEW: Final = 4  # paragraphs that one of the same story is like
MAX_SCALED: Final = 4.0  # deviations; beyond them the network has seen nothing
_TINY: Final = 1e-6

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,]\d+)*|[.!?]['\"”’)]*(?=\s)|[“\"‘:]")
_SAID: Final = re.compile(r"\b(?:said|says|told|added|according|announced|tweeted|wrote)\b")
_THIRD_PERSON: Final = re.compile(r"\b(?:he|she|his|her|him)\b", re.IGNORECASE)
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
    # terms that occur elsewhere
    "shared", "shared_often", "shared_with_lead", "shared_with_neighbours", "weight_shared", "weight_alone",
    "rarest_shared", "second_rarest_shared", "rarest_near", "others_share", "shared_over_least",
    # terms of a paragraph against those of another, as cosine
    "alike_nearest", "alike_second", "alike_few", "alike_all", "alike_title", "alike_rest", "alike_lead",
    "alike_before", "alike_after", "alike_gap", "alike_in_article",
    # meaning
    "near_article", "near_neighbours", "near_nearest", "near_second", "near_few", "near_title", "near_lead",
    "near_before", "near_after", "near_gap", "near_over_least", "near_in_article",
    # the nearest term elsewhere to each of a paragraph's terms
    "met", "met_with_neighbours", "met_with_lead", "met_nearest", "unmet", "least_met",
    # names
    "names", "names_shared", "names_alone", "names_met", "new_full_names", "new_surnames",
    # wording and place
    "pronoun", "connective", "quoted", "first_person", "third_person", "said", "words", "mean_words", "paragraphs",
    "place", "mean_rarity",
    # by how many of the article's deviations a value is unusual
    "unusual_shared", "unusual_shared_often", "unusual_shared_with_lead", "unusual_near_article",
    "unusual_near_nearest", "unusual_near_neighbours", "unusual_near_few", "unusual_alike_nearest",
    "unusual_alike_few", "unusual_alike_rest", "unusual_met", "unusual_met_with_neighbours", "unusual_met_with_lead",
    # the share of paragraphs with a lower value
    "rank_shared", "rank_near_article", "rank_near_few", "rank_alike_few", "rank_alike_rest", "rank_met",
)  # fmt: skip
_UNUSUAL: Final = tuple(name.removeprefix("unusual_") for name in FEATURES if name.startswith("unusual_"))
_RANKED: Final = tuple(name.removeprefix("rank_") for name in FEATURES if name.startswith("rank_"))


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

    # 0.15 % of the paragraphs of untouched articles score higher (AllSides, first half).
    min_log_odds: float = 1.5
    # Few paragraphs, often one on each side of a matter, show less of what a story is about.
    short_paragraphs: int = 8  # fewer are a short article
    short_min_log_odds: float = 2.1
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
    short = len(paragraphs) < policy.short_paragraphs
    least = policy.short_min_log_odds if short else policy.min_log_odds
    return best if best and float(scores[best]) > least else None


def log_odds(table: Floats, network: Network) -> Floats:
    """Return for each row of features the log odds that the paragraph is foreign."""
    scaled = np.clip((table - network.mean) / network.scale, -MAX_SCALED, MAX_SCALED)
    hidden = np.maximum(scaled @ network.hidden + network.hidden_bias, 0)
    odds: Floats = hidden @ network.output + network.output_bias
    return odds


class _Text(NamedTuple):
    """Terms of a title or paragraph, as columns of the article's table."""

    terms: list[int]  # of every word
    names: list[int]
    pairs: list[tuple[int, int]]  # two capitalised words in a row: first name and surname
    first: str


_UNSEEN, _SHORT_NUMBER, _NUMBER = -1, -2, -3  # in place of a vocabulary's row


class _Columns:
    """The distinct terms of an article in order of appearance."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.of_token: dict[str, tuple[int, bool]] = {}  # the column, -1 of a mark; whether the word may be a name
        self.of_term: dict[str, int] = {}
        self._rows: list[int] = []
        self._vocabulary = vocabulary

    def add(self, token: str) -> tuple[int, bool]:
        """Return the column of a token not met before in this spelling; a new one for a new term."""
        first = token[0]
        if not first.isalnum():
            entry = self.of_token[token] = (-1, False)
            return entry
        term = stem(token)
        column = self.of_term.setdefault(term, len(self._rows))
        if column == len(self._rows):
            number = _SHORT_NUMBER if len(term) <= 2 else _NUMBER
            self._rows.append(number if first.isdigit() else self._vocabulary.index.get(term, _UNSEEN))
        entry = self.of_token[token] = (column, first.isupper() and len(token) > 1)
        return entry

    def idf(self) -> Floats:
        rows = np.array(self._rows, dtype=np.intp)
        others = np.array((NUMBER_IDF, SHORT_NUMBER_IDF, self._vocabulary.unseen_idf), dtype=np.float32)
        return np.where(rows >= 0, self._vocabulary.idf[rows], others[np.minimum(rows, _UNSEEN)])

    def vectors(self) -> Floats:
        rows = np.array(self._rows, dtype=np.intp)
        return np.where((rows >= 0)[:, None], self._vocabulary.vectors[rows], np.float32(0))


@lru_cache(maxsize=CACHED_WORDS)
def stem(word: str) -> str:
    """Return the term that a word belongs to."""
    lower = word.lower()
    return (lower[:-2] if lower[-2:] in ("'s", "’s") else lower)[:STEM_CHARS]


def tokens(text: str) -> list[str]:
    """Return words, numbers and the marks after which a capital letter says nothing."""
    return _TOKEN.findall(text)


def _read(text: str, columns: _Columns) -> _Text:
    terms: list[int] = []
    names: list[int] = []
    pairs: list[tuple[int, int]] = []
    opens, last_name = True, -1
    found = tokens(text)
    known, add = columns.of_token.get, columns.add
    for token in found:
        column, capital = known(token) or add(token)
        if column < 0:
            opens, last_name = True, -1
            continue
        terms.append(column)
        if not capital:
            opens, last_name = False, -1
            continue
        if not opens:
            names.append(column)
            if last_name >= 0:
                pairs.append((last_name, column))
        opens, last_name = False, column
    return _Text(terms, names, pairs, next((token.lower() for token in found if token[0].isalnum()), ""))


class _Table(NamedTuple):
    """An article as numbers; row 0 is the title, row i paragraph i; the columns are terms."""

    texts: list[_Text]
    idf: Floats
    vectors: Floats
    present: Floats  # 1 where a term occurs
    elsewhere: Floats  # in how many other rows it occurs

    @property
    def weights(self) -> Floats:
        weights: Floats = self.present * self.idf
        return weights


def _table(title: str, paragraphs: Sequence[str], vocabulary: Vocabulary) -> _Table:
    columns = _Columns(vocabulary)
    texts = [_read(text, columns) for text in (title, *paragraphs)]
    present = _incidence([text.terms for text in texts], len(columns.of_term))
    return _Table(texts, columns.idf(), columns.vectors(), present, present.sum(axis=0) - present)


def features(title: str, paragraphs: Sequence[str], vocabulary: Vocabulary) -> Floats:
    """Return one row of FEATURES for each paragraph of an article of at least three."""
    table = _table(title, paragraphs, vocabulary)
    values = {
        **_word_features(table),
        **_alike_features(table),
        **_meaning_features(table),
        **_met_features(table),
        **_name_features(table),
        **_wording_features(paragraphs, table),
    }
    values |= {f"unusual_{name}": _unusual(values[name]) for name in _UNUSUAL}
    values |= {f"rank_{name}": _rank(values[name]) for name in _RANKED}
    return np.column_stack([values[name] for name in FEATURES]).astype(np.float32)


def _incidence(found: Sequence[Sequence[int]], width: int) -> Floats:
    table = np.zeros((len(found), width), dtype=np.float32)
    for row, columns in enumerate(found):
        table[row, columns] = 1
    return table


def _word_features(table: _Table) -> dict[str, Floats]:
    """Weighted shares of a paragraph's terms that occur elsewhere."""
    weights, elsewhere = table.weights[1:], table.elsewhere[1:]
    total = weights.sum(axis=1) + _TINY
    met = weights * (elsewhere > 0)
    near = weights * _neighbour_terms(table.present)
    shared = met.sum(axis=1) / total
    rarest = np.partition(met, -2, axis=1) if met.shape[1] > 1 else np.zeros((len(met), 2), dtype=np.float32)
    return {
        "shared": shared,
        "shared_often": (weights * np.log1p(elsewhere)).sum(axis=1) / total,
        "shared_with_lead": (weights * (_of_lead(table.present) > 0)).sum(axis=1) / total,
        "shared_with_neighbours": near.sum(axis=1) / total,
        "shared_over_least": _over_least(shared),
        "others_share": (shared.sum() - shared) / (len(shared) - 1),
        "weight_shared": np.log1p(met.sum(axis=1)),
        "weight_alone": np.log1p(np.maximum(total - met.sum(axis=1), 0)),
        "rarest_shared": rarest[:, -1],
        "second_rarest_shared": rarest[:, -2],
        "rarest_near": near.max(axis=1, initial=0),
        "mean_rarity": total / (table.present[1:].sum(axis=1) + 1),
    }


def _neighbour_terms(present: Floats) -> Floats:
    """Return for each paragraph the terms of the one before (never the title) and the one after it."""
    around = np.zeros_like(present[1:])
    around[1:] = present[1:-1]
    around[:-1] = np.maximum(around[:-1], present[2:])
    return around


def _of_lead(values: Floats) -> Floats:
    """Return for each paragraph the sum of the title's row and the first two paragraphs', its own left out."""
    lead = np.tile(values[:3].sum(axis=0), (len(values) - 1, 1))
    lead[:2] -= values[1:3]
    return lead


def _alike_features(table: _Table) -> dict[str, Floats]:
    """Cosines between the weighted terms of paragraphs."""
    weights = table.weights
    units = _unit(weights)
    return {
        **_pair_features("alike", units),
        "alike_rest": (units * _unit(weights.sum(axis=0) - weights)).sum(axis=1)[1:],
        "alike_lead": (units[1:] * _unit(_of_lead(weights))).sum(axis=1),
    }


def _meaning_features(table: _Table) -> dict[str, Floats]:
    """Cosines between the weighted mean vectors of paragraphs, and of the article without the paragraph."""
    means = table.weights @ table.vectors
    units = _unit(means)
    long = units * np.log1p(np.array([len(text.terms) for text in table.texts], dtype=np.float32))[:, None]
    around = np.zeros_like(means)
    around[1:-1] += means[2:]
    around[2:] += means[1:-1]
    near_article = (units * _unit(long.sum(axis=0) - long)).sum(axis=1)[1:]
    return {
        **_pair_features("near", units),
        "near_article": near_article,
        "near_neighbours": (units * _unit(around)).sum(axis=1)[1:],
        "near_lead": (units[1:] * _unit(_of_lead(means))).sum(axis=1),
        "near_over_least": _over_least(near_article),
    }


def _pair_features(kind: str, units: Floats) -> dict[str, Floats]:
    """How like a paragraph is to single other ones, and whether those around it would be liker without it."""
    cosines = units @ units.T
    among = cosines[1:, 1:].copy()
    np.fill_diagonal(among, 0)
    number = len(among)
    ranked = np.sort(among, axis=1)[:, ::-1]
    before, after, over = (np.zeros(number, dtype=np.float32) for _ in range(3))
    before[1:] = after[:-1] = np.diagonal(among, 1)
    over[1:-1] = np.diagonal(among, 2)
    named = {
        "nearest": ranked[:, 0],
        "second": ranked[:, 1],
        "few": ranked[:, :FEW].mean(axis=1),
        "all": among.sum(axis=1) / (number - 1),
        "title": cosines[1:, 0],
        "before": before,
        "after": after,
        "gap": over - np.maximum(before, after),
        "in_article": np.full(number, among.sum() / (number * (number - 1)), dtype=np.float32),
    }
    return {f"{kind}_{name}": values for name, values in named.items()}


def _met_features(table: _Table) -> dict[str, Floats]:
    """How near the nearest terms elsewhere are to a paragraph's terms: 1 where the term itself occurs."""
    telling = table.idf > MIN_TELLING_IDF
    if not telling.any():
        telling = np.ones_like(telling)
    present, vectors = table.present[:, telling], table.vectors[telling]
    weights = present * (table.idf[telling] - 1)
    total = weights.sum(axis=1) + _TINY
    # Row by row of the article: a table of all pairs of terms would be large for a long one.
    nearest = np.stack([_nearest(vectors, row > 0) for row in present], axis=1)
    np.maximum(nearest, present.T, out=nearest)
    # In its own paragraph a term is at 1, so the second best value is the best one elsewhere.
    best = np.partition(nearest, -2, axis=1)[:, -2]
    overlaps = weights @ nearest / total[:, None]
    np.fill_diagonal(overlaps, 0)
    around = np.zeros_like(present)
    around[1:-1] = np.maximum(np.where(np.arange(len(present) - 2)[:, None] > 0, nearest.T[:-2], 0), nearest.T[2:])
    around[-1] = nearest.T[-2]
    lead = np.tile(nearest.T[:3].max(axis=0), (len(present), 1))
    lead[1], lead[2] = np.maximum(nearest.T[0], nearest.T[2]), np.maximum(nearest.T[0], nearest.T[1])
    values = {
        "met": weights @ best / total,
        "met_with_neighbours": (weights * around).sum(axis=1) / total,
        "met_with_lead": (weights * lead).sum(axis=1) / total,
        "met_nearest": overlaps[:, 1:].max(axis=1),
        "unmet": np.log1p(weights @ np.maximum(NEAR_COSINE - best, 0)),
        "least_met": np.where(present > 0, best, 1).min(axis=1, initial=1),
    }
    return {name: value[1:] for name, value in values.items()}


def _nearest(vectors: Floats, row: npt.NDArray[np.bool_]) -> Floats:
    """Return for each term the cosine of the nearest of a row's terms."""
    cosines: Floats = (vectors @ vectors[row].T).max(axis=1, initial=0)
    return cosines


def _unit(table: Floats) -> Floats:
    unit: Floats = table / (np.linalg.norm(table, axis=-1, keepdims=True) + _TINY)
    return unit


def _name_features(table: _Table) -> dict[str, Floats]:
    idf, met = table.idf, table.elsewhere > 0
    named = _incidence([text.names for text in table.texts], len(idf)) * (idf > MIN_NAME_IDF)
    weights = named * idf
    number, number_met = named.sum(axis=1)[1:], (named * met).sum(axis=1)[1:]
    alone = table.present.sum(axis=0) <= 1
    paired = _incidence([[at for pair in text.pairs for at in pair] for text in table.texts], len(idf))
    full = [min(3, sum(bool(alone[a] and alone[b]) for a, b in text.pairs)) for text in table.texts[1:]]
    return {
        "names": np.log1p(number),
        # Smoothed, so that a paragraph without names is neither near nor far.
        "names_shared": ((weights * met).sum(axis=1)[1:] + 2) / (weights.sum(axis=1)[1:] + 4),
        "names_alone": np.log1p(number - number_met),
        "names_met": np.log1p(number_met),
        "new_full_names": np.array(full, dtype=np.float32),
        "new_surnames": np.minimum((named * alone * (1 - paired)).sum(axis=1)[1:], 4),
    }


def _wording_features(paragraphs: Sequence[str], table: _Table) -> dict[str, Floats]:
    last = len(paragraphs) - 1
    mean_words = np.log1p(sum(len(text.terms) for text in table.texts[1:]) / len(paragraphs))
    names = ("pronoun", "connective", "quoted", "first_person", "third_person", "said", "words", "mean_words",
             "paragraphs", "place")  # fmt: skip
    rows = [
        (
            text.first in _PRONOUNS,
            text.first in _CONNECTIVES,
            paragraph[:1] in "“\"‘'",
            np.log1p(len(_FIRST_PERSON.findall(paragraph))),
            np.log1p(len(_THIRD_PERSON.findall(paragraph))),
            _SAID.search(paragraph) is not None,
            np.log1p(len(text.terms)),
            mean_words,
            np.log(last + 1),
            at / last,
        )
        for at, (paragraph, text) in enumerate(zip(paragraphs, table.texts[1:], strict=True))
    ]
    return dict(zip(names, np.array(rows, dtype=np.float32).T, strict=True))


def _unusual(values: Floats) -> Floats:
    """Return by how many deviations of the other paragraphs each value differs from their mean."""
    others = len(values) - 1
    mean = (values.sum() - values) / others
    variance = np.maximum(((values * values).sum() - values * values) / others - mean * mean, 0)
    unusual: Floats = (values - mean) / (np.sqrt(variance) + 0.05)
    return unusual


def _rank(values: Floats) -> Floats:
    rank: Floats = (values[:, None] > values).sum(axis=1) / (len(values) - 1)
    return rank


def _over_least(values: Floats) -> Floats:
    """Return by how much each value is above the least of the others."""
    least, second = np.partition(values, 1)[:2]
    over: Floats = values - np.where(values == least, second, least)
    return over
