"""The command line without a broker; with one: tests/integration/test_producers.py."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from producers.__main__ import main

ROOT = Path(__file__).parents[3]
LINE = b'{"url": "https://example.org/1", "title": "One", "text": "A text."}\n'
ANSWER_WITHIN_S = 5.0


@pytest.fixture
def file(tmp_path: Path) -> str:
    found = tmp_path / "a.jsonl"
    found.write_bytes(LINE * 3)
    return str(found)


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def said(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_a_dry_run_publishes_nothing_and_needs_no_kafka(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["files", file, "--dry-run", "--prefix", "x."]) == 0
    out, err = said(capsys)
    assert out == ""
    assert err.startswith("3 articles would be published to x.news.raw in ")


def test_the_report_as_json_is_alone_on_standard_output(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["files", file, "--dry-run", "--json", "--limit", "2"]) == 0
    out, err = said(capsys)
    assert (json.loads(out)["read"], json.loads(out)["published"], err) == (2, 2, "")


def test_feeds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    feed = tmp_path / "a.rss"
    feed.write_text("<rss version='2.0'><channel><item><title>T</title><guid>1</guid></item><item/></channel></rss>")
    given = ["--source", "s", "--fetched-at", "2026-04-07T15:00:00+04:00"]
    assert main(["feeds", str(feed), "--dry-run", "--json", *given]) == 1
    found = json.loads(said(capsys)[0])
    assert (found["published"], found["refused"]) == (1, [[f"{feed}: entry 2", "the entry is empty"]])


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["nope.jsonl"], "nope.jsonl: no such file or folder"),
        (["{empty}"], "{empty}: no articles in this folder (looked for .jsonl, "),
        (["{file}", "--map", "body"], "--map 'body': write their_name=our_name, for example "),
        (["{file}", "--map", "body=txt"], "--map 'body=txt': 'txt' is not a field of an article; use one of url, "),
        (["{file}", "--map", "a=text,b=text"], "--map 'b=text': 'text' is named twice; give every field one name"),
        (["{file}", "--map", "a=text, a=title"], "--map 'a=title': 'a' is named twice; give every field one name"),
        (["{file}", "--bootstrap", "127.0.0.1:x"], "'127.0.0.1:x' is no broker's address: give HOST:PORT"),
        (["{file}", "--bootstrap", "localhost"], "'localhost' is no broker's address: give HOST:PORT, several "),
        (["{file}", "--bootstrap", "127.0.0.1:1"], "no Kafka answers at 127.0.0.1:1: start one, or give its address "),
        (["{file}", "--resume", "a/b"], "--resume 'a/b': use letters, "),
        (["-", "--resume", "a"], "--resume needs files: "),
    ],
)
def test_what_cannot_start_is_said_in_one_line(
    file: str, tmp_path: Path, arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    names = {"file": file, "empty": str(tmp_path / "empty")}
    (tmp_path / "empty").mkdir()
    assert main(["files", *(part.format(**names) for part in arguments), "--state", str(tmp_path)]) == 2
    out, err = said(capsys)
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(line.format(**names))


@pytest.mark.parametrize(
    "arguments",
    [[], ["files"], ["files", "x", "--limit", "0"], ["feeds", "x", "--fetched-at", "2026-04-07"], ["files", "x", "-y"]],
)
def test_wrong_options_are_usage_errors(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "usage: python -m producers" in said(capsys)[1]


@pytest.mark.parametrize("command", [[], ["files"], ["feeds"]])
def test_help_has_the_exit_codes_and_examples(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    out, _ = said(capsys)
    assert "exit codes:" in out
    assert not command or "examples:\n  python -m producers" in out


@pytest.mark.slow
def test_a_port_that_does_not_answer_is_given_up(
    file: str, silent_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    started = time.monotonic()
    assert main(["files", file, "--bootstrap", f"127.0.0.1:{silent_port}"]) == 2
    assert time.monotonic() - started < ANSWER_WITHIN_S
    assert said(capsys)[1] == (
        f"no Kafka answers at 127.0.0.1:{silent_port}: "
        "start one, or give its address with --bootstrap or NEWSWIRE_BOOTSTRAP\n"
    )


def test_bootstrap_comes_from_the_environment(
    file: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWSWIRE_BOOTSTRAP", "127.0.0.1:2")
    assert main(["files", file]) == 2
    assert "127.0.0.1:2" in said(capsys)[1]


def test_ctrl_c_in_a_dry_run_of_a_pipe(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "producers", "files", "-", "--dry-run"],
        cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        # More than a pipe holds: once it is written, the command is reading.
        process.stdin.write(LINE * 10_000)
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        assert process.stderr.read().decode().endswith("stopped: Ctrl-C\n")
