"""The rows of `python -m tests.faults`, as tests; the table is printed at the end, with the seed.

NEWSWIRE_FAULT_SEED gives the seed, NEWSWIRE_FAULTS=long the counts of the long run. NEWSWIRE_FAULT_LIMITS=report lets a
row pass that was only slow, for machines that others use too; its verdict stays `slow`.
"""

import os
import random
import time
from collections.abc import Iterator

import pytest

from tests.faults.running import SLOW, Line, chosen, run_group, table
from tests.faults.scenarios import Group

LONG = os.environ.get("NEWSWIRE_FAULTS") == "long"
REPORT_LIMITS = os.environ.get("NEWSWIRE_FAULT_LIMITS") == "report"
GROUPS = chosen(None, long=LONG)

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def seed() -> int:
    """Return the seed that was given, or another one each time; it is printed with every group and the table."""
    given = os.environ.get("NEWSWIRE_FAULT_SEED")
    return int(given) if given else random.SystemRandom().randrange(10**6)


@pytest.fixture(scope="module")
def lines(seed: int, request: pytest.FixtureRequest) -> Iterator[list[Line]]:
    """Collect the lines of the table, and print it."""
    found: list[Line] = []
    started = time.monotonic()
    yield found
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        print("\n\n" + table(found, seed, time.monotonic() - started))


@pytest.mark.parametrize("group", GROUPS, ids=[group.name.replace(" ", "-") for group in GROUPS])
def test_nothing_is_lost_or_doubled(group: Group, seed: int, lines: list[Line]) -> None:
    made = run_group(group, seed)
    lines += made
    problems = [f"{line.cells[0]}: {text}" for line in made if _fails(line) for text in line.problems]
    assert not problems, f"seed {seed}\n" + "\n".join(problems)
    if all(line.skipped for line in made):
        pytest.skip("; ".join(sorted({text for line in made for text in line.problems})))


def _fails(line: Line) -> bool:
    return not line.skipped and not (REPORT_LIMITS and line.cells[-1] == SLOW)
