"""Is this text a copy of that one? Two fingerprints and a policy give the answer, with its evidence."""

from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, TypeAlias

from streams.core.fingerprint import MAX_NAMES, MAX_NUMBERS, MAX_SHINGLES, Fingerprint, Overlap, exchanged, overlap
from streams.core.policy import Policy

HOUR_MS: Final = 3_600_000
Relationship: TypeAlias = Literal["copy", "contains", "other"]
_COPIES: Final = ("similar_text", "excerpt")
Evidence: TypeAlias = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class DedupePolicy(Policy):
    """Every number that a verdict depends on. Its `version` is part of each decision."""

    min_words: int = 40  # a shorter text is a copy only if title and text are equal: it has few words of its own
    min_excerpt_words: int = 60  # of a piece of a longer text
    near_jaccard: float = 0.4  # one word in twenty exchanged, and a quarter cut: .4
    near_containment: float = 0.7  # of one in the other: edits and cuts leave it, news on an old background does not
    caseless_jaccard: float = 0.8  # for texts without names to compare, as in scripts without capital letters
    excerpt_containment: float = 0.9  # a trimmed copy is found in the original nearly whole
    swallowed_containment: float = 0.9  # of the earlier article in the later, longer one
    longer: float = 1.5  # times the words: from there on an article brings something new
    conflicting_numbers: float = 0.05  # of the figures in equal surroundings, those that differ: the mark of a template
    conflicting_names: float = 0.15  # the same for names
    replaced_jaccard: float = 0.1  # below, under another title, an address holds another article
    probe: int = 12  # smallest shingles looked up: a copy of Jaccard .5 shares none with probability .5**12 = 2e-4
    bucket: int = 16  # oldest articles looked at under one shingle: stock phrases are no evidence
    candidates: int = 24  # compared with, those that share most shingles first: bounds the work for one article
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


def compare(later: Fingerprint, earlier: Fingerprint, policy: DedupePolicy) -> Match:
    """Judge a later text against an earlier one by their words alone."""
    shared = overlap(later.shingles, earlier.shingles, MAX_SHINGLES)
    evidence: Evidence = {
        "jaccard": round(shared.jaccard, 3), "containment": round(shared.a_in_b, 3),
        "containment_of_canonical": round(shared.b_in_a, 3), "shared_shingles": shared.shared,
        "words": later.words, "canonical_words": earlier.words,
    }  # fmt: skip
    rule, score = _by_shingles(later, earlier, shared, policy)
    if rule not in _COPIES:
        return Match("contains" if rule == "longer_version" else "other", rule, round(score, 3), evidence)
    numbers = Slots(*exchanged(later.numbers, earlier.numbers, MAX_NUMBERS))
    names = Slots(*exchanged(later.names, earlier.names, MAX_NAMES))
    evidence |= {
        "same_numbers": numbers.equal, "other_numbers": numbers.other,
        "same_names": names.equal, "other_names": names.other,
    }  # fmt: skip
    objection = _objection(later, earlier, numbers, names, policy)
    return Match("other" if objection else "copy", objection or rule, round(score, 3), evidence)


def _by_shingles(later: Fingerprint, earlier: Fingerprint, shared: Overlap, policy: DedupePolicy) -> tuple[str, float]:
    if min(later.words, earlier.words) < policy.min_words or later.bare or earlier.bare:
        return "too_short", shared.jaccard
    if shared.b_in_a >= policy.swallowed_containment and later.words >= policy.longer * earlier.words:
        return "longer_version", shared.b_in_a
    similar = policy.near_jaccard if len(later.names) and len(earlier.names) else policy.caseless_jaccard
    if shared.jaccard >= similar and max(shared.a_in_b, shared.b_in_a) >= policy.near_containment:
        return "similar_text", shared.jaccard
    if shared.a_in_b >= policy.excerpt_containment and later.words >= policy.min_excerpt_words:
        return "excerpt", shared.a_in_b
    return "different_text", shared.jaccard


def _objection(later: Fingerprint, earlier: Fingerprint, numbers: Slots, names: Slots, policy: DedupePolicy) -> str:
    """Say why similar texts are not copies, "" where they are."""
    if later.note and not earlier.note:
        return "correction"
    if numbers.conflict > policy.conflicting_numbers:
        return "other_numbers"
    return "other_names" if names.conflict > policy.conflicting_names else ""
