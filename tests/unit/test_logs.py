"""Library lines in our log: a flood is held back by kind, counted, and hides nothing else."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

from streams import logs
from streams.logs import LIBRARY_LINES, RateLimit
from tests.integration.running import log_lines

ROOT = Path(__file__).resolve().parents[2]


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def line(message: str, *arguments: object, name: str = "aiokafka", level: int = logging.ERROR) -> logging.LogRecord:
    return logging.LogRecord(name, level, "", 0, message, arguments, None)


def limited(clock: Clock, lines: int = 2) -> RateLimit:
    return RateLimit(lines, 60.0, clock)


def test_a_flood_of_one_kind_lets_few_lines_through_and_counts_the_rest() -> None:
    clock = Clock()
    limit = limited(clock)
    passed = [limit.filter(line("Unable connect to node with id %s", number)) for number in range(750)]
    assert passed == [True, True] + [False] * 748
    clock.now += 60.0
    next_one = line("Unable connect to node with id %s", 1)
    assert limit.filter(next_one)
    assert vars(next_one)["suppressed"] == 748


def test_a_flood_hides_no_other_kind() -> None:
    limit = limited(Clock(), lines=1)
    assert limit.filter(line("lost"))
    assert not limit.filter(line("lost"))
    assert limit.filter(line("found"))
    assert limit.filter(line("lost", level=logging.WARNING))
    assert limit.filter(line("lost", name="faust"))


def test_numbers_in_a_template_make_no_new_kind() -> None:
    limit = limited(Clock(), lines=1)
    assert limit.filter(line("Future <0x7f01> of node 1"))
    assert not limit.filter(line("Future <0x7f02> of node 2"))


def test_what_is_remembered_is_bounded() -> None:
    limit = limited(Clock())
    for number in range(3_000):
        assert limit.filter(line("".join(chr(ord("a") + int(digit)) for digit in str(number))))
    assert len(limit._seen) <= logs.KINDS


FLOOD = """
import logging
from streams import logs

logs.configure("INFO", "json")
[handler] = logging.getLogger().handlers
now = [0.0]
handler.filters[:] = [logs.RateLimit(logs.LIBRARY_LINES, 60.0, lambda: now[0])]
for _ in range(10):
    logging.getLogger("aiokafka.conn").error("gone: %s", "node")
now[0] += 60.0
logging.getLogger("aiokafka.conn").error("gone: %s", "node")
"""


def test_the_log_has_the_count_as_a_field() -> None:
    """In a process of its own: logging is one for a whole process, and the test runner has set it up for itself."""
    done = subprocess.run([sys.executable, "-c", FLOOD], capture_output=True, check=True, timeout=60, cwd=ROOT)
    lines: list[dict[str, Any]] = [json.loads(text) for text in done.stderr.splitlines()]
    assert [each.get("suppressed") for each in lines] == [None] * LIBRARY_LINES + [10 - LIBRARY_LINES]
    assert {each["message"] for each in lines} == {"gone: node"}


def test_a_line_that_is_still_being_written_is_not_read_yet(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_bytes(b'a line of a library\n{"event": "worker.ready"}\n{"stage": "')
    assert log_lines(log) == [{"event": "worker.ready"}]
    log.write_bytes(b"")
    assert log_lines(log) == []
