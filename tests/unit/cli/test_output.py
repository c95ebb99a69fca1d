"""Where `enrich` writes: never over its own input, and what cannot be written is one line. No models."""

import contextlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from streams.cli.errors import STOPPED, USAGE, UserError
from streams.cli.output import Output, check_apart

ROOT = Path(__file__).resolve().parents[3]
TEXT = "A new bridge over the river opened in Lisbon on Monday after three years of work by forty engineers."
ARTICLE = json.dumps({"url": "https://a.example/1", "title": "Bridge", "text": TEXT}) + "\n"


@pytest.fixture
def article(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    file = tmp_path / "in" / "a.jsonl"
    file.write_text(ARTICLE)
    return file


def enrich(command: str) -> "subprocess.CompletedProcess[str]":
    """Run it in a shell, which redirects."""
    whole = f"exec {sys.executable} -m streams enrich {command}"
    return subprocess.run(["bash", "-c", whole], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)


def test_the_input_is_not_written_over(article: Path) -> None:
    done = enrich(f"{article} {article}")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr == f"newswire: {article} is read as input, and writing would destroy it: write to another file\n"
    assert article.read_text() == ARTICLE


def test_the_output_is_told_from_the_input_whatever_it_is_called(article: Path, tmp_path: Path) -> None:
    (tmp_path / "link.jsonl").symlink_to(article)
    (tmp_path / "hard.jsonl").hardlink_to(article)
    for name in (article.parent / ".." / "in" / "a.jsonl", tmp_path / "link.jsonl", tmp_path / "hard.jsonl"):
        with pytest.raises(UserError, match="is read as input"):
            check_apart(str(article), str(name))
        with pytest.raises(UserError, match="read as input"):
            check_apart(str(article.parent), str(name))


@pytest.mark.parametrize("name", ["a.jsonl", "new.jsonl", "deep/new.TXT"])
def test_nor_is_it_in_a_folder_that_is_read(article: Path, name: str) -> None:
    with pytest.raises(UserError, match=f"{name} would be read as input, being in {article.parent}"):
        check_apart(str(article.parent), str(article.parent / name))


@pytest.mark.parametrize("name", ["out.csv", ".out.jsonl", "../out.jsonl", "../in2/out.jsonl"])
def test_what_is_not_read_may_be_written(article: Path, name: str) -> None:
    check_apart(str(article.parent), str(article.parent / name))
    check_apart(str(article), str(article.parent / "out.jsonl"))
    check_apart(str(article), "-")
    check_apart("/dev/null", "/dev/null")


@pytest.mark.slow
def test_redirections_are_seen_through(article: Path) -> None:
    for command in (f"- {article} <{article}", f"{article} - >>{article}", f"{article.parent} - >>{article}"):
        done = enrich(command)
        assert (done.returncode, done.stderr.count("\n")) == (USAGE, 1), done.stderr
        assert "is read as input" in done.stderr
        assert article.read_text() == ARTICLE


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize(("output", "name"), [("/dev/full", "/dev/full"), ("- >/dev/full", "standard output")])
@pytest.mark.slow
def test_a_full_disk_is_one_line_and_exit_code_3(article: Path, output: str, name: str) -> None:
    done = enrich(f"{article} {output} --stages normalise,dedupe")
    assert done.stderr == f"newswire: cannot write {name}: No space left on device\n"
    assert done.returncode == STOPPED


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_disk_that_fills_up_meanwhile_is_said_at_once() -> None:
    out = Output("/dev/full")
    with pytest.raises(UserError, match=r"^cannot write /dev/full: No space left on device$"):
        out.write(b"x" * 2**20)
    with contextlib.suppress(UserError):
        out.close()


@pytest.mark.parametrize(
    ("redirected", "said"),
    [("- /dev/null <&-", "standard input is closed"), ("{file} - >&-", "standard output is closed")],
)
def test_what_is_closed_is_one_line(article: Path, redirected: str, said: str) -> None:
    done = enrich(redirected.format(file=article))
    assert (done.returncode, done.stderr.count("\n")) == (USAGE, 1), done.stderr
    assert said in done.stderr
