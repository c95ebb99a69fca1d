import json

import pytest

from streams.core.linked_data import MAX_DEPTH, objects
from streams.core.page_facts import Facts, read_facts
from streams.core.page_text import headings, without_headline, without_next


def block(value: object) -> str:
    return f"<SCRIPT data-x type='application/ld+json'>{json.dumps(value)}</script>"


def test_outer_objects_come_before_inner_ones() -> None:
    value = [{"a": 1, "in": {"b": 2}}, "text", [{"c": 3}]]
    assert list(objects(f"<p>{block(value)}</p>{block({'d': 4})}")) == [value[0], {"b": 2}, {"c": 3}, {"d": 4}]


def test_broken_and_other_scripts_are_passed_over() -> None:
    other = "<script type='text/javascript'>{}</script><script type=application/ld+json>{broken</script>"
    assert list(objects(other + block({"a": "line\nbreak"}))) == [{"a": "line\nbreak"}]
    assert list(objects("<script type='application/ld+json'>{}")) == []


def test_objects_are_followed_so_deep_only() -> None:
    deep: dict[str, object] = {}
    for _ in range(3 * MAX_DEPTH):
        deep = {"in": deep}
    assert len(list(objects(block(deep)))) == MAX_DEPTH


@pytest.mark.parametrize(
    "piece",
    [
        "<script type='application/ld+json'>",
        "<h1>",
        "<h1 ",
        "<h2>a",
        "<meta name='date' ",
        "<time pubdate ",
        "<h1>a</h2>",
    ],
)
def test_a_page_made_to_keep_us_busy_is_read_once(piece: str) -> None:
    page = piece * (400_000 // len(piece))
    assert list(objects(page)) == []
    assert read_facts(page) == Facts()
    assert headings(page) == frozenset()
    assert without_next(without_headline("text", page), page) == "text"
