"""`enrich` over small files, without the models."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from producers.sources.files import read_files
from streams.cli.enrich import enrich, fetched_at, line_of
from streams.settings import load

TEXT = "A new bridge over the river opened in Lisbon on Monday after three years of work by forty engineers."


def outcomes(path: Path, state: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for line in enrich(read_files([str(path)]), load(state=state), stages=("normalise", "dedupe"))
    ]


def test_lines_are_those_of_the_file_blank_ones_counted(tmp_path: Path) -> None:
    article = json.dumps({"url": "https://a.example/1", "title": "Bridge", "text": TEXT})
    path = tmp_path / "in.jsonl"
    path.write_text(f"\n{article}\n\nbroken\n{article}\n")
    found = [(event["line"], event["outcome"]) for event in outcomes(path, tmp_path)]
    assert found == [(2, "enriched"), (4, "dead"), (5, "duplicate")]


def test_what_cannot_be_read_is_a_dead_letter_with_its_own_reason(tmp_path: Path) -> None:
    whole = gzip.compress(
        b'{"url": "https://a.example/1", "title": "T", "text": "' + TEXT.encode() + b'"}\n' + b"x" * 99_000
    )
    path = tmp_path / "cut.jsonl.gz"
    path.write_bytes(whole[:-20])
    reasons = [event.get("reason") for event in outcomes(path, tmp_path)]
    assert reasons[0] is None
    assert reasons[-1] == "unreadable"
    latin = tmp_path / "latin.txt"
    latin.write_bytes("Café\n".encode("latin-1") + TEXT.encode())
    assert [event["reason"] for event in outcomes(latin, tmp_path)] == ["not_utf8"]


@pytest.mark.parametrize(
    ("where", "line"), [("a.jsonl:7", 7), ("a.txt", 3), ("c:/x/a.txt", 3), ("stdin:12", 12), ("feed.xml: entry 2", 3)]
)
def test_the_line_is_found_in_the_place(where: str, line: int) -> None:
    assert line_of(where, 3) == line


@pytest.mark.parametrize(
    ("value", "when"),
    [
        (b'{"fetched_at": "1970-01-01T00:00:01+00:00"}', 1_000),
        (b'{"fetched_at": "1970-01-01T00:00:01"}', None),
        (b'{"fetched_at": 12}', None),
        (b'{"fetched_at": "Thu, 01 Jan 1970 00:00:01 GMT"}', 1_000),
        (b'{"fetched_at": "1970-01-01T00:00:01Z", "views": %b}' % (b"9" * 5_000), 1_000),
        (b'{"fetched_at": "2099-12-31T23:59:59Z"}', 4_102_444_799_000),
        (b'{"fetched_at": "9000-01-01T00:00:00Z"}', None),
        (b'{"fetched_at": -70000000000}', None),
        (b'{"fetched_at": "9999-12-31T23:59:59-12:00"}', None),
        (b"{}", None),
        (b"broken", None),
        (b"[1]", None),
        (b"[" * 10_000, None),
    ],
)
def test_the_time_of_arrival_is_the_record_s_own_if_it_can_be_read(value: bytes, when: int | None) -> None:
    assert fetched_at(value) == when


TIME = "2026-04-07T11:00:00Z"
LATER = "2026-04-20T11:00:00Z"
OTHER = "The council of Elmford voted on Tuesday to keep the ferry running for another year and to paint it green."


def fetched(*times: str) -> list[dict[str, str]]:
    """Return an article and its copies, fetched at these times."""
    return [
        {"url": f"https://a.example/{n}", "title": "Bridge", "text": TEXT, "fetched_at": time}
        for n, time in enumerate(times)
    ]


def outcomes_of(articles: list[dict[str, str]], folder: Path) -> list[dict[str, Any]]:
    path = folder / "in.jsonl"
    path.write_text("\n".join(map(json.dumps, articles)))
    found = outcomes(path, folder)
    assert outcomes(path, folder) == found
    return found


@pytest.mark.parametrize("wrong", ["9000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2031-04-07T11:00:00Z"])
@pytest.mark.parametrize("at", [0, 2])
def test_one_wrong_time_does_not_empty_the_memory(tmp_path: Path, wrong: str, at: int) -> None:
    times = [TIME] * 4
    times[at] = wrong
    articles = fetched(*times)
    articles[0] |= {"title": "Ferry", "text": OTHER}
    found = outcomes_of(articles, tmp_path)
    assert [event["outcome"] for event in found] == ["enriched", "enriched", "duplicate", "duplicate"]


def test_a_time_that_is_borne_out_ends_the_window(tmp_path: Path) -> None:
    found = outcomes_of(fetched(TIME, LATER, LATER), tmp_path)
    assert [event["outcome"] for event in found] == ["enriched", "enriched", "duplicate"]
    assert [event["outcome"] for event in outcomes_of(fetched(TIME, LATER), tmp_path)] == ["enriched", "enriched"]


def test_a_time_beyond_any_fetch_is_a_problem(tmp_path: Path) -> None:
    [event] = outcomes_of(fetched("9000-01-01T00:00:00Z"), tmp_path)
    assert event["problems"] == [{"field": "fetched_at", "problem": "in the future", "value": "9000-01-01T00:00:00Z"}]
