"""Run groups of rows, say what happens, and print the table."""

import logging
import os
import platform
import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Final

from aiokafka.errors import KafkaError

from tests.faults.arena import Arena, Round, arena, repeats_beyond
from tests.faults.checker import Report
from tests.faults.cleanup import Cleanup
from tests.faults.disk import NoRights
from tests.faults.scenarios import GROUPS, Group, Row

# Of the machine, of Kafka or of this suite: what did not come within its time, cannot be read or written, or does not
# hold. A problem of its row; the lines of the rows before it stay.
HARNESS_FAILURES: Final = (OSError, RuntimeError, KafkaError, AssertionError)
SLOW: Final = "slow"  # the verdict where nothing but a limit of time was passed
HEADINGS: Final = (
    "fault", "rounds", "published", "missing", "doubled", "differing", "two owners", "repeats", "first s", "stall s",
    "own exits", "verdict",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table."""

    cells: tuple[str, ...]
    problems: tuple[str, ...]
    skipped: bool = False


def chosen(only: str | None, *, long: bool, rounds: int | None = None) -> list[Group]:
    """Return the groups, and of each the rows, that shall run, with their rounds: those whose name holds `only`."""
    found = []
    for group in GROUPS:
        wanted = [row for row in group.rows if not only or only in row.name or only == group.name]
        counted = [replace(row, rounds=rounds or (row.long if long else row.rounds)) for row in wanted]
        if rows := tuple(row for row in counted if row.rounds):
            found.append(replace(group, rows=rows))
    return found


def run_group(group: Group, seed: int, *, say: Callable[[str], None] = print) -> list[Line]:
    """Run the rows of a group, one after the other, on one start of everything."""
    own_seed = Random(f"{seed} {group.name}").randrange(2**32)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # of brokers that are gone on purpose
    if reason := group.needs():
        return [_skipped(row, reason, say) for row in group.rows]
    say(f"== {group.name} (seed {seed})")
    with ExitStack() as stack:
        cleanup = stack.enter_context(Cleanup())
        try:
            made = stack.enter_context(
                arena(
                    cleanup, group.name, own_seed, say, brokers=group.brokers, workers=group.workers,
                    proxied=group.proxied, edits=group.edits, env=group.env, with_disks=group.disks,
                    identities=group.identities,
                )
            )  # fmt: skip
        except NoRights as error:
            return [_skipped(row, str(error), say) for row in group.rows]
        except HARNESS_FAILURES as error:
            return [_not_run(row, f"{group.name} did not start: {error}", say) for row in group.rows]
        return [_run_row(made, row) for row in group.rows]


def _skipped(row: Row, reason: str, say: Callable[[str], None]) -> Line:
    say(f"  SKIPPED {row.name}: {reason}")
    return Line((row.name, *("-" for _ in HEADINGS[2:]), "SKIPPED"), (reason,), skipped=True)


def _not_run(row: Row, reason: str, say: Callable[[str], None]) -> Line:
    say(f"    PROBLEM {row.name}: {reason}")
    return Line((row.name, *("-" for _ in HEADINGS[2:]), "FAIL"), (reason,))


def _hurt(made: Arena, row: Row) -> None:
    """Do all rounds; what cannot be done is a problem of the row, not the end of the run."""
    try:
        for number in range(1, row.rounds + 1):
            made.say(f"  {row.name}: round {number} of {row.rounds}")
            made.load.go()
            row.act(made)
        if row.after:
            row.after(made)
        made.drain()
    except HARNESS_FAILURES as error:
        made.round.problems.append(f"cut short: {type(error).__name__}: {error}")


def _run_row(made: Arena, row: Row) -> Line:
    started, crashes = time.monotonic(), len(made.crashes())
    made.round = Round()
    _hurt(made, row)
    try:
        report, kafka = made.check()
    except HARNESS_FAILURES as error:
        return _not_run(row, f"cannot be checked: {type(error).__name__}: {error}", made.say)
    own_exits = made.crashes()[crashes:]
    made.disturbances += made.round.disturbances + len(own_exits)
    problems = [
        *made.round.problems,
        *report.violations(made.before),
        *repeats_beyond(kafka, report, made.disturbances),
    ]
    problems += row.verify(made, report, kafka) if row.verify else []
    if own_exits and not row.may_stop:
        problems.append(f"{len(own_exits)} workers ended by themselves, and nothing here endangers their promise")
    if unhappy := made.reconcile():
        problems.append(unhappy)
    line = _line(made, row, report, own_exits, problems)
    _keep_logs(made, row, line)
    for text in (*made.round.notes, *own_exits):
        made.say(f"    {text}")
    for text in (*problems, *made.round.slow):
        made.say(f"    PROBLEM {text}")
    made.say(f"    {line.cells[-1]} after {time.monotonic() - started:.0f} s")
    made.before = report
    return line


def _line(made: Arena, row: Row, report: Report, own_exits: Sequence[str], problems: Sequence[str]) -> Line:
    """Return the row's own figures: those of all rows so far, less those of the rows before."""
    now, before = report.counts(), made.before.counts()
    names = ("missing", "doubled", "differing", "two_owners")
    verdict = "FAIL" if problems else SLOW if made.round.slow else "pass"
    repeats = report.repeats.total() - made.before.repeats.total()
    cells = (
        row.name, row.rounds, report.published - made.before.published, *(now[name] - before[name] for name in names),
        repeats, f"{made.round.first:.1f}", f"{made.round.stall:.1f}", len(own_exits), verdict,
    )  # fmt: skip
    return Line(tuple(map(str, cells)), (*problems, *made.round.slow))


def _keep_logs(made: Arena, row: Row, line: Line) -> None:
    """Copy the logs of a row that failed to where the caller wants them; without that they go with the rest."""
    wanted = os.environ.get("NEWSWIRE_FAULT_LOGS")
    if wanted and line.problems:
        folder = Path(wanted) / row.name.replace(" ", "-").replace("/", "-")
        folder.mkdir(parents=True, exist_ok=True)
        for path in (*made.folder.glob("*.log"), made.journal):
            shutil.copy(path, folder)


def table(lines: Sequence[Line], seed: int, seconds: float) -> str:
    """Return the table as Markdown, which is how docs/delivery.md has it."""
    rows = [HEADINGS, *(line.cells for line in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    texts = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in rows]
    texts.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    when = time.strftime("%Y-%m-%d", time.gmtime())
    texts.append(f"\nseed {seed}, {seconds / 60:.1f} min, {when}, {_machine()}")
    return "\n".join(texts)


def _machine() -> str:
    cores = len(os.sched_getaffinity(0))
    return f"{platform.system()} {platform.machine()}, {cores} cores, Python {platform.python_version()}"
