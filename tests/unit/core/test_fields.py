import math
from typing import Any

import pytest

from streams.contracts.errors import Malformed
from streams.core.fields import MAX_UNKNOWN_FIELDS, read_fields, split_authors

GOOD: dict[str, Any] = {"url": "https://example.org/a", "title": "A title", "text": "Some text."}


def notes(record: dict[str, Any]) -> list[tuple[str, str]]:
    return [(p.field, p.problem) for p in read_fields(record).problems]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"title": None}, "no_title"),
        ({"title": "  "}, "no_title"),
        ({"title": 5}, "bad_field"),
        ({"title": ["a"]}, "bad_field"),
        ({"url": 5}, "bad_field"),
        ({"url": None}, "no_identity"),
        ({"url": "", "guid": True}, "bad_field"),
        ({"text": None}, "no_text"),
        ({"text": 5}, "bad_field"),
        ({"text": None, "html": {"a": 1}}, "bad_field"),
    ],
)
def test_needed_fields_must_be_right(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(Malformed) as error:
        read_fields(GOOD | change)
    assert error.value.reason == reason


def test_optional_fields_may_be_odd() -> None:
    record = GOOD | {
        "guid": 7, "html": [], "rights": math.nan, "language": math.inf, "source": {"a": "\ud800"},
        "authors": ["By One", 2, "One", ""], "extra": None,
    }  # fmt: skip
    assert notes(record) == [
        ("guid", "wrong type"), ("html", "wrong type"), ("source", "wrong type"), ("language", "number too large"),
        ("rights", "not a number"), ("authors", "wrong type"), ("extra", "unknown field"),
    ]  # fmt: skip
    assert read_fields(record).authors == ("One",)


def test_unsafe_characters_are_noted_with_their_field() -> None:
    record = GOOD | {"title": "A\x00b", "summary": "\ud800"}
    assert notes(record) == [("title", "control characters"), ("summary", "lone surrogates")]
    assert read_fields(record).title == "A b"


def test_unknown_fields_are_noted_up_to_a_limit() -> None:
    record = GOOD | {f"x{n}": "v" * 500 for n in range(50)}
    problems = read_fields(record).problems
    assert len(problems) == MAX_UNKNOWN_FIELDS
    assert {len(p.value) for p in problems} == {200}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ("By A. One, B. Two and C. Three", ("A. One", "B. Two", "C. Three")),
        ("A One; B Two", ("A One", "B Two")),
        ("A One, and B Two", ("A One", "B Two")),
        ("Alexandra Anderson", ("Alexandra Anderson",)),
        ("A One, A One, ", ("A One",)),
        ("", ()),
    ],
)
def test_authors_in_one_string_are_split(names: str, found: tuple[str, ...]) -> None:
    assert split_authors(names) == found
    assert read_fields(GOOD | {"authors": names}).authors == found


def test_authors_of_another_type_are_dropped() -> None:
    assert notes(GOOD | {"authors": 5}) == [("authors", "wrong type")]
    assert read_fields(GOOD | {"authors": None}).authors == ()
