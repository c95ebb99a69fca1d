"""The documents are true: settings, verbs, topics, log events, reasons and exit codes are all listed, and no others."""

import argparse
import ast
import re
from pathlib import Path

import pytest

from streams.cli import parser
from streams.cli.errors import EXIT_CODES
from streams.contracts.errors import REASONS
from streams.contracts.topics import Catalogue
from streams.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")
SOURCES = sorted((ROOT / "streams").rglob("*.py")) + sorted((ROOT / "producers").rglob("*.py"))


def rows(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table after a line that starts with `heading`."""
    lines = document[document.index(heading) :].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("| ---"))
    table = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return table


def test_every_setting_is_documented_with_its_default() -> None:
    documented = {row[0]: row[1] for row in rows(OPERATIONS, "## Settings")}
    assert set(documented) == {f"NEWSWIRE_{name.upper()}" for name in Settings.model_fields}
    defaults = Settings.model_construct()
    for name in ("partitions", "replication", "in_flight", "linger_ms", "dedupe_articles", "resolve_articles"):
        assert documented[f"NEWSWIRE_{name.upper()}"] == str(getattr(defaults, name))
    for name in (
        "commit_seconds",
        "session_seconds",
        "request_seconds",
        "stats_seconds",
        "dedupe_hours",
        "resolve_hours",
    ):
        assert float(documented[f"NEWSWIRE_{name.upper()}"]) == getattr(defaults, name)
    for name in ("group", "log_level", "log_format"):
        assert documented[f"NEWSWIRE_{name.upper()}"] == getattr(defaults, name)


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_topic_table_is_the_catalogue() -> None:
    documented = [row[:5] for row in rows(ARCHITECTURE, "## Topics")]
    catalogue = [
        [
            topic.name,
            str(topic.partitions),
            topic.value.__name__,
            topic.key,
            "compacted" if topic.cleanup == "compact" else f"{topic.retention_ms // 86_400_000} days",
        ]
        for topic in Catalogue()
    ]
    assert documented == catalogue


def test_every_log_event_is_documented() -> None:
    documented = {row[0] for row in rows(OPERATIONS, "## Logs")}
    assert documented == {*_logged_events(), "library"}


def _logged_events() -> set[str]:
    """Return the first argument of every call on a logger in the sources."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_log_call(node.func):
                first = node.args[0]
                assert isinstance(first, ast.Constant), f"{path}:{node.lineno}: an event name is a literal"
                found.add(str(first.value))
    return found


def _is_log_call(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id == "level"  # the pump picks the level first
    if not (isinstance(function, ast.Attribute) and function.attr in ("debug", "info", "warning", "error")):
        return False
    return "log" in ast.unparse(function.value)


def test_every_reason_and_exit_code_is_documented() -> None:
    reasons = {row[0]: row[1] for row in rows(OPERATIONS, "A `dead` line")}
    assert set(reasons) == set(REASONS)
    codes = {code.strip() for row in rows(OPERATIONS, "## Exit codes") for code in row[0].split(",")}
    assert codes == {str(code) for code in EXIT_CODES}


def _verbs() -> dict[str, argparse.ArgumentParser]:
    action = next(a for a in parser()._actions if isinstance(a, argparse._SubParsersAction))
    return dict(action.choices)


@pytest.mark.parametrize("verb", sorted(_verbs()))
def test_every_verb_has_help_with_an_example_and_is_in_the_readme(verb: str) -> None:
    text = _verbs()[verb].format_help()
    assert "examples:" in text
    assert f"newswire {verb}" in text
    assert re.search(rf"newswire {verb}\b", README)


def test_every_adr_is_linked() -> None:
    for adr in (ROOT / "docs" / "adr").glob("*.md"):
        assert f"adr/{adr.name}" in ARCHITECTURE
