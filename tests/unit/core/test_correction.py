"""Which record is sent again for an order to split or merge, and when there is nothing to do."""

import pytest

from streams.core.correction import Action, Correction, Known, Seen, correct, standing, to_send_again


def seen(origin: str, canonical: str, verdict: str | None = None, attempt: int = 1) -> Seen:
    return Seen(origin, attempt, verdict, canonical)


A = Known("a", [seen("0", "a")], "a")
B = Known("b", [seen("1", "a", "near_copy"), seen("2", "a", "same_article")], "a")
C = Known("c", [seen("3", "c"), seen("4", "c", attempt=2), seen("5", "c", "same_article")], "c")


def test_what_an_article_is_today_is_the_newest_attempt_and_then_what_came_last() -> None:
    assert standing(B.seen).origin == "2"
    assert standing(C.seen).origin == "4"


def test_the_newest_content_is_sent_again() -> None:
    assert to_send_again(B.seen).origin == "1"
    assert to_send_again(C.seen).origin == "4"
    assert to_send_again(B.seen[1:]).origin == "2"


@pytest.mark.parametrize(("one", "other"), [(A, B), (B, A)])
def test_of_a_split_the_copy_is_judged_anew_whichever_is_named_first(one: Known, other: Known) -> None:
    assert correct("split", one, other) == Correction("split", "a", "b", "a", "1", 2)


def test_of_two_copies_of_a_third_the_second_leaves() -> None:
    sibling = Known("d", [seen("9", "a", "exact_copy", 3)], "a")
    assert correct("split", B, sibling) == Correction("split", "b", "d", "a", "9", 4)


def test_the_attempt_is_above_all_that_the_article_has_had() -> None:
    assert correct("merge", A, C) == Correction("merge", "a", "c", "a", "4", 3)
    newer = Known("c", [seen("3", "c", attempt=7), seen("8", "c")], "c")
    assert correct("merge", B, newer) == Correction("merge", "b", "c", "a", "8", 8)


@pytest.mark.parametrize(
    ("action", "one", "other"), [("split", A, C), ("split", B, C), ("merge", A, B), ("merge", B, A), ("merge", B, B)]
)
def test_there_may_be_nothing_to_do(action: Action, one: Known, other: Known) -> None:
    assert str(correct(action, one, other)).startswith(f"nothing to {action}")
