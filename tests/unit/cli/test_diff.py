"""`diff` over files of outcomes."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from streams.cli import main
from streams.cli.diff import told
from streams.core.diff import Change


def dead(line: int, reason: str = "no_text", **more: Any) -> dict[str, Any]:
    return {
        "outcome": "dead", "line": line, "event_id": f"{line}", "stage": "normalise", "reason": reason, "message": "m",
        "attempts": 1, "size": 1, "sha256": "", "raw_base64": None, **more,
    }  # fmt: skip


def written(path: Path, *events: dict[str, Any]) -> str:
    text = "".join(json.dumps(event) + "\n" for event in events)
    path.write_bytes(gzip.compress(text.encode())) if path.suffix == ".gz" else path.write_text(text)
    return str(path)


def diff(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    code = main(["diff", *arguments, "--json"])
    printed = capsys.readouterr()
    return code, [json.loads(line) for line in printed.out.splitlines()], printed.err


def test_the_same_outcomes_in_another_file_do_not_differ(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = written(tmp_path / "a.jsonl", dead(1), dead(2))
    other = written(tmp_path / "b.jsonl.gz", dead(2, event_id="other"), dead(1))
    code, [last], _ = diff(capsys, one, other)
    assert (code, last["summary"]["compared"], last["summary"]["unchanged"]) == (0, 2, 1.0)


def test_differences_come_in_the_order_of_lines_and_the_summary_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = written(tmp_path / "a.jsonl", dead(10), dead(9), dead(3), dead(2))
    other = written(tmp_path / "b.jsonl", dead(9, "no_title"), dead(10, "bad_url"), dead(2), dead(11))
    code, [*found, last], _ = diff(capsys, one, other)
    assert code == 1
    assert [(d["at"], d.get("only_in")) for d in found] == [
        ("line 3", "A"), ("line 9", None), ("line 10", None), ("line 11", "B"),
    ]  # fmt: skip
    assert found[1]["changes"] == [{"kind": "reason", "what": "", "before": "no_text", "after": "no_title"}]
    assert (last["summary"]["only_in_a"], last["summary"]["only_in_b"], last["summary"]["differing"]) == (1, 1, 2)
    code, found, _ = diff(capsys, one, other, "--limit", "1", "--both")
    assert (code, len(found), found[0]["at"], found[1]["summary"]["differing"]) == (1, 2, "line 9", 2)
    only = written(tmp_path / "c.jsonl", dead(2))
    assert diff(capsys, one, only, "--both")[0] == 0


def test_lines_of_several_input_files_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = written(tmp_path / "a.jsonl", dead(1), dead(1, "bad_url"))
    assert diff(capsys, one, one)[1][-1]["summary"]["compared"] == 2
    other = written(tmp_path / "b.jsonl", dead(1), dead(1, "no_title"))
    assert [d["at"] for d in diff(capsys, one, other)[1][:-1]] == ["line 1 (2)"]


def test_origins_align_lines_that_have_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = written(tmp_path / "a.jsonl", dead(1, origin="news.raw/e/0/10"), dead(2, origin="news.raw/e/0/9"))
    other = written(
        tmp_path / "b.jsonl", dead(7, origin="news.raw/e/0/9"), dead(8, "bad_url", origin="news.raw/e/0/10")
    )
    code, [found, _], _ = diff(capsys, one, other)
    assert (code, found["at"]) == (1, "news.raw/e/0/10")
    by_line = written(tmp_path / "c.jsonl", dead(1))
    code, _, message = diff(capsys, one, by_line)
    assert (code, len(message.splitlines())) == (2, 1)
    assert "cannot be aligned" in message


@pytest.mark.parametrize("text", ["broken", "[1]", "{}", '{"outcome": "fine"}', '{"outcome": "dead", "line": 1}'])
def test_a_line_that_is_no_outcome_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(text + "\n")
    code, _, message = diff(capsys, str(path), str(path))
    assert (code, len(message.splitlines())) == (2, 1)
    assert "a.jsonl:1" in message or "line 1" in message


def test_what_cannot_be_read_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cut = tmp_path / "a.jsonl.gz"
    cut.write_bytes(gzip.compress(json.dumps(dead(1)).encode() * 99)[:-9])
    for name in (str(tmp_path / "none.jsonl"), str(cut), str(tmp_path)):
        code, _, message = diff(capsys, name, name)
        assert (code, len(message.splitlines())) == (2, 1)
    assert diff(capsys, "live", "topic:x")[0] == 2  # no broker is named


def test_a_person_sees_the_summary_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = written(tmp_path / "a.jsonl", dead(1), dead(2))
    other = written(tmp_path / "b.jsonl", dead(1, "no_title"), dead(2, "bad_url"))
    assert main(["diff", one, other, "--limit", "1"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "compared 2, differing 2, unchanged 0.0%" in lines[0]
    assert any("line 1" in line for line in lines)
    assert not any("line 2" in line for line in lines)
    assert lines[-1].startswith("and 1 more")
    assert main(["diff", one, other, "--limit", "-1"]) == 2


def test_a_change_is_one_line_and_no_markup_of_the_article_is_taken_for_ours() -> None:
    assert told(Change("title", "", "[red]A", "B")) == r"[cyan]title[/] [red]\[red]A[/] > [green]B[/]"
    long = told(Change("paragraph_gained", "", None, "word " * 100))
    assert "…" in long
    assert len(long) < 160
