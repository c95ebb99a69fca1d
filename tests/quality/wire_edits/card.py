"""The score card: how many of each kind a matcher gets right, and which floors that meets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tests.quality.wire_edits import negatives, positives
from tests.quality.wire_edits.edits import EDITS
from tests.quality.wire_edits.matchers import Answer
from tests.quality.wire_edits.story import Case

CALLED_COPIES: Final = ("copy", "contained")  # of both nothing new is told
PRECISION: Final = "all copies at another address: precision"
F1: Final = "all copies at another address: F1"
# What is wanted: the least share found of the copies of a kind, and the largest share called copies of the others.
WANTED: Final[dict[str, float]] = {
    PRECISION: 0.985, F1: 0.99,
    **dict.fromkeys(EDITS, 0.98), "15 % of the words replaced": 0.96, "dated before its original": 0.98,
    positives.COMBINATIONS: 0.96, positives.TEMPLATED: 0.97, **dict.fromkeys(positives.CONTAINED, 0.94),
    positives.CONTAINS: 0.94, positives.AGAIN: 0.98, positives.EDITED_AGAIN: 0.98,
    negatives.UNRELATED: 0.001, negatives.EVENT: 0.005, negatives.SAME_TITLE: 0.0, negatives.BACKGROUND: 0.01,
    negatives.SITE_TEXT: 0.02, negatives.COLUMNS: 0.05,
    **dict.fromkeys((negatives.MARKET, negatives.SPORT, negatives.WEATHER, negatives.WIRE_FIGURES), 0.02),
    **dict.fromkeys((negatives.LONG_MADE, negatives.LONG_NEWS), 0.02),
}  # fmt: skip
FALSE: Final = frozenset(
    (negatives.UNRELATED, negatives.EVENT, *negatives.COUNTS)
)  # kinds of which few are to be called copies; of all others many are to be found


class Score(NamedTuple):
    """One line of the card. `share` is of those right, or, where few are wanted, of those called copies."""

    kind: str
    cases: int
    share: float
    why: Counter[str]  # of what went wrong


def met(kind: str, share: float, wanted: Mapping[str, float] = WANTED) -> bool:
    """Whether a share is as high, or as low, as wanted; kinds of which nothing is wanted always are."""
    if kind not in wanted:
        return True
    return share <= wanted[kind] if kind in FALSE else share >= wanted[kind]


def is_right(case: Case, answer: Answer, *, has_relations: bool = True) -> bool:
    """Whether the answer names the right earlier article and relation.

    A rule that knows copies only is right about a longer article when it names what that contains.
    """
    if case.expected == "different":
        return answer.relation not in CALLED_COPIES
    if case.original not in answer.urls:
        return False
    if case.expected in CALLED_COPIES:
        return answer.relation in CALLED_COPIES
    return answer.relation == case.expected or not has_relations


def scores(cases: Sequence[Case], answers: Sequence[Answer], *, has_relations: bool = True) -> dict[str, Score]:
    """Return the score of each kind, and those of all copies at another address."""
    told = list(zip(cases, answers, strict=True))
    found: dict[str, Score] = {}
    for kind in dict.fromkeys(case.kind for case in cases):
        own = [pair for pair in told if pair[0].kind == kind]
        wrong = [answer for case, answer in own if not is_right(case, answer, has_relations=has_relations)]
        share = len(wrong) / len(own) if kind in FALSE else 1 - len(wrong) / len(own)
        found[kind] = Score(kind, len(own), share, Counter(f"{a.relation}: {a.why}" for a in wrong))
    return _all_copies(told, has_relations) | found


def _all_copies(told: Sequence[tuple[Case, Answer]], has_relations: bool) -> dict[str, Score]:
    """Count over all cases at another address; replaced names and figures make no copy for certain, so not those."""
    counted = [pair for pair in told if pair[0].expected != "same_article" and pair[0].kind not in positives.ANYWHERE]
    copies = [pair for pair in counted if pair[0].expected in CALLED_COPIES]
    right = sum(is_right(case, answer) for case, answer in copies)
    called = sum(
        answer.relation in CALLED_COPIES and _counts(pair, has_relations) for pair in counted for answer in pair[1:]
    )
    precision, recall = right / max(1, called), right / len(copies)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    none: Counter[str] = Counter()
    return {PRECISION: Score(PRECISION, called, precision, none), F1: Score(F1, len(counted), f1, none)}


def _counts(pair: tuple[Case, Answer], has_relations: bool) -> bool:
    """Whether a call counts: a rule without relations cannot say "contains", so saying "copy" there is no mistake."""
    case, answer = pair
    return has_relations or case.expected != "contains" or not is_right(case, answer, has_relations=False)


def table(columns: Mapping[str, Mapping[str, Score]], judged: str) -> str:
    """Return the card as a Markdown table, a column for each run; floors are taken on the one that `judged` names."""
    head = ["", "n", "wanted", *columns, "met"]
    lines = [head, ["---"] * len(head)]
    for kind, score in columns[judged].items():
        shown = [_shown(kind, run[kind].share) if kind in run else "" for run in columns.values()]
        wanted = _bound(kind) if kind in WANTED else ""
        verdict = ("yes" if met(kind, score.share) else "no") if wanted else ""
        lines.append([kind, f"{score.cases:,}", wanted, *shown, verdict])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bound(kind: str) -> str:
    return f"{'<=' if kind in FALSE else '>='} {_shown(kind, WANTED[kind])}"


def _shown(kind: str, share: float) -> str:
    return f"{100 * share:.{2 if kind == negatives.UNRELATED else 1}f}"


def reasons(scored: Mapping[str, Score]) -> str:
    """Return, for each kind with wrong answers, how many there were and what they were given for."""
    lines = []
    for kind, score in scored.items():
        if score.why:
            lines.append(f"{kind}: " + ", ".join(f"{count} {why}" for why, count in score.why.most_common(6)))
    return "\n".join(lines)
