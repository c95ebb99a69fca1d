"""Two texts side by side: which paragraphs stand in both, which were altered, and in those which words.

Equal are words as `streams/core/wording.py` reads them: case, quotes and house style do not count. The work is bounded
by the length of the texts, whatever they say; where that ends it, a stretch counts as exchanged as a whole.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias, TypeVar

from streams.core.tokens import placed
from streams.core.wording import paragraphs

K = TypeVar("K", bound=Hashable)
Difference: TypeAlias = Literal["same", "removed", "added", "altered"]

MAX_DIRECT: Final = 4_000  # items of both sides that difflib is given at once; between news texts that takes 0.1 s
PAIRS_PER_ITEM: Final = 64  # equal pairs within that, which are its work: words of news have some ten
MAX_SPLITS: Final = 12  # a longer stretch is split at what is unique in it, and its parts again
MIN_ALIKE: Final = 0.4  # of the distinct words of two paragraphs, shared twice over their sum: below, another paragraph
ALL_PAIRS: Final = 2_500  # of paragraphs: up to 50 by 50 each is compared with each
RARE_PARAGRAPHS: Final = 4  # beyond that only those are compared that share a word of so few paragraphs,
CANDIDATES: Final = 3  # with so many that share most


class Piece(NamedTuple):
    """A run of words: in both texts, or in one, or one run in the place of another. Written as in the texts."""

    change: Difference
    earlier: str  # with the space and punctuation behind it
    later: str


class Row(NamedTuple):
    """A paragraph of the earlier text beside its counterpart; "" where it has none."""

    change: Difference
    earlier: str
    later: str
    pieces: tuple[Piece, ...]  # of an altered paragraph; none of others


class Counts(NamedTuple):
    """Words by where they stand."""

    same: int
    only_earlier: int
    only_later: int


class Alignment(NamedTuple):
    """Two texts side by side."""

    rows: tuple[Row, ...]
    words: Counts

    def paragraphs(self, change: Difference) -> int:
        """Return how many paragraphs are in this case."""
        return sum(row.change == change for row in self.rows)


class _Run(NamedTuple):
    """Equal items: a[at_a : at_a + size] == b[at_b : at_b + size]."""

    at_a: int
    at_b: int
    size: int


class _Paragraph(NamedTuple):
    """A paragraph, its words, and where each is written with what follows it."""

    shown: str
    text: str
    words: tuple[str, ...]
    starts: tuple[int, ...]  # of each word and of the end; the first has what stands before it, too

    def written(self, first: int, last: int) -> str:
        """Return the words from `first` up to, not including, `last` as they are written."""
        return self.text[self.starts[first] : self.starts[last]]


def align(earlier: str, later: str) -> Alignment:
    """Align the paragraphs of two texts, and the words of those that were altered."""
    return _aligned([_read(part) for part in paragraphs(earlier)], [_read(part) for part in paragraphs(later)])


def align_line(earlier: str, later: str) -> Alignment:
    """Align two headlines: one is the counterpart of the other, however much they differ."""
    one, other = _read(earlier), _read(later)
    if one.words == other.words:
        return Alignment((_same(one, other),), Counts(len(one.words), 0, 0))
    row, words = _altered(one, other)
    return Alignment((row,), words)


def _read(paragraph: str) -> _Paragraph:
    text, words, spans = placed(paragraph)
    if not words:  # a line of asterisks, say: it is a word by itself
        return _Paragraph(paragraph, text, (text,), (0, len(text)))
    return _Paragraph(paragraph, text, words, (0, *(start for start, _ in spans[1:]), len(text)))


def _aligned(a: list[_Paragraph], b: list[_Paragraph]) -> Alignment:
    rows: list[Row] = []
    counts = [Counts(0, 0, 0)]
    for same, gap_a, gap_b in stretches([one.words for one in a], [other.words for other in b]):
        if same:
            rows += [_same(a[i], b[j]) for i, j in zip(gap_a, gap_b, strict=True)]
            counts.append(Counts(sum(len(a[i].words) for i in gap_a), 0, 0))
            continue
        for row, words in _exchanged([a[i] for i in gap_a], [b[j] for j in gap_b]):
            rows.append(row)
            counts.append(words)
    return Alignment(tuple(rows), Counts(*map(sum, zip(*counts, strict=True))))


def _same(one: _Paragraph, other: _Paragraph) -> Row:
    return Row("same", one.shown, other.shown, ())


def _altered(one: _Paragraph, other: _Paragraph) -> tuple[Row, Counts]:
    pieces: list[Piece] = []
    same = 0
    for equal, in_a, in_b in stretches(one.words, other.words):
        before, after = one.written(in_a.start, in_a.stop), other.written(in_b.start, in_b.stop)
        same += len(in_a) if equal else 0
        pieces.append(Piece(_change(equal=equal, before=bool(in_a), after=bool(in_b)), before, after))
    counts = Counts(same, len(one.words) - same, len(other.words) - same)
    return Row("altered", one.shown, other.shown, tuple(pieces)), counts


def _change(*, equal: bool, before: bool, after: bool) -> Difference:
    if equal:
        return "same"
    return "altered" if before and after else "removed" if before else "added"


def _exchanged(a: list[_Paragraph], b: list[_Paragraph]) -> Iterator[tuple[Row, Counts]]:
    """Yield the paragraphs of a stretch where none is the same: those that are alike side by side, others alone."""
    at_a = at_b = 0
    for i, j in [*_counterparts(a, b), (len(a), len(b))]:
        for one in a[at_a:i]:
            yield Row("removed", one.shown, "", ()), Counts(0, len(one.words), 0)
        for other in b[at_b:j]:
            yield Row("added", "", other.shown, ()), Counts(0, 0, len(other.words))
        if i < len(a):
            yield _altered(a[i], b[j])
        at_a, at_b = i + 1, j + 1


def _counterparts(a: list[_Paragraph], b: list[_Paragraph]) -> list[tuple[int, int]]:
    """Return which paragraphs are alike, in the order of both texts."""
    bags_a, bags_b = ([frozenset(one.words) for one in side] for side in (a, b))
    found = []
    for i, j in _candidates(bags_a, bags_b):
        shared = len(bags_a[i] & bags_b[j])
        if 2 * shared >= MIN_ALIKE * (len(bags_a[i]) + len(bags_b[j])):
            found.append((i, j, shared))
    return _heaviest(found, len(b))


def _candidates(a: list[frozenset[str]], b: list[frozenset[str]]) -> Iterator[tuple[int, int]]:
    if len(a) * len(b) <= ALL_PAIRS:
        yield from ((i, j) for i in range(len(a)) for j in range(len(b)))
        return
    where: dict[str, list[int]] = {}
    for j, bag in enumerate(b):
        for word in bag:
            where.setdefault(word, []).append(j)
    for i, bag in enumerate(a):
        votes = Counter(
            j for word in sorted(bag) if len(found := where.get(word, ())) <= RARE_PARAGRAPHS for j in found
        )
        yield from ((i, j) for j, _ in votes.most_common(CANDIDATES))


def _heaviest(pairs: list[tuple[int, int, int]], width: int) -> list[tuple[int, int]]:
    """Return the pairs (i, j, weight), weights above 0, of the greatest sum that rise in both i and j.

    Best sums over the pairs with a smaller j stand in a Fenwick tree, so that many pairs take no longer than a sort.
    """
    best: list[tuple[int, int]] = [(0, -1)] * (width + 1)  # sum, and the last pair of its chain
    before: list[int] = []
    pairs = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))  # of one i the later j first: they do not follow
    for number, (_, j, weight) in enumerate(pairs):
        total, last = _best_below(best, j)
        before.append(last)
        at = j + 1
        while at <= width:
            best[at] = max(best[at], (total + weight, number))
            at += at & -at
    _, number = _best_below(best, width)
    chain: list[tuple[int, int]] = []
    while number >= 0:
        chain.append(pairs[number][:2])
        number = before[number]
    return chain[::-1]


def _best_below(best: list[tuple[int, int]], j: int) -> tuple[int, int]:
    found = best[0]
    while j:
        found = max(found, best[j])
        j -= j & -j
    return found


def stretches(a: Sequence[K], b: Sequence[K]) -> Iterator[tuple[bool, range, range]]:
    """Yield in order the stretches that are equal in both sequences, and those between (False), as ranges of each."""
    at_a = at_b = 0
    for run in [*_joined(_runs(a, b)), _Run(len(a), len(b), 0)]:
        if (at_a, at_b) != (run.at_a, run.at_b):
            yield False, range(at_a, run.at_a), range(at_b, run.at_b)
        at_a, at_b = run.at_a + run.size, run.at_b + run.size
        if run.size:
            yield True, range(run.at_a, at_a), range(run.at_b, at_b)


def _joined(runs: list[_Run]) -> list[_Run]:
    joined: list[_Run] = []
    for run in sorted(runs):
        last = joined[-1] if joined else None
        if last is not None and (last.at_a + last.size, last.at_b + last.size) == (run.at_a, run.at_b):
            joined[-1] = _Run(last.at_a, last.at_b, last.size + run.size)
        else:
            joined.append(run)
    return joined


def _runs(a: Sequence[K], b: Sequence[K]) -> list[_Run]:
    """Return equal runs that rise in both sequences, in any order."""
    found: list[_Run] = []
    todo = [(range(len(a)), range(len(b)), MAX_SPLITS)]
    while todo:
        in_a, in_b, splits = todo.pop()
        ends = _ends(a, b, in_a, in_b)
        found += (run for run in ends if run.size)
        in_a, in_b = in_a[ends[0].size : len(in_a) - ends[1].size], in_b[ends[0].size : len(in_b) - ends[1].size]
        one, other = a[in_a.start : in_a.stop], b[in_b.start : in_b.stop]
        if _is_cheap(one, other):
            matched = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
            found += (_Run(in_a.start + i, in_b.start + j, size) for i, j, size in matched if size)
        elif splits and (anchors := _anchors(one, other)):
            edges = [(-1, -1), *anchors, (len(one), len(other))]
            found += (_Run(in_a.start + i, in_b.start + j, 1) for i, j in anchors)
            todo += (
                (in_a[i + 1 : next_i], in_b[j + 1 : next_j], splits - 1) for (i, j), (next_i, next_j) in pairwise(edges)
            )
    return found


def _ends(a: Sequence[K], b: Sequence[K], in_a: range, in_b: range) -> tuple[_Run, _Run]:
    """Return the equal runs at the beginning and at the end of two stretches; they do not overlap."""
    size = min(len(in_a), len(in_b))
    head = next((n for n in range(size) if a[in_a[n]] != b[in_b[n]]), size)
    rest = size - head
    tail = next((n for n in range(rest) if a[in_a[-1 - n]] != b[in_b[-1 - n]]), rest)
    return _Run(in_a.start, in_b.start, head), _Run(in_a.stop - tail, in_b.stop - tail, tail)


def _is_cheap(a: Sequence[K], b: Sequence[K]) -> bool:
    if len(a) + len(b) > MAX_DIRECT:
        return False
    counts = Counter(b)
    return sum(counts[item] for item in a) <= PAIRS_PER_ITEM * (len(a) + len(b))


def _anchors(a: Sequence[K], b: Sequence[K]) -> list[tuple[int, int]]:
    """Return the longest rising sequence of items that stand once in each, as in patience diff."""
    once_a, once_b = _places_of_unique(a), _places_of_unique(b)
    pairs = [(i, once_b[item]) for item, i in once_a.items() if item in once_b]
    tops: list[int] = []  # of each pile the smallest j, and which pair that is
    top_pairs: list[int] = []
    before: list[int] = []
    for number, (_, j) in enumerate(pairs):
        pile = bisect_left(tops, j)
        before.append(top_pairs[pile - 1] if pile else -1)
        tops[pile : pile + 1], top_pairs[pile : pile + 1] = [j], [number]
    chain: list[tuple[int, int]] = []
    number = top_pairs[-1] if top_pairs else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _places_of_unique(items: Sequence[K]) -> dict[K, int]:
    counts = Counter(items)
    return {item: at for at, item in enumerate(items) if counts[item] == 1}
