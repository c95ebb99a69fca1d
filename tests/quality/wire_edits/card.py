"""The score card: how many of each kind a matcher gets right, and which floors that meets."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from tests.quality import figures
from tests.quality.floors import floors
from tests.quality.wire_edits import negatives, positives
from tests.quality.wire_edits.matchers import Answer
from tests.quality.wire_edits.story import Case

CALLED_COPIES: Final = ("copy", "contained")  # of both nothing new is told
PRECISION: Final = "all copies at another address: precision"
F1: Final = "all copies at another address: F1"
MEASURE: Final = "near_copies"
# What is wanted: the least share found of the copies of a kind, and the largest share called copies of the others.
WANTED: Final = {kind: bar.aim for kind, bar in floors()[MEASURE].parts.items() if bar.aim is not None}
FALSE: Final = frozenset(
    (negatives.UNRELATED, negatives.EVENT, *negatives.COUNTS)
)  # kinds of which few are to be called copies; of all others many are to be found


class Score(NamedTuple):
    """One line of the card. `share` is of those right, or, where few are wanted, of those called copies."""

    kind: str
    cases: int
    share: float
    why: Counter[str]  # of what went wrong
    figure: figures.Figure


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
        figure = figures.share(len(wrong) if kind in FALSE else len(own) - len(wrong), len(own))
        why = Counter(f"{answer.relation}: {answer.why}" for answer in wrong)
        found[kind] = Score(kind, len(own), figure.value, why, figure)
    return _all_copies(told, has_relations) | found


def _all_copies(told: Sequence[tuple[Case, Answer]], has_relations: bool) -> dict[str, Score]:
    """Count over all cases at another address; replaced names and figures make no copy for certain, so not those."""
    counted = [pair for pair in told if pair[0].expected != "same_article" and pair[0].kind not in positives.ANYWHERE]
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for pair in counted:
        case, answer = pair
        is_copy = case.expected in CALLED_COPIES
        called = answer.relation in CALLED_COPIES and _counts(pair, has_relations)
        tally = sums[case.original or case.later.url]  # cases of one original are drawn together
        for at, counts in enumerate((is_copy and is_right(case, answer), called, is_copy)):
            tally[at] += counts
    rows = [(right, called, copies) for right, called, copies in sums.values()]
    precision, f1 = figures.ratio((right, called) for right, called, _ in rows), figures.f1(rows)
    none: Counter[str] = Counter()
    return {
        PRECISION: Score(PRECISION, precision.of, precision.value, none, precision),
        F1: Score(F1, len(counted), f1.value, none, f1._replace(of=len(counted))),
    }


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
