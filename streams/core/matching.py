"""Is this text a copy of that one? Two fingerprints and a policy give the answer, with its evidence."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from streams.core.fingerprint import (
    MAX_NAMES,
    MAX_NUMBERS,
    MAX_PAIRS,
    MAX_SHINGLES,
    Fingerprint,
    Overlap,
    exchanged,
    overlap,
)
from streams.core.policy import Policy

HOUR_MS: Final = 3_600_000
Relationship: TypeAlias = Literal["copy", "contained", "contains", "other"]
_RELATIONSHIPS: Final[dict[str, Relationship]] = {
    "similar_text": "copy",
    "excerpt": "contained",
    "longer_version": "contains",
}
Evidence: TypeAlias = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class DedupePolicy(Policy):
    """Every number that a verdict depends on. Its `version` is part of each decision."""

    min_words: int = 40  # a shorter text is a copy only if title and text are equal: it has few words of its own
    min_excerpt_words: int = 60  # of a piece of a longer text
    near_jaccard: float = 0.36  # of pairs of words: one word in seven exchanged leaves .6, and a quarter cut .45
    near_containment: float = 0.64  # of pairs, one in the other: edits leave it, news on an old background does not
    caseless_jaccard: float = 0.8  # for texts without names to compare, as in scripts without capital letters
    excerpt_containment: float = 0.9  # a trimmed copy is found in the original nearly whole
    swallowed_containment: float = 0.75  # of the earlier article, with its byline and footer, in the later, longer one
    min_compared: int = 5  # hashes of the smaller set that fall into the range compared: fewer are no evidence
    longer: float = 1.5  # times the words: from there on an article brings something new
    conflicting_numbers: float = 0.05  # of the figures in equal surroundings, those that differ: the mark of a template
    conflicting_names: float = 0.15  # the same for names
    replaced_jaccard: float = 0.1  # below, under another title, an address holds another article
    probe: int = 32  # smallest shingles looked up: a piece of an eighth is missed with probability (7/8)**32 = .014
    bucket: int = 16  # oldest articles looked at under one shingle: stock phrases are no evidence
    candidates: int = 24  # compared with, those that share most shingles first: bounds the work for one article
    kept_copies: float = 0.85  # score below which a near copy is compared with later articles, for their groups
    copies: int = 8  # copies compared with; verdicts go by the candidates
    window_ms: int = 72 * HOUR_MS  # news is copied within hours; three days cover a weekend
    max_articles: int = 1_000_000  # decisions remembered, whatever the window says: bounds memory


class Slots(NamedTuple):
    """Places that both texts have, by what they hold. What only one text has was cut or added, as copies are."""

    equal: int
    other: int

    @property
    def conflict(self) -> float:
        """The share of places that hold something else, 0 where no place is common."""
        return self.other / (self.equal + self.other) if self.other else 0.0


class Match(NamedTuple):
    """What a comparison found: `relationship` of the later article to the earlier one."""

    relationship: Relationship
    rule: str
    score: float  # Jaccard similarity, or containment where that decided; 0 to 1, three decimals
    evidence: Evidence


def related(later: Fingerprint, earlier: Fingerprint, policy: DedupePolicy) -> bool:
    """Whether `compare` may find that one text is the other or holds it: the same but for figures and names."""
    shared = overlap(later.shingles, earlier.shingles, MAX_SHINGLES)
    pairs = overlap(later.pairs, earlier.pairs, MAX_PAIRS)
    return _by_shingles(later, earlier, shared, pairs, policy)[0] in _RELATIONSHIPS


def compare(later: Fingerprint, earlier: Fingerprint, policy: DedupePolicy) -> Match:
    """Judge a later text against an earlier one by their words alone."""
    shared = overlap(later.shingles, earlier.shingles, MAX_SHINGLES)
    pairs = overlap(later.pairs, earlier.pairs, MAX_PAIRS)
    evidence: Evidence = {
        "jaccard": round(shared.jaccard, 3), "containment": round(shared.a_in_b, 3),
        "containment_of_canonical": round(shared.b_in_a, 3), "shared_shingles": shared.shared,
        "pair_jaccard": round(pairs.jaccard, 3), "pair_containment": round(max(pairs.a_in_b, pairs.b_in_a), 3),
        "words": later.words, "canonical_words": earlier.words,
    }  # fmt: skip
    rule, score = _by_shingles(later, earlier, shared, pairs, policy)
    relationship = _RELATIONSHIPS.get(rule, "other")
    if relationship == "other":
        return Match(relationship, rule, round(score, 3), evidence)
    numbers = Slots(*exchanged(later.numbers, earlier.numbers, MAX_NUMBERS))
    names = Slots(*exchanged(later.names, earlier.names, MAX_NAMES))
    evidence |= {
        "same_numbers": numbers.equal, "other_numbers": numbers.other,
        "same_names": names.equal, "other_names": names.other,
    }  # fmt: skip
    corrected = later.note and not earlier.note and relationship != "contains"  # that one is new in any case
    objection = "correction" if corrected else _objection(numbers, names, policy)
    return Match("other" if objection else relationship, objection or rule, round(score, 3), evidence)


def _by_shingles(
    later: Fingerprint, earlier: Fingerprint, shared: Overlap, pairs: Overlap, policy: DedupePolicy
) -> tuple[str, float]:
    if min(later.words, earlier.words) < policy.min_words or earlier.bare:
        return "too_short", shared.jaccard
    if later.bare:  # it may be a piece of an article; whether it is another version of one, its words do not say
        return ("excerpt", shared.a_in_b) if _is_excerpt(later, shared, policy) else ("too_short", shared.jaccard)
    if _is_swallowed(later, earlier, shared, policy):
        return "longer_version", shared.b_in_a
    if _is_similar(later, earlier, shared, pairs, policy):
        return "similar_text", pairs.jaccard
    if _is_excerpt(later, shared, policy):
        return "excerpt", shared.a_in_b
    return "different_text", pairs.jaccard


def _is_swallowed(later: Fingerprint, earlier: Fingerprint, shared: Overlap, policy: DedupePolicy) -> bool:
    return (
        later.words >= policy.longer * earlier.words
        and shared.b_in_a >= policy.swallowed_containment
        and shared.shared + shared.only_b >= policy.min_compared
    )


def _is_similar(
    later: Fingerprint, earlier: Fingerprint, shared: Overlap, pairs: Overlap, policy: DedupePolicy
) -> bool:
    if not (len(later.names) and len(earlier.names)):
        return shared.jaccard >= policy.caseless_jaccard
    contained = max(pairs.a_in_b, pairs.b_in_a)
    return pairs.jaccard >= policy.near_jaccard and contained >= policy.near_containment


def _is_excerpt(later: Fingerprint, shared: Overlap, policy: DedupePolicy) -> bool:
    return (
        later.words >= policy.min_excerpt_words
        and shared.a_in_b >= policy.excerpt_containment
        and shared.shared + shared.only_a >= policy.min_compared
    )


def _objection(numbers: Slots, names: Slots, policy: DedupePolicy) -> str:
    """Say why similar texts are reports of one template, "" where they are not."""
    if numbers.conflict > policy.conflicting_numbers:
        return "other_numbers"
    return "other_names" if names.conflict > policy.conflicting_names else ""
