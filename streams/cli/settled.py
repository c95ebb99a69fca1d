"""How far the pipeline has come: up to which raw record an outcome must be there, whoever publishes meanwhile."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from streams.broker import offsets
from streams.cli.scan import Place, Scanner, Span
from streams.contracts.topics import sources_of
from streams.settings import Settings, group_of

OUTCOME_STAGES: Final = ("normalise", "dedupe", "classify", "extract")  # what comes later makes no outcomes
POLL_SECONDS: Final = 0.2


@dataclass(frozen=True, slots=True)
class Settled:
    """What can be judged.

    `passed`: raw partition -> the offset below which normalise had finished everything. `complete`: the stages behind
    it had finished all of that. `behind`: records that each stage still had before it.
    """

    passed: Mapping[int, int]
    complete: bool
    behind: Mapping[str, int]


async def settle(settings: Settings, scan: Scanner, wait_s: float) -> Settled:
    """Follow a moment through the stages, in their order: what stood before a stage when the one ahead of it was done.

    A stage that has come that far has finished everything that had passed the one ahead, however much has arrived
    since; so this ends under load as well. Waits up to `wait_s` seconds in all; what is not done by then is reported.
    """
    deadline = time.monotonic() + wait_s
    passed: dict[int, int] = {}
    behind: dict[str, int] = {}
    for stage in OUTCOME_STAGES:
        specs = sources_of(settings.catalogue, stage)
        marker = await scan.bounds({spec.name: spec.partitions for spec in specs})
        committed, behind[stage] = await _reached(settings, stage, marker, deadline)
        if stage == "normalise":
            raw = settings.catalogue.raw.name
            passed = {place[1]: committed[place] for place in marker if place[0] == raw}
    return Settled(passed, not any(behind[stage] for stage in OUTCOME_STAGES[1:]), behind)


async def _reached(
    settings: Settings, stage: str, marker: Mapping[Place, Span], deadline: float
) -> tuple[dict[Place, int], int]:
    """Return the offsets that the stage reads next, and how many records it is still behind the marker."""
    while True:
        found = await offsets.committed_offsets(settings.connection, group_of(settings, stage))
        committed = {place: max(found.get(place, 0), span.begin) for place, span in marker.items()}
        behind = sum(max(0, span.end - committed[place]) for place, span in marker.items())
        if not behind or time.monotonic() >= deadline:
            return committed, behind
        await asyncio.sleep(POLL_SECONDS)
