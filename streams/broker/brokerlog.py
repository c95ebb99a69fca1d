"""Say in one line why Kafka ended, from the end of its log."""

import re
from pathlib import Path
from typing import Final

TAIL_BYTES: Final = 64 * 1024
LONGEST: Final = 300  # characters of a log line that are repeated to the user

# Best explanation first: the innermost cause of a stack trace, any exception, whatever is called an error.
_TELLING: Final = (
    re.compile(r"^\s*Caused by: "),
    re.compile(r"^(Exception in thread .*|[\w.$]+(Exception|Error)\b.*)"),
    re.compile(r"\b(ERROR|FATAL)\b|^Error"),
    re.compile(r"\S"),
)


def explain(log: Path) -> str:
    """Return the most telling line of the log and the log's path."""
    try:
        with log.open("rb") as content:
            content.seek(max(0, log.stat().st_size - TAIL_BYTES))
            text = content.read().decode("utf-8", "replace")
    except FileNotFoundError:
        text = ""
    return f"{last_problem(text)} (log: {log})"


def last_problem(text: str) -> str:
    """Return the last line that tells most, shortened."""
    lines = text.splitlines()
    for pattern in _TELLING:
        for line in reversed(lines):
            if pattern.search(line):
                return line.strip()[:LONGEST]
    return "it left no word"
