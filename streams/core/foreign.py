"""Paragraphs of another story: what a page's template or a copying hand left inside an article.

Each paragraph is compared with the rest of its article: how many of its words, weighted by rarity, and of its names
occur elsewhere in it; how near its subject is (word vectors) to the article's, to its neighbours' and to its nearest
paragraph's; how unusual all that is within this article; and whether it opens like a continuation ("He said", "But").
A small network and a forest of small trees, trained on paragraphs moved between articles (`training/foreign`), turn
this into log odds. They err differently: the mean of the two is better than either.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

CACHED_WORDS: Final = 1 << 16  # spellings kept at hand, some 10 MB; a new collection is begun after them
STEM_CHARS: Final = 6  # "Pakistan", "Pakistani" and "Pakistan's" are one term
SHORT_NUMBER_IDF: Final = 3.0  # of one or two digits: everywhere
NUMBER_IDF: Final = 4.0
MIN_NAME_IDF: Final = 1.5  # "I" and "The" in a headline's capitals are not names
MIN_TELLING_IDF: Final = 1.5  # more frequent terms are near to every other
NEAR_COSINE: Final = 0.6  # a term with no nearer one elsewhere is new
FEW: Final = 4  # paragraphs that one of the same story is like
MIN_NETWORK_ODDS: Final = -2.0  # a paragraph below is not foreign, whatever the forest says: no threshold is near it
MAX_SCALED: Final = 4.0  # deviations; beyond them the network has seen nothing
_TINY: Final = 1e-6

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+(?:[.,]\d+)*|[.!?]['\"”’)]*(?=\s)|[“\"‘:]")
_JOINTS: Final = re.compile("['’-]")  # between the parts of a token: "he’s", "self-said"
_QUOTES: Final = "“\"‘'"
_SAID: Final = frozenset(("said", "says", "told", "added", "according", "announced", "tweeted", "wrote"))
_THIRD_PERSON: Final = frozenset(("he", "she", "his", "her", "him"))
_FIRST_PERSON: Final = frozenset(("i", "we", "you", "my", "our", "your", "me", "us"))
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
    # what stories are about
    "subject_article", "subject_neighbours", "subject_nearest", "subject_second", "subject_few", "subject_title",
    "subject_lead", "subject_before", "subject_after", "subject_gap", "subject_over_least", "subject_in_article",
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
    "unusual_subject_article", "unusual_subject_nearest", "unusual_subject_neighbours", "unusual_subject_few",
    "unusual_alike_few", "unusual_alike_rest", "unusual_met", "unusual_met_with_neighbours", "unusual_met_with_lead",
    # the share of paragraphs with a lower value
    "rank_shared", "rank_subject_article", "rank_subject_few", "rank_near_article", "rank_near_few", "rank_alike_few",
    "rank_alike_rest", "rank_met",
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


class Forest(NamedTuple):
    """Boosted trees over the features; row i of each array is tree i, its columns are nodes, the first one the root.

    A row of features goes left where its feature is not above the limit; a leaf leads to itself. The sum of the
    leaves' values and the base is log odds.
    """

    feature: npt.NDArray[np.int16]
    limit: Floats
    left: npt.NDArray[np.int16]
    right: npt.NDArray[np.int16]
    value: Floats
    base: Floats  # one number
    depth: npt.NDArray[np.int64]  # one number: the most steps from a root to a leaf


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Vocabulary:
    """Terms of a language with their rarity and meaning: row i is the term with index i."""

    index: Mapping[str, int]
    idf: Floats
    vectors: Floats  # of length 1, or 0 where the meaning is not known
    subjects: Floats  # how much each term says of a story's subject: the mean over a paragraph is what it is about
    unseen_idf: float


@dataclass(frozen=True, slots=True, eq=False)
class ForeignModel:
    """All that is needed to judge articles of one language."""

    language: str
    vocabulary: Vocabulary
    network: Network
    forest: Forest


@dataclass(frozen=True, slots=True)
class ForeignPolicy:
    """When a paragraph is taken for one of another story."""

    # Articles of at least so many paragraphs, and the log odds that one of theirs has to reach. Set on AllSides, first
    # half, and the BBC's even rows, where a step of each costs about as many own paragraphs for each stranger found; on
    # short articles higher, since in those of the seeds every paragraph tells something else. Of AllSides, first half,
    # .275 % are wrongly taken, not the allowed .3 %: a model trained anew takes some more elsewhere.
    min_log_odds: tuple[tuple[int, float], ...] = ((0, 1.85), (10, 1.2), (15, 0.7), (30, 0.2))
    # A quote or a line of few words shows little of its subject, and is suspected wrongly more often.
    slight_words: int = 15
    slight_more_odds: float = 0.75
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
    scores = foreign_odds(features(title, paragraphs, model.vocabulary), model)
    # The lead says what the story is; it cannot be foreign to it.
    judged = [
        at
        for at in range(1, len(paragraphs))
        if len(paragraphs[at].split(maxsplit=policy.min_words)) >= policy.min_words
    ]
    least = max((number, odds) for number, odds in policy.min_log_odds if number <= len(paragraphs))[1]
    for at in sorted(judged, key=lambda at: -float(scores[at])):
        if float(scores[at]) <= least:
            break
        if not _is_slight(paragraphs[at], policy) or float(scores[at]) > least + policy.slight_more_odds:
            return at
    return None


def _is_slight(paragraph: str, policy: ForeignPolicy) -> bool:
    return paragraph[:1] in _QUOTES or len(paragraph.split(maxsplit=policy.slight_words)) <= policy.slight_words


def foreign_odds(table: Floats, model: ForeignModel) -> Floats:
    """Return for each row of features the log odds that the paragraph is foreign: the mean of network and forest.

    What the network finds very unlikely, nearly every paragraph, is not shown to the forest.
    """
    odds = log_odds(table, model.network)
    likely = odds > MIN_NETWORK_ODDS
    if likely.any():
        odds[likely] = (odds[likely] + forest_odds(table[likely], model.forest)) / 2
    return odds


def forest_odds(table: Floats, forest: Forest) -> Floats:
    """Return for each row of features the log odds by the trees."""
    rows = np.arange(len(table))[:, None]
    trees = np.arange(len(forest.feature))
    at = np.zeros((len(table), len(trees)), dtype=np.int16)
    for _ in range(int(forest.depth)):
        goes_left = table[rows, forest.feature[trees, at]] <= forest.limit[trees, at]
        at = np.where(goes_left, forest.left[trees, at], forest.right[trees, at])
    odds: Floats = forest.value[trees, at].sum(axis=1) + forest.base
    return odds


def log_odds(table: Floats, network: Network) -> Floats:
    """Return for each row of features the log odds that the paragraph is foreign."""
    scaled = np.clip((table - network.mean) / network.scale, -MAX_SCALED, MAX_SCALED)
    hidden = np.maximum(scaled @ network.hidden + network.hidden_bias, 0)
    odds: Floats = hidden @ network.output + network.output_bias
    return odds


# A word's code: the number of its term, above what its spelling says. Numbers and terms that are not in the
# vocabulary are counted on from its end.
_MARK: Final = -1  # the code of a mark after which a capital letter says nothing
_CAPITAL, _PRONOUN, _CONNECTIVE, _SAYS = 1, 2, 4, 8
_FIRST_SHIFT, _THIRD_SHIFT, _TERM_SHIFT = 4, 7, 10
_MOST_PERSONS: Final = 7  # pronouns of a person that one token may hold, as "you-and-me" does


class _Lexicon(dict[str, int]):
    """The codes of spellings met before."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._index = vocabulary.index
        self._known = len(vocabulary.idf)
        self._unseen_idf = vocabulary.unseen_idf
        self._others: dict[str, int] = {}
        self.other_idf: list[float] = []  # of term number len(vocabulary.idf) + i

    def __missing__(self, token: str) -> int:
        code = self[token] = self._code(token) if token[0].isalnum() else _MARK
        return code

    def _code(self, token: str) -> int:
        lower = token.lower()
        parts = _JOINTS.split(lower)
        flags = (
            _CAPITAL * (token[0].isupper() and len(token) > 1)
            | _PRONOUN * (lower in _PRONOUNS)
            | _CONNECTIVE * (lower in _CONNECTIVES)
            | _SAYS * (not _SAID.isdisjoint(_JOINTS.split(token)))
            | min(sum(map(_FIRST_PERSON.__contains__, parts)), _MOST_PERSONS) << _FIRST_SHIFT
            | min(sum(map(_THIRD_PERSON.__contains__, parts)), _MOST_PERSONS) << _THIRD_SHIFT
        )
        return self._term(token) << _TERM_SHIFT | flags

    def _term(self, token: str) -> int:
        term, is_number = stem(token), token[0].isdigit()
        known = None if is_number else self._index.get(term)
        if known is not None:
            return known
        other = self._others.setdefault(term, len(self.other_idf))
        if other == len(self.other_idf):
            number_idf = SHORT_NUMBER_IDF if len(term) <= 2 else NUMBER_IDF
            self.other_idf.append(number_idf if is_number else self._unseen_idf)
        return self._known + other


_LEXICONS: Final[WeakKeyDictionary[Vocabulary, _Lexicon]] = WeakKeyDictionary()


def _lexicon(vocabulary: Vocabulary) -> _Lexicon:
    lexicon = _LEXICONS.get(vocabulary)
    if lexicon is None or len(lexicon) > CACHED_WORDS:
        lexicon = _LEXICONS[vocabulary] = _Lexicon(vocabulary)
    return lexicon


def stem(word: str) -> str:
    """Return the term that a word belongs to."""
    lower = word.lower()
    return (lower[:-2] if lower[-2:] in ("'s", "’s") else lower)[:STEM_CHARS]


def tokens(text: str) -> list[str]:
    """Return words, numbers and the marks after which a capital letter says nothing."""
    return _TOKEN.findall(text)


class _Table(NamedTuple):
    """An article as numbers; row 0 is the title, row i paragraph i; the columns are terms as they first appear."""

    idf: Floats
    vectors: Floats
    subjects: Floats
    present: Floats  # 1 where a term occurs
    weights: Floats  # its idf there
    alone: Floats  # 1 for a term of a single row
    rows: Floats  # in how many rows a term occurs
    named: Floats  # 1 where a term is a name
    paired: Floats  # 1 where it is one of two capitalised words in a row: first name and surname
    full_names: Floats  # of each row: such pairs of terms that occur nowhere else
    words: Floats  # of each row
    first: npt.NDArray[np.int64]  # the code of each row's first word, 0 without one
    persons: tuple[Floats, Floats]  # of each row: words of the first and of the third person
    says: Floats  # of each row: words that report speech


def _table(title: str, paragraphs: Sequence[str], vocabulary: Vocabulary) -> _Table:
    lexicon = _lexicon(vocabulary)
    found = [tokens(text) for text in (title, *paragraphs)]
    height, lengths = len(found), [len(row) for row in found]
    codes = np.fromiter(map(lexicon.__getitem__, chain.from_iterable(found)), np.int64, sum(lengths))
    row = np.repeat(np.arange(height), lengths)
    is_word = codes != _MARK
    capital = is_word & (codes & _CAPITAL > 0)
    name = capital.copy()  # unless it opens a sentence
    name[:1] = False
    name[1:] &= is_word[:-1] & (row[1:] == row[:-1])
    surnames = np.flatnonzero(name[1:] & capital[:-1]) + 1
    terms, column = _columns(codes[is_word] >> _TERM_SHIFT)
    of_token = np.zeros(len(codes), dtype=np.intp)
    of_token[is_word] = column
    idf, vectors, subjects = _meanings(terms, vocabulary, lexicon)

    def marked(*tokens_at: npt.NDArray[np.intp]) -> Floats:
        table = np.zeros((height, len(terms)), dtype=np.float32)
        for at in tokens_at:
            table[row[at], of_token[at]] = 1
        return table

    words, word_row = codes[is_word], row[is_word]
    present = marked(np.flatnonzero(is_word))
    rows = present.sum(axis=0)
    alone = rows <= 1
    first = np.zeros(height, dtype=np.int64)
    with_words, at_first = np.unique(word_row, return_index=True)
    first[with_words] = words[at_first]

    def counted(weights: npt.NDArray[np.int64]) -> Floats:
        return np.bincount(word_row, weights, height).astype(np.float32)

    new = alone[of_token[surnames - 1]] & alone[of_token[surnames]]
    return _Table(
        idf=idf,
        vectors=vectors,
        subjects=subjects,
        present=present,
        weights=present * idf,
        alone=alone.astype(np.float32),
        rows=rows,
        named=marked(np.flatnonzero(name)),
        paired=marked(surnames - 1, surnames),
        full_names=np.bincount(row[surnames[new]], minlength=height).astype(np.float32),
        words=np.bincount(word_row, minlength=height).astype(np.float32),
        first=first,
        persons=(counted(words >> _FIRST_SHIFT & _MOST_PERSONS), counted(words >> _THIRD_SHIFT & _MOST_PERSONS)),
        says=counted(words & _SAYS),
    )


def _columns(terms: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp]]:
    """Return the distinct terms in order of appearance, and the place of each term among them."""
    distinct, first, inverse = np.unique(terms, return_index=True, return_inverse=True)
    order = np.argsort(first)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return distinct[order], place[inverse]


def _meanings(terms: npt.NDArray[np.int64], vocabulary: Vocabulary, lexicon: _Lexicon) -> tuple[Floats, Floats, Floats]:
    """Return the rarity and the two vectors of each term."""
    known = terms < len(vocabulary.idf)
    idf = np.empty(len(terms), dtype=np.float32)
    idf[known] = vocabulary.idf[terms[known]]
    idf[~known] = [lexicon.other_idf[at] for at in (terms[~known] - len(vocabulary.idf)).tolist()]
    vectors = np.zeros((len(terms), vocabulary.vectors.shape[1]), dtype=np.float32)
    vectors[known] = vocabulary.vectors[terms[known]]
    subjects = np.zeros((len(terms), vocabulary.subjects.shape[1]), dtype=np.float32)
    subjects[known] = vocabulary.subjects[terms[known]]
    return idf, vectors, subjects


def features(title: str, paragraphs: Sequence[str], vocabulary: Vocabulary) -> Floats:
    """Return one row of FEATURES for each paragraph of an article of at least three."""
    table = _table(title, paragraphs, vocabulary)
    values = {
        **_word_features(table),
        **_alike_features(table),
        **_meaning_features("near", table.weights @ table.vectors, table.words),
        **_meaning_features("subject", table.weights @ table.subjects, table.words),
        **_met_features(table),
        **_name_features(table),
        **_wording_features(paragraphs, table),
    }
    unusual = _unusual(np.stack([values[name] for name in _UNUSUAL]))
    ranks = _ranks(np.stack([values[name] for name in _RANKED]))
    values |= {f"unusual_{name}": row for name, row in zip(_UNUSUAL, unusual, strict=True)}
    values |= {f"rank_{name}": row for name, row in zip(_RANKED, ranks, strict=True)}
    return np.ascontiguousarray(np.array([values[name] for name in FEATURES], dtype=np.float32).T)


def _word_features(table: _Table) -> dict[str, Floats]:
    """Weighted shares of a paragraph's terms that occur elsewhere."""
    weights = table.weights[1:]
    total = weights.sum(axis=1) + _TINY
    met = weights * (1 - table.alone)
    met_total = met.sum(axis=1)
    near = weights * _neighbour_terms(table.present)
    shared = met_total / total
    rarest, second_rarest = _two_highest(met)
    return {
        "shared": shared,
        "shared_often": (weights * np.log1p(table.rows - 1)).sum(axis=1) / total,
        "shared_with_lead": (weights * (_of_lead(table.present) > 0)).sum(axis=1) / total,
        "shared_with_neighbours": near.sum(axis=1) / total,
        "shared_over_least": _over_least(shared),
        "others_share": (shared.sum() - shared) / (len(shared) - 1),
        "weight_shared": np.log1p(met_total),
        "weight_alone": np.log1p(np.maximum(total - met_total, 0)),
        "rarest_shared": rarest,
        "second_rarest_shared": second_rarest,
        "rarest_near": near.max(axis=1, initial=0),
        "mean_rarity": total / (table.present[1:].sum(axis=1) + 1),
    }


def _two_highest(table: Floats) -> tuple[Floats, Floats]:
    """Return the highest and the second highest value of each row, 0 where there are not two."""
    if table.shape[1] < 2:
        none = np.zeros(len(table), dtype=np.float32)
        return none, none
    rows, at = np.arange(len(table)), table.argmax(axis=1)
    others = table.copy()
    others[rows, at] = -np.inf
    return table[rows, at], others.max(axis=1)


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


def _meaning_features(kind: str, means: Floats, words: Floats) -> dict[str, Floats]:
    """Cosines between the weighted mean vectors of paragraphs, and of the article without the paragraph."""
    units = _unit(means)
    long = units * np.log1p(words)[:, None]
    around = np.zeros_like(means)
    around[1:-1] += means[2:]
    around[2:] += means[1:-1]
    of_article = (units * _unit(long.sum(axis=0) - long)).sum(axis=1)[1:]
    return {
        **_pair_features(kind, units),
        f"{kind}_article": of_article,
        f"{kind}_neighbours": (units * _unit(around)).sum(axis=1)[1:],
        f"{kind}_lead": (units[1:] * _unit(_of_lead(means))).sum(axis=1),
        f"{kind}_over_least": _over_least(of_article),
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
    nearest = np.stack([_nearest(vectors, row > 0) for row in present])
    np.maximum(nearest, present, out=nearest)
    # In its own paragraph a term is at 1, so the second best value is the best one elsewhere.
    best = np.partition(nearest, -2, axis=0)[-2]
    overlaps = weights @ nearest.T / total[:, None]
    np.fill_diagonal(overlaps, 0)
    around = np.zeros_like(present)
    around[2:] = nearest[1:-1]
    around[1:-1] = np.maximum(around[1:-1], nearest[2:])
    lead = np.tile(nearest[:3].max(axis=0), (len(present), 1))
    lead[1], lead[2] = np.maximum(nearest[0], nearest[2]), np.maximum(nearest[0], nearest[1])
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
    cosines: Floats = (vectors[row] @ vectors.T).max(axis=0, initial=0)
    return cosines


def _unit(table: Floats) -> Floats:
    unit: Floats = table / (np.linalg.norm(table, axis=-1, keepdims=True) + _TINY)
    return unit


def _name_features(table: _Table) -> dict[str, Floats]:
    idf, met = table.idf, 1 - table.alone
    named = table.named * (idf > MIN_NAME_IDF)
    weights = named * idf
    number, number_met = named.sum(axis=1)[1:], (named * met).sum(axis=1)[1:]
    return {
        "names": np.log1p(number),
        # Smoothed, so that a paragraph without names is neither near nor far.
        "names_shared": ((weights * met).sum(axis=1)[1:] + 2) / (weights.sum(axis=1)[1:] + 4),
        "names_alone": np.log1p(number - number_met),
        "names_met": np.log1p(number_met),
        "new_full_names": np.minimum(table.full_names[1:], 3),
        "new_surnames": np.minimum((named * table.alone * (1 - table.paired)).sum(axis=1)[1:], 4),
    }


def _wording_features(paragraphs: Sequence[str], table: _Table) -> dict[str, Floats]:
    number, words, first = len(paragraphs), table.words[1:], table.first[1:]
    first_person, third_person = table.persons

    def everywhere(value: float) -> Floats:
        return np.full(number, value, dtype=np.float32)

    return {
        "pronoun": first & _PRONOUN > 0,
        "connective": first & _CONNECTIVE > 0,
        "quoted": np.array([paragraph[:1] in _QUOTES for paragraph in paragraphs], dtype=np.float32),
        "first_person": np.log1p(first_person[1:]),
        "third_person": np.log1p(third_person[1:]),
        "said": table.says[1:] > 0,
        "words": np.log1p(words),
        "mean_words": everywhere(np.log1p(words.sum(dtype=np.float64) / number)),
        "paragraphs": everywhere(np.log(number)),
        "place": np.arange(number, dtype=np.float32) / (number - 1),
    }


def _unusual(values: Floats) -> Floats:
    """Return by how many deviations of its row's other values each one differs from their mean."""
    others = values.shape[1] - 1
    mean = (values.sum(axis=1, keepdims=True) - values) / others
    squares = values * values
    variance = np.maximum((squares.sum(axis=1, keepdims=True) - squares) / others - mean * mean, 0)
    unusual: Floats = (values - mean) / (np.sqrt(variance) + 0.05)
    return unusual


def _ranks(values: Floats) -> Floats:
    """Return for each value the share of its row's others that are lower."""
    ranks: Floats = (values[:, :, None] > values[:, None, :]).sum(axis=2) / (values.shape[1] - 1)
    return ranks


def _over_least(values: Floats) -> Floats:
    """Return by how much each value is above the least of the others."""
    least, second = np.partition(values, 1)[:2]
    over: Floats = values - np.where(values == least, second, least)
    return over
