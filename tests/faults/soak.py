"""The soak: hours at 70 % of capacity; memory and file descriptors must stay as they are once warm.

Capacity is measured at the beginning. Where others use the machine it may become less: the load then waits.
"""

import statistics
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from tests.faults.arena import Arena
from tests.faults.cluster import until
from tests.faults.reaper import members

SHARE: Final = 0.7
# Articles by which capacity is measured: more than BACKLOG, so that what is read ahead of a stage is as large once,
# before the time begins, as a slower machine will make it.
PROBE: Final = 800
SAMPLE_SECONDS: Final = 10.0
# Of the time, so that of 75 minutes an hour is judged; the window of dedupe and the caches of the models fill in it.
WARM_UP: Final = 0.2
SLOPE_PERCENT: Final = 1.0  # an hour
PARTS: Final = 10  # of the time, of which the course of each process's memory is told
BACKLOG: Final = 600  # articles before one stage; more would take repeats out of the window before they are read
MORE_DESCRIPTORS: Final = 4  # a connection that is just being replaced


@dataclass(frozen=True, slots=True)
class Sample:
    """What a worker and its model process hold. `at` in seconds since the start; memory in MiB by process."""

    at: float
    rss_by_process: Mapping[int, float]
    descriptors: int

    @property
    def rss_mib(self) -> float:
        """The memory of all processes, in MiB."""
        return sum(self.rss_by_process.values())


def capacity(arena: Arena) -> float:
    """Return how many articles a second come through, measured by a burst on warm models."""
    arena.drain()
    arena.load.burst(PROBE)
    started = time.monotonic()
    arena.drain()
    return PROBE / (time.monotonic() - started)


def run(arena: Arena, seconds: float) -> list[Sample]:
    """Keep the load at its share of capacity for so long; return what was seen."""
    rate = capacity(arena)
    arena.load.rate = SHARE * rate
    arena.round.notes.append(f"capacity {rate:.1f} articles/s, soaked at {arena.load.rate:.1f}")
    arena.load.go()
    worker, started = arena.any_worker(), time.monotonic()
    samples: list[Sample] = []
    waited = 0
    while (at := time.monotonic() - started) < seconds:
        samples.append(_sample(worker.pid, at))
        waits = max(arena.lags().values()) > BACKLOG
        (arena.load.pause if waits else arena.load.go)()
        waited += waits
        until(lambda due=at + SAMPLE_SECONDS: time.monotonic() - started >= due, "the next sample", 60)
    if waited:
        arena.round.notes.append(
            f"the load waited {waited * SAMPLE_SECONDS:.0f} s for a machine that had become slower"
        )
    return samples


def judge(samples: list[Sample]) -> tuple[list[str], str]:
    """Return what is wrong, and the figures in one line."""
    warm = samples[round(WARM_UP * len(samples)) :]
    slope, _ = statistics.linear_regression([s.at / 3_600 for s in warm], [s.rss_mib for s in warm])
    mean = statistics.mean(s.rss_mib for s in warm)
    tenth = max(1, len(warm) // 10)
    first, last = (statistics.median(s.descriptors for s in part) for part in (warm[:tenth], warm[-tenth:]))
    percent = 100 * slope / mean
    note = f"RSS {mean:.0f} MiB, {percent:+.2f} %/h after warm-up; file descriptors {first:g}, then {last:g}"
    note += "".join(f"; process {pid}: {_course(samples, pid)} MiB" for pid in sorted(samples[-1].rss_by_process))
    problems = [f"RSS grows {percent:.2f} %/h"] if percent >= SLOPE_PERCENT else []
    return problems + (
        [f"{last:g} file descriptors, before {first:g}"] if last > first + MORE_DESCRIPTORS else []
    ), note


def _course(samples: list[Sample], pid: int) -> str:
    """Return what a process held in each tenth of the time, the warm-up included."""
    held = [sample.rss_by_process[pid] for sample in samples if pid in sample.rss_by_process]
    parts = min(PARTS, len(held))
    bounds = [len(held) * part // parts for part in range(parts + 1)]
    return " ".join(f"{statistics.median(held[start:end]):.0f}" for start, end in pairwise(bounds))


def _sample(pid: int, at: float) -> Sample:
    rss: dict[int, float] = {}
    descriptors = 0
    for member in members(pid):
        with suppress(OSError, IndexError):
            rss[member] = int(Path(f"/proc/{member}/statm").read_text().split()[1]) * 4_096 / 2**20
            descriptors += len(list(Path(f"/proc/{member}/fd").iterdir()))
    return Sample(at, rss, descriptors)
