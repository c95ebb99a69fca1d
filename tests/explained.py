"""What holds for every explanation, whatever the two articles are."""

from streams.contracts.events import CleanArticle
from streams.core.dedupe import DedupeState
from streams.core.explain import NOT_LOOKED_UP, Explanation, Threshold, explain
from streams.core.matching import DedupePolicy

POLICY = DedupePolicy()


def check_explained(earlier: CleanArticle, later: CleanArticle) -> Explanation:
    """Explain two articles and compare what is said with what the fold decides."""
    found = explain(earlier, later, POLICY)
    fold = DedupeState(POLICY)
    fold.apply("earlier", fold.judge(earlier, "earlier", None))
    decision = fold.judge(later, "later", None)
    assert found.verdict == (decision.verdict or decision.change)
    assert found.policy == decision.policy
    if decision.verdict is not None:
        assert (found.rule, found.score) == (decision.rule, decision.score)
    if decision.verdict in ("near_copy", "contained"):
        assert found.match.evidence == decision.evidence
    _check_thresholds(found)
    _check_slots(found)
    _check_alignment(found)
    assert found.headline.count("\n") == 0
    assert found.meaning
    return found


def _check_thresholds(found: Explanation) -> None:
    """They lead to the rule that the comparison of the words gives."""
    if found.verdict in ("near_copy", "contained", "new"):
        assert _rule_of(found) == found.match.rule
    if found.verdict == "new":
        assert found.rule in (found.match.rule, NOT_LOOKED_UP)


def _rule_of(found: Explanation) -> str:
    asked: dict[str, Threshold] = {threshold.name: threshold for threshold in found.thresholds}
    met = {name for name, threshold in asked.items() if threshold.met}
    if {"longer", "swallowed_containment", "min_compared"} <= met and not set(asked) & {
        "near_jaccard",
        "caseless_jaccard",
    }:
        return "longer_version"
    similar = {"near_jaccard", "near_containment"} <= met or "caseless_jaccard" in met
    excerpt = {"min_excerpt_words", "excerpt_containment", "min_compared"} <= met
    if not similar and not excerpt:
        return "different_text" if set(asked) & {"near_jaccard", "caseless_jaccard"} else "too_short"
    if "conflicting_numbers" not in asked:
        return "correction"
    objection = "other_numbers" if "conflicting_numbers" not in met else "other_names"
    return objection if "conflicting_names" not in met else "similar_text" if similar else "excerpt"


def _check_slots(found: Explanation) -> None:
    """What is told in plain text is what was counted."""
    evidence = found.match.evidence
    if "same_numbers" in evidence:
        assert (evidence["same_numbers"], evidence["other_numbers"]) == (
            len(found.figures.same), len(found.figures.other),
        )  # fmt: skip
        assert (evidence["same_names"], evidence["other_names"]) == (len(found.names.same), len(found.names.other))


def _check_alignment(found: Explanation) -> None:
    """Every word stands in it once."""
    rows, words = found.text.rows, found.text.words
    assert words.same + words.only_earlier >= found.earlier.marks.words
    assert words.same + words.only_later >= found.later.marks.words
    for side, text in (("earlier", found.earlier.substance.text), ("later", found.later.substance.text)):
        parts = [part for row in rows if (part := getattr(row, side))]
        assert parts == [part for part in map(str.strip, text.split("\n")) if part]
    if found.verdict in ("same_article", "exact_copy"):
        assert (words.only_earlier, words.only_later) == (0, 0)
