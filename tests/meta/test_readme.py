"""The README's commands work and its samples are true. What needs a broker runs in the integration tier."""

import ast
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from producers.sources.files import read_files
from streams.cli.enrich import enrich
from streams.settings import load
from tests.expected import SEEDS

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NEEDS_BROKER = ("newswire topics create", "newswire worker", "newswire status", "newswire tail", "newswire get")


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.S)


def commands() -> list[str]:
    """Return every command line of the README, without comments."""
    lines = [line.split("#")[0].strip() for block in blocks("sh") for line in block.splitlines()]
    return [line for line in lines if line]


def program(command: str) -> list[str]:
    """Return the command as this interpreter runs it."""
    words = shlex.split(command.rstrip("& "))
    if words[0] == "newswire":
        return [sys.executable, "-m", "streams", *words[1:]]
    return [sys.executable, *words[1:]]


def offline() -> list[str]:
    return [c for c in commands() if c.startswith(("newswire enrich", "newswire explain"))]


@pytest.mark.parametrize("command", offline())
def test_commands_without_kafka_work(command: str, tmp_path: Path) -> None:
    words = [str(ROOT / word) if word.startswith("seeds") else word for word in program(command)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr


def test_every_command_is_of_a_kind_that_is_tested() -> None:
    known = (
        *NEEDS_BROKER,
        "newswire enrich",
        "newswire explain",
        "python -m producers",
        "make run",
        "make test",
        "export NEWSWIRE_BOOTSTRAP",
        "export PATH",
    )
    assert not [command for command in commands() if not command.startswith(known)]


def test_the_enriched_article_is_what_comes_out(tmp_path: Path) -> None:
    [shown] = [json.loads(block) for block in blocks("json")]
    paths = [str(SEEDS / "articles.jsonl")]
    events = [json.loads(line) for line in enrich(read_files(paths), load(state=tmp_path, processes=2))]
    [event] = [event for event in events if event.get("article_id") == shown["article_id"]]
    assert contained(shown, event)


def contained(shown: Any, whole: Any) -> bool:
    """Say whether `shown` is `whole` with fields and list items left out."""
    if isinstance(shown, dict):
        return all(name in whole and contained(value, whole[name]) for name, value in shown.items())
    if isinstance(shown, list):
        return all(any(contained(item, other) for other in whole) for item in shown) and bool(shown) >= bool(whole)
    return bool(shown == whole)


def test_the_consumer_is_valid_python() -> None:
    [source] = blocks("python")
    ast.parse(source)
