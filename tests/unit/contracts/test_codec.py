import json
import math

import pytest

from streams.contracts.codec import MAX_DEPTH, Headers, decode, decode_headers, decode_raw, encode
from streams.contracts.errors import REASONS, Malformed
from streams.contracts.events import DeadLetter, Part, RawArticle, schema_name

LIMIT = 1_000_000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "null_value"),
        (b"x" * (LIMIT + 1), "too_large"),
        (b'{"title": "caf\xe9"}', "not_utf8"),
        (b"", "not_json"),
        (b'{"title": "cut of', "not_json"),
        (b"{} {}", "not_json"),
        (b"[1, 2]", "not_object"),
        (b"12", "not_object"),
        (b'"text"', "not_object"),
        (b"true", "not_object"),
        (b"null", "not_object"),
        (b"[" * 10_000 + b"]" * 10_000, "too_deep"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep"),
        (b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1), "too_deep"),
    ],
)
def test_what_is_no_raw_article_is_refused_with_a_reason(value: bytes | None, reason: str) -> None:
    with pytest.raises(Malformed) as error:
        decode_raw(value, LIMIT)
    assert error.value.reason == reason
    assert error.value.message


def test_depth_up_to_the_limit_is_read() -> None:
    value = b'{"a":' * (MAX_DEPTH - 1) + b"[1]" + b"}" * (MAX_DEPTH - 1)
    assert decode_raw(value, LIMIT)["a"]


def test_odd_but_harmless_json_is_read() -> None:
    value = b'\xef\xbb\xbf{"a": NaN, "b": 1e999, "c": ' + b"9" * 5_000 + b', "d": "\\ud800", "e": "\\u0000", "f": -12}'
    read = decode_raw(value, LIMIT)
    assert math.isnan(read["a"])
    assert read["b"] == read["c"] == math.inf
    assert read["d"] == "\ud800"
    assert read["f"] == -12


def test_headers_come_back_as_they_went() -> None:
    headers = Headers("CleanArticle/1", "news.raw/e/3/17", 1_775_000_000_000, 1, "normalise", "0.1.0+abc")
    assert decode_headers(headers.encode()) == headers
    timeless = Headers("CleanArticle/1", "file/-/0/17", None, 1, "normalise", "0.1.0+abc")
    assert decode_headers(timeless.encode()) == timeless


@pytest.mark.parametrize(
    "pairs",
    [None, [], [("schema", b"x")], [("schema", b"\xff")], [("schema", None)],
     [*Headers("a", "b", 1, 1, "c", "d").encode()[:-1], ("pipeline", b"\xff")]],
)  # fmt: skip
def test_headers_of_another_program_are_refused(pairs: list[tuple[str, bytes]] | None) -> None:
    with pytest.raises(Malformed) as error:
        decode_headers(pairs)
    assert error.value.reason == "bad_event"


def test_events_come_back_as_they_went_and_as_the_same_bytes() -> None:
    raw = RawArticle(url="https://example.org/a", title="Title", text="Körper ☃", authors=("A", "B"))
    assert decode(RawArticle, encode(raw)) == raw
    assert encode(decode(RawArticle, encode(raw))) == encode(raw)


def test_unknown_fields_of_a_newer_writer_are_ignored() -> None:
    value = json.dumps({"title": "Title", "mood": "sunny"}).encode()
    assert decode(RawArticle, value).title == "Title"


@pytest.mark.parametrize("value", [None, b"", b"[]", b"{}", b'{"title": 3}', b"\xff"])
def test_what_is_no_event_is_refused(value: bytes | None) -> None:
    with pytest.raises(Malformed) as error:
        decode(RawArticle, value)
    assert error.value.reason in ("null_value", "bad_event")


def test_schema_names_carry_the_version() -> None:
    assert schema_name(DeadLetter) == "DeadLetter/1"
    assert schema_name(Part) == "Part/1"


def test_a_reason_outside_the_list_is_a_programming_error() -> None:
    with pytest.raises(AssertionError):
        Malformed("whatever", "…")
    assert all(REASONS.values())
