"""`enrich` over small files, without the models."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from producers.sources.files import read_files
from streams.cli import main
from streams.cli.enrich import enrich, fetched_at, place_of
from streams.cli.errors import FAILED, OK, TERMINATED
from streams.settings import load

ROOT = Path(__file__).resolve().parents[3]
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
    ("where", "place"),
    [
        ("a.jsonl:7", ("a.jsonl", 7)), ("a.txt", ("a.txt", 3)), ("c:/x/a.txt", ("c:/x/a.txt", 3)),
        ("stdin:12", ("stdin", 12)), ("feed.xml: entry 2", ("feed.xml: entry 2", 3)),
    ],
)  # fmt: skip
def test_the_line_is_found_in_the_place(where: str, place: tuple[str, int]) -> None:
    assert place_of(where, 3) == place


def test_a_dead_line_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    names = ["a.jsonl", "b.jsonl", 'c "ü.txt']
    for name in names:
        (tmp_path / "in" / name).write_text("\nbroken" if name.endswith("l") else "")
    found = outcomes(tmp_path / "in", tmp_path)
    assert found == outcomes(tmp_path / "in", tmp_path)
    assert [(event["file"], event["line"], event["reason"]) for event in found] == [
        (str(tmp_path / "in" / name), line, reason)
        for name, line, reason in zip(names, (2, 2, 3), ("not_json", "not_json", "unreadable"), strict=True)
    ]


def run(*arguments: str) -> int:
    return main(["enrich", *arguments, "--stages", "normalise,dedupe", "--quiet"])


def test_an_input_that_cannot_be_read_is_said_with_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        (tmp_path / "in" / name).write_bytes(b"not gzip")
    out = tmp_path / "out.jsonl"
    assert run(str(tmp_path / "in"), str(out)) == FAILED
    said = capsys.readouterr().err
    assert said.startswith(f"newswire: {tmp_path}/in/a.jsonl.gz:1: the gzip data are damaged")
    assert said.endswith(" (and 1 more): see the dead lines with reason unreadable\n")
    assert said.count("\n") == 1
    assert [json.loads(line)["reason"] for line in out.open()] == ["unreadable"] * 2


def test_records_that_are_dead_are_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"broken\n\xff\n")
    assert run(str(tmp_path / "a.jsonl"), str(tmp_path / "out.jsonl")) == OK
    assert capsys.readouterr().err == ""


@pytest.mark.slow  # the models are loaded
def test_sigterm_ends_it_at_once_with_a_line(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "streams",
        "enrich",
        "-",
        str(tmp_path / "out.jsonl"),
        "--stages",
        "normalise,dedupe",
    ]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"broken\n" * 100_000)  # more than a pipe holds: once it is written, the command is reading
        process.terminate()
        assert process.wait(20) == TERMINATED
        assert process.stderr.read() == b"newswire: terminated before it was done; the output is not whole\n"


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
