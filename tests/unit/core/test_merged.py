"""Stories that became one."""

from itertools import permutations

from streams.core.merged import Merged


def test_a_chain_is_followed_to_its_end() -> None:
    merged = Merged()
    merged.add(7, b"b", [b"c", b"d"])
    merged.add(9, b"a", [b"b"])
    assert [merged.survivor(story) for story in (b"a", b"b", b"c", b"d", b"e")] == [b"a", b"a", b"a", b"a", b"e"]
    assert len(merged) == 2


def test_stories_merged_crosswise_by_two_writers_make_no_circle() -> None:
    merged = Merged()
    merged.add(7, b"a", [b"b"])
    merged.add(9, b"b", [b"a"])
    assert (merged.survivor(b"a"), merged.survivor(b"b")) == (b"b", b"b")


def test_the_newest_decision_counts_and_one_taken_back_does_not() -> None:
    merged = Merged()
    merged.add(9, b"x", [b"c"])
    merged.add(7, b"y", [b"c"])
    assert merged.survivor(b"c") == b"x"
    merged.remove(9)
    assert merged.survivor(b"c") == b"y"
    merged.remove(7)
    merged.remove(7)
    assert (merged.survivor(b"c"), len(merged)) == (b"c", 0)


def test_the_order_of_filing_does_not_matter() -> None:
    entries = [(3, b"b", [b"d"]), (5, b"a", [b"b"]), (8, b"a", [b"c"]), (6, b"c", [b"e"])]
    found = set()
    for order in permutations(entries):
        merged = Merged()
        for entry in order:
            merged.add(*entry)
        found.add(tuple(merged.survivor(story) for story in (b"a", b"b", b"c", b"d", b"e")))
    assert found == {(b"a", b"a", b"a", b"a", b"a")}


def test_a_story_has_its_parts_and_theirs() -> None:
    merged = Merged()
    merged.add(7, b"b", [b"c", b"d"])
    merged.add(9, b"a", [b"b"])
    assert merged.parts(b"a") == [b"a", b"b", b"c", b"d"]
    merged.add(11, b"x", [b"d"])
    assert (merged.parts(b"a"), merged.parts(b"x")) == ([b"a", b"b", b"c"], [b"x", b"d"])
    for number in (7, 9, 11):
        merged.remove(number)
    assert (merged.parts(b"a"), merged.parts(b"x")) == ([b"a"], [b"x"])
