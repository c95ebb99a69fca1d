"""Why one article is a copy of another, or not: the decision of dedupe on these two alone, told with all its facts.

The verdict is that of a fold which has seen the earlier article and nothing else (`DedupeState.judge`); the facts come
from the functions that it decides by. Text and alignment are what is compared (`wording.substance`).
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from streams.contracts.events import Change, Changes, CleanArticle, UniqueArticle, Verdict
from streams.core.align import Alignment, Difference, align, align_line
from streams.core.decision import Decision
from streams.core.dedupe import DedupeState
from streams.core.fingerprint import MAX_PAIRS, MAX_SHINGLES, Fingerprint, Overlap, fingerprint, overlap
from streams.core.matching import HOUR_MS, DedupePolicy, Match, compare
from streams.core.memory import COPY_OF_COPY
from streams.core.outcome import outcome
from streams.core.override import RULE as OVERRIDE
from streams.core.slots import Slots, figures_and_names
from streams.core.stories import StoryPolicy
from streams.core.wording import Reading, Substance, parted, read_article

Outcome: TypeAlias = Verdict | Change

NOT_LOOKED_UP: Final = "not_looked_up"
FORGOTTEN: Final = "forgotten"
_EARLIER, _LATER = "earlier", "later"  # origins of the two in a fold of their own

WORDS: Final[dict[str, str]] = {
    "same_article": "same article",
    "exact_copy": "exact copy",
    "near_copy": "near copy",
    "contained": "contained",
    "new": "different",
    "revised": "revised",
    "corrected": "corrected",
    "replaced": "replaced",
}

MEANINGS: Final[dict[str, str]] = {
    "same_content": "One identity (address or guid) and the same words in headline and text: the article came again.",
    "same_words": "Another identity, the same words in the same order; case, punctuation and house style do not count."
    " Of a short text, or one that does not mention its title, the title has to be the same, too.",
    "similar_text": "Enough pairs of neighbouring words stand in both texts, and figures and names in equal"
    " surroundings agree.",
    "excerpt": "Nearly all runs of five words of the later text stand in the earlier one, and its figures and names"
    " agree: it is a part of it.",
    "different_text": "Too few pairs of neighbouring words stand in both texts.",
    "longer_version": "The later text holds nearly all of the earlier one and is much longer: it brings something new,"
    " and is related to it.",
    "too_short": "A text of few words, or one that mentions nothing of its title (a paywall, a cookie notice), is a"
    " copy only of one with the same title and the same words.",
    "correction": "The texts are alike, but the later one carries a note that it was corrected: its readers need it.",
    "other_numbers": "The texts are alike, but too many figures differ in equal surroundings: two reports of one"
    " template.",
    "other_names": "The texts are alike, but too many names differ in equal surroundings: two reports of one template.",
    "revised": "One identity, other words: a new version of the same article.",
    "corrected": "One identity, other words, and a note that it was corrected: a new version of the same article.",
    "replaced": "One identity, but another title and hardly a run of five words in common: the address holds another"
    " article now.",
    NOT_LOOKED_UP: "By their words the one is a copy of the other, but they share none of the smallest shingles under"
    " which articles are looked up.",
    FORGOTTEN: "The earlier article was no longer remembered when the later one arrived.",
}

_WHAT: Final[dict[str, str]] = {
    "min_words": "words of the shorter text",
    "swallowed_containment": "share of the earlier text's runs of five words that the later one has",
    "longer": "words of the later text in those of the earlier one",
    "near_jaccard": "Jaccard of the pairs of words",
    "caseless_jaccard": "Jaccard of the runs of five words (a text has no names)",
    "near_containment": "share of one text's pairs of words that the other one has",
    "excerpt_containment": "share of the later text's runs of five words that the earlier one has",
    "min_excerpt_words": "words of the later text",
    "min_compared": "runs of five words in the part of the samples that is compared",
    "conflicting_numbers": "share of figures in equal surroundings that differ",
    "conflicting_names": "share of names in equal surroundings that differ",
    "replaced_jaccard": "Jaccard of the runs of five words",
}
_COPIES: Final = ("same_article", "exact_copy", "near_copy", "contained")
_VERSIONS: Final = ("new", "revised", "corrected", "replaced")
_CHANGES: Final[tuple[Difference, ...]] = ("altered", "removed", "added")
_SIMILARITY: Final = ("near_jaccard", "caseless_jaccard", "near_containment")
_DECIDING: Final = {"too_short": 1, "longer_version": 5}  # so many of the last thresholds say why an article is new


class Threshold(NamedTuple):
    """A number of the policy and what the two articles have; in the order in which dedupe asks."""

    name: str  # of the policy's field
    what: str
    value: float
    limit: float
    at_least: bool  # else at most
    met: bool

    @property
    def compared(self) -> str:
        """The value against its limit."""
        return f"{told(self.value)}, {'at least' if self.at_least else 'at most'} {told(self.limit)}"

    @property
    def text(self) -> str:
        """The threshold in words."""
        return f"{self.what} {self.compared}"


class Side(NamedTuple):
    """One of the two articles as it is compared."""

    article: CleanArticle
    substance: Substance
    reading: Reading
    marks: Fingerprint


@dataclass(frozen=True, slots=True)
class Explanation:
    """What dedupe decides on the later article, and all that it rests on."""

    verdict: Outcome
    rule: str
    score: float
    policy: str  # version
    match: Match  # by the words alone, whoever the articles are
    thresholds: tuple[Threshold, ...]  # those that were asked; where one is not met, the next may be another way
    figures: Slots
    names: Slots
    earlier: Side
    later: Side
    titles: Alignment
    text: Alignment
    hours_apart: float | None  # None where times of arrival are not known
    event_changes: Changes | None  # what the event of a new version says that it changes

    @property
    def headline(self) -> str:
        """The verdict in a line."""
        head = f"{WORDS[self.verdict]}: {self.rule}"
        if self.verdict in ("near_copy", "contained"):
            return f"{head}, score {told(self.score)}"
        return f"{head}, {because}" if (because := self.because) else head

    @property
    def meaning(self) -> str:
        """The rule in words."""
        return MEANINGS[self.rule]

    @property
    def because(self) -> str:
        """What decided, in these articles' own numbers; "" where the rule says it all."""
        if self.verdict == "new":
            return self._because_new()
        return self.changes if self.verdict in ("revised", "corrected", "replaced") else ""

    @property
    def changes(self) -> str:
        """What the later one has otherwise, in a line."""
        title = ["another title"] if self.titles.paragraphs("same") == 0 else []
        counts = {change: self.text.paragraphs(change) for change in _CHANGES}
        named = [f"{change} {count}" for change, count in counts.items() if count]
        return ", ".join([*title, *(["paragraphs " + ", ".join(named)] if named else [])]) or "nothing that is compared"

    def _because_new(self) -> str:
        if self.rule == FORGOTTEN:
            return f"{told(self.hours_apart or 0)} hours lie between them; by their words: {self.match.rule}"
        if self.rule == "correction":
            return f"“{' '.join(self.later.reading.note.split())}”"
        bare = [name for name, side in (("earlier", self.earlier), ("later", self.later)) if side.marks.bare]
        if self.rule == "too_short" and bare:
            return f"the {' and the '.join(bare)} one mentions nothing of its title"
        slots = {"other_numbers": ("figures", self.figures), "other_names": ("names", self.names)}.get(self.rule)
        if slots is not None:
            other, common = len(slots[1].other), len(slots[1].other) + len(slots[1].same)
            return f"{other} of {common} {slots[0]} in equal surroundings differ ({self.thresholds[-1].compared})"
        if self.rule == "different_text":
            return next(asked.text for asked in self.thresholds if asked.name in _SIMILARITY and not asked.met)
        last = len(self.thresholds) - _DECIDING.get(self.rule, 0)
        return "; ".join(asked.text for asked in self.thresholds[last:])


class Recorded(NamedTuple):
    """What was decided on an article when it came in."""

    verdict: Outcome
    rule: str
    score: float
    canonical_id: str  # its own where it is no copy
    policy: str  # "" where the event does not say it
    pipeline: str


def told(number: float) -> str:
    """Return a number for people, a share as .91."""
    text = f"{number:.3f}".rstrip("0").rstrip(".")
    return text[1:] if text.startswith("0.") else text


def explain(
    earlier: CleanArticle,
    later: CleanArticle,
    policy: DedupePolicy,
    stories: StoryPolicy | None = None,
    *,
    earlier_at: int | None = None,
    later_at: int | None = None,
) -> Explanation:
    """Explain what dedupe decides when the later article arrives and only the earlier one is known.

    Times of arrival are in ms since 1970 UTC; without them nothing is forgotten.
    """
    fold = DedupeState(policy, stories)
    fold.apply(_EARLIER, fold.judge(earlier, _EARLIER, earlier_at))
    forgotten = fold.expired(later_at)
    for origin in forgotten:
        fold.forget(origin)
    decision = fold.judge(later, _LATER, later_at)
    event, _ = outcome(later, decision, _LATER, pipeline="")
    one, other = _side(earlier), _side(later)
    match = compare(other.marks, one.marks, policy)
    verdict: Outcome = decision.verdict or decision.change or "new"
    figures, names = figures_and_names(one.substance.text, one.reading.body, other.substance.text, other.reading.body)
    return Explanation(
        verdict=verdict, rule=_rule(decision, match, forgotten=bool(forgotten)),
        score=decision.score if decision.verdict else match.score, policy=decision.policy, match=match,
        thresholds=tuple(_asked_of(verdict, other.marks, one.marks, policy, figures, names)), figures=figures,
        names=names, earlier=one, later=other, titles=align_line(earlier.title, later.title),
        text=align(one.substance.text, other.substance.text), hours_apart=_hours(earlier_at, later_at),
        event_changes=event.changes if isinstance(event, UniqueArticle) else None,
    )  # fmt: skip


def otherwise(recorded: Recorded, now: Explanation) -> str:
    """Say what today's policy makes of the later article where that is not what was recorded of it, else ""."""
    canonical = now.earlier.article.article_id
    if recorded.verdict in _COPIES and recorded.canonical_id != canonical:
        return ""  # it was compared with others, too
    if recorded.rule == OVERRIDE:
        return "an operator made it a copy (newswire override merge)"
    if recorded.verdict != now.verdict and not (recorded.verdict in _VERSIONS and now.verdict == "new"):
        return f"today's policy would decide otherwise: {now.headline}"
    if recorded.verdict in _COPIES and recorded.rule not in (now.rule, COPY_OF_COPY):
        return f"today's policy would decide the same by another rule: {now.rule}"
    return ""


def _side(article: CleanArticle) -> Side:
    reading = read_article(article.title, article.text)
    return Side(article, parted(article.text), reading, fingerprint(reading))


def _hours(earlier_at: int | None, later_at: int | None) -> float | None:
    return None if earlier_at is None or later_at is None else (later_at - earlier_at) / HOUR_MS


def _rule(decision: Decision, match: Match, *, forgotten: bool) -> str:
    """Return the rule of a decision; of one that calls the article new, why it was not taken for a copy."""
    if decision.verdict is not None or decision.change != "new":
        return decision.rule
    if forgotten:
        return FORGOTTEN
    found = bool(decision.related) if match.relationship == "contains" else match.relationship != "copy"
    return match.rule if found else NOT_LOOKED_UP


def _asked_of(
    verdict: Outcome, later: Fingerprint, earlier: Fingerprint, policy: DedupePolicy, figures: Slots, names: Slots
) -> Iterator[Threshold]:
    if verdict in ("near_copy", "contained", "new"):
        return _asked(later, earlier, policy, figures, names)
    if verdict in ("revised", "replaced") and later.title_hash != earlier.title_hash:
        shared = overlap(later.shingles, earlier.shingles, MAX_SHINGLES).jaccard
        return iter((_at_least("replaced_jaccard", shared, policy),))
    return iter(())


def _asked(
    later: Fingerprint, earlier: Fingerprint, policy: DedupePolicy, figures: Slots, names: Slots
) -> Iterator[Threshold]:
    """Yield what `matching.compare` asks of two texts, in its order, up to what decides."""
    yield (words := _at_least("min_words", min(later.words, earlier.words), policy))
    if not words.met or earlier.bare:
        return
    shared = overlap(later.shingles, earlier.shingles, MAX_SHINGLES)
    decided = None if later.bare else (yield from _asked_of_wholes(later, earlier, shared, policy))
    if decided is None:
        excerpt = [
            _at_least("min_excerpt_words", later.words, policy),
            _at_least("excerpt_containment", shared.a_in_b, policy),
            _at_least("min_compared", shared.shared + shared.only_a, policy),
        ]
        yield from excerpt
        if not all(asked.met for asked in excerpt):
            return
    if later.note and not earlier.note and decided != "longer_version":
        return
    yield (numbers := _at_most("conflicting_numbers", figures.conflict, policy))
    if numbers.met:
        yield _at_most("conflicting_names", names.conflict, policy)


def _asked_of_wholes(
    later: Fingerprint, earlier: Fingerprint, shared: Overlap, policy: DedupePolicy
) -> Generator[Threshold, None, str | None]:
    """Yield what is asked of a text that is not bare before it may be a piece; return the rule that it ends with."""
    yield (longer := _at_least("longer", later.words / earlier.words, policy))
    if longer.met:
        yield (swallowed := _at_least("swallowed_containment", shared.b_in_a, policy))
        yield (compared := _at_least("min_compared", shared.shared + shared.only_b, policy))
        if swallowed.met and compared.met:
            return "longer_version"
    if not (len(later.names) and len(earlier.names)):
        yield (similar := _at_least("caseless_jaccard", shared.jaccard, policy))
        return "similar_text" if similar.met else None
    pairs = overlap(later.pairs, earlier.pairs, MAX_PAIRS)
    yield (similar := _at_least("near_jaccard", pairs.jaccard, policy))
    yield (near := _at_least("near_containment", max(pairs.a_in_b, pairs.b_in_a), policy))
    return "similar_text" if similar.met and near.met else None


def _at_least(name: str, value: float, policy: DedupePolicy) -> Threshold:
    limit = getattr(policy, name)
    return Threshold(name, _WHAT[name], value, limit, at_least=True, met=value >= limit)


def _at_most(name: str, value: float, policy: DedupePolicy) -> Threshold:
    limit = getattr(policy, name)
    return Threshold(name, _WHAT[name], value, limit, at_least=False, met=value <= limit)
