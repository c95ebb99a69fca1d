"""Health of a worker: a file that says when it last made progress, and the verdict over it.

The worker writes the file about once a second. Its modification time is the last moment at which nothing stood still,
so that any tool which knows how old a file is can tell; its content says which stage stands.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

FOLDER = "health"


class NoReport(Exception):
    """There is no health file, or it is none of ours; the message is one line."""


@dataclass(frozen=True, slots=True)
class StageProgress:
    """One stage. Times in seconds since 1970 UTC.

    `moved_at`: when a record was last finished or a row of the stage's table read, or nothing was to do.
    `polled_at`: when Kafka last answered a fetch, or none was due.
    `unread`: rows of its table that are still to be read before the stage goes on; at least 1 until it has taken over
    the partitions that it was dealt.
    """

    name: str
    done: int
    in_flight: int
    moved_at: float
    polled_at: float
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker says of itself. `ready_at` is None until its stages run.

    `starting_at`: when it began to start, or, until it was ready, last read a row of a table.
    """

    pid: int
    slot: str
    starting_at: float
    written_at: float
    ready_at: float | None
    stages: tuple[StageProgress, ...]


@dataclass(frozen=True, slots=True)
class Counters:
    """What is seen of one stage at one moment; `polled_at` is None when no fetch is due."""

    name: str
    done: int
    in_flight: int
    polled_at: float | None
    unread: int = 0

    def moved(self, before: StageProgress) -> bool:
        """Say whether there was progress since, or nothing to do."""
        idle = not (before.in_flight or before.unread)
        return idle or (self.done, self.unread) != (before.done, before.unread)


def advanced(before: StageProgress | None, seen: Counters, now: float) -> StageProgress:
    """Return the progress of a stage after a look at its counters."""
    moved_at = now if before is None or seen.moved(before) else before.moved_at
    polled_at = now if before is None or seen.polled_at is None else max(seen.polled_at, before.polled_at)
    return StageProgress(seen.name, seen.done, seen.in_flight, moved_at, polled_at, seen.unread)


def progress_at(report: Report) -> float:
    """Return the last moment at which nothing stood still, in seconds since 1970 UTC."""
    return min((report.written_at, *(since for since, _ in _standing(report))))


def worked_seconds(report: Report) -> float:
    """Return for how long, since its stages ran, nothing stood still."""
    return 0.0 if report.ready_at is None else max(0.0, progress_at(report) - report.ready_at)


def _standing(report: Report) -> Iterator[tuple[float, str]]:
    """Yield what stood still when the report was written, and since when."""
    if report.ready_at is None:
        yield report.starting_at, "it is not ready"
        return
    for stage in report.stages:
        yield stage.polled_at, f"stage {stage.name} has no answer from Kafka"
        if stage.in_flight:
            yield stage.moved_at, f"stage {stage.name} finishes nothing, {stage.in_flight} in flight"
        if stage.unread:
            yield stage.moved_at, f"stage {stage.name} does not take over its partitions, {stage.unread} rows to go"


def verdict(report: Report, now: float, limit: float) -> str | None:
    """Return None for a healthy worker, else what stands since when.

    Args:
        report: what the worker wrote last.
        now: seconds since 1970 UTC.
        limit: seconds without progress that are still healthy.
    """
    if now - progress_at(report) <= limit:
        return None
    since, what = min(_standing(report), default=(report.written_at, ""))
    # A loop that stands still lets everything else look a moment older than itself: the longer of both is the cause.
    if now - report.written_at > report.written_at - since:
        since, what = report.written_at, "its event loop stands still"
    moment = datetime.fromtimestamp(since, UTC).isoformat(timespec="seconds")
    return f"worker {report.slot or report.pid}: {what} since {moment}, {now - since:.0f} s"


class Watch:
    """Looks at the stages of this process and writes what it sees."""

    def __init__(self, path: Path, slot: str, clock: Callable[[], float]) -> None:
        self.path, self._slot, self._clock = path, slot, clock
        self._starting_at = clock()
        self._ready_at: float | None = None
        self._stages: dict[str, StageProgress] = {}

    def ready(self) -> None:
        """Note that the stages run."""
        self._ready_at = self._clock()

    def look(self, seen: list[Counters]) -> Report:
        """Return what is to be said after a look at the counters."""
        now, before = self._clock(), self._stages
        self._stages = {each.name: advanced(before.get(each.name), each, now) for each in seen}
        if self._ready_at is None and any(each.unread != before[each.name].unread for each in seen if before):
            self._starting_at = now
        return Report(os.getpid(), self._slot, self._starting_at, now, self._ready_at, tuple(self._stages.values()))

    def write(self, seen: list[Counters]) -> None:
        """Write the file anew; whoever reads it sees the old one or the new one.

        Raises:
            OSError: the folder cannot be written.
        """
        write(self.path, self.look(seen))

    def remove(self) -> None:
        """Leave no file behind: a worker that ended in order is not a sick one, even where the file cannot go."""
        with suppress(OSError):
            self.path.unlink(missing_ok=True)


def path_of(state: Path, slot: str, pid: int) -> Path:
    """Return where the worker of this slot, or else of this process id, writes."""
    return state / FOLDER / f"{slot or pid}.json"


def write(path: Path, report: Report) -> None:
    """Write a report; the file's modification time becomes the last moment of progress."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(f".{os.getpid()}.new")
    new.write_text(json.dumps(asdict(report)), encoding="utf-8")
    since = progress_at(report)
    os.utime(new, (since, since))
    new.replace(path)


def read(path: Path) -> Report:
    """Read a report.

    Raises:
        NoReport: there is none, or it cannot be read.
    """
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return Report(**{**fields, "stages": tuple(StageProgress(**stage) for stage in fields["stages"])})
    except FileNotFoundError:
        raise NoReport(f"no worker writes {path}: start one, or name its NEWSWIRE_STATE and --slot") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise NoReport(f"{path} is no health file ({error}): remove it") from None


def read_all(state: Path) -> list[Report]:
    """Return the reports of this state folder; those of processes that are gone only when there is no other.

    Raises:
        NoReport: there is none.
    """
    reports = [read(path) for path in sorted((state / FOLDER).glob("*.json"))]
    if not reports:
        raise NoReport(f"no worker writes to {state / FOLDER}: start one, or name its NEWSWIRE_STATE")
    return [report for report in reports if alive(report.pid)] or reports


def remove_leftovers(state: Path) -> None:
    """Remove the files of processes that were killed."""
    for path in (state / FOLDER).glob("*.json"):
        with suppress(NoReport, OSError):
            if not alive(read(path).pid):
                path.unlink()


def alive(pid: int) -> bool:
    """Say whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
