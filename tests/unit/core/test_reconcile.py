import pytest

from streams.core.reconcile import DEAD, DUPLICATE, ENRICHED, Outcome, Owner, contested, gaps, judge

A, B = "0.1.0+a", "0.2.0+b"
HOUR = 3_600_000


def outcome(
    kind: str = ENRICHED, attempt: int = 1, pipeline: str = A, digest: bytes = b"1", written: int = 1, repeats: int = 0
) -> Outcome:
    return Outcome(kind, attempt, pipeline, digest, written, repeats)


def test_one_outcome_is_current_and_nothing_is_wrong() -> None:
    only = outcome(repeats=7)
    assert judge([only]) == (only, (), "", "")


def test_a_higher_attempt_supersedes_whatever_was_written_when() -> None:
    dead, enriched = outcome(DEAD, attempt=1, written=9), outcome(ENRICHED, attempt=2, written=5)
    for order in ([dead, enriched], [enriched, dead]):
        judged = judge(order)
        assert (judged.current, judged.superseded) == (enriched, (dead,))
        assert not judged.doubled
        assert not judged.differing


@pytest.mark.parametrize(("first", "second"), [(DEAD, ENRICHED), (ENRICHED, DEAD), (DEAD, DUPLICATE)])
def test_of_one_attempt_the_pipeline_that_wrote_last_is_current(first: str, second: str) -> None:
    old, new = outcome(first, pipeline=B, written=1), outcome(second, pipeline=A, written=2)
    judged = judge([new, old])
    assert (judged.current, judged.superseded, judged.doubled) == (new, (old,), "")


def test_the_same_kind_under_another_pipeline_is_superseded_and_may_have_other_bytes() -> None:
    old, new = outcome(digest=b"1"), outcome(digest=b"2", pipeline=B, written=2)
    judged = judge([old, new])
    assert (judged.current, judged.superseded, judged.doubled, judged.differing) == (new, (old,), "", "")


@pytest.mark.parametrize(("one", "other"), [(ENRICHED, DUPLICATE), (ENRICHED, DEAD), (DUPLICATE, DEAD)])
def test_two_kinds_of_one_attempt_and_pipeline_are_doubled(one: str, other: str) -> None:
    judged = judge([outcome(one), outcome(other, written=2)])
    assert one in judged.doubled
    assert other in judged.doubled
    assert judged.superseded == ()


def test_dedupe_decides_once_whichever_pipelines_wrote() -> None:
    assert judge([outcome(ENRICHED, pipeline=A), outcome(DUPLICATE, pipeline=B)]).doubled
    assert not judge([outcome(ENRICHED, attempt=1), outcome(DUPLICATE, attempt=2)]).doubled


def test_what_contradicts_a_superseded_attempt_is_found_too() -> None:
    assert judge([outcome(ENRICHED), outcome(DEAD), outcome(ENRICHED, attempt=2)]).doubled


def test_other_bytes_of_one_kind_attempt_and_pipeline_differ() -> None:
    judged = judge([outcome(digest=b"1"), outcome(digest=b"2")])
    assert "enriched" in judged.differing
    assert not judged.doubled
    assert not judge([outcome(digest=b"1"), outcome(digest=b"2", attempt=2)]).differing


@pytest.mark.parametrize(
    ("found", "runs"),
    [
        ([], [range(3, 8)]),
        ([3, 4, 5, 6, 7], []),
        ([4, 5], [range(3, 4), range(6, 8)]),
        ([3, 7], [range(4, 7)]),
        ([0, 1, 5, 5, 9], [range(3, 5), range(6, 8)]),
    ],
)
def test_gaps_are_what_was_not_found(found: list[int], runs: list[range]) -> None:
    assert list(gaps(found, 3, 8)) == runs


def test_an_empty_partition_has_no_gaps() -> None:
    assert list(gaps([], 5, 5)) == []


def test_two_records_that_dedupe_remembered_may_not_own_one_version() -> None:
    owners = [Owner("0/1", 0), Owner("0/2", HOUR)]
    assert contested(owners, [0, HOUR], window_ms=72 * HOUR, max_articles=10) == owners


def test_what_dedupe_had_forgotten_by_then_is_no_contest() -> None:
    owners = [Owner("0/1", 0), Owner("0/2", 73 * HOUR), Owner("0/3", 74 * HOUR)]
    times = [owner.ingested_at for owner in owners]
    assert contested(owners, times, window_ms=72 * HOUR, max_articles=10) == owners[1:]
    crowd = sorted([*times, *range(1, 11)])
    assert contested(owners[:2], crowd, window_ms=100 * HOUR, max_articles=10) == []
    assert contested(owners[:2], crowd, window_ms=100 * HOUR, max_articles=11) == owners[:2]
