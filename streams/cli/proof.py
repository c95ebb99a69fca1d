"""The work of `newswire reconcile`: read what is new, judge every raw record, verify what looks missing."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

from streams.broker.describe import topic_ids
from streams.cli.dedupe_log import decided_origins
from streams.cli.errors import UserError
from streams.cli.evidence import notes_of
from streams.cli.ledger import Ledger, ledger_path
from streams.cli.progress import Progress
from streams.cli.scan import Scanner, Span, scanner
from streams.cli.settled import Settled, settle
from streams.contracts.origin import Origin, parse_origin
from streams.contracts.topics import TopicSpec
from streams.core.matching import HOUR_MS
from streams.core.reconcile import KINDS, VIOLATIONS, Owner, contested, gaps, judge
from streams.settings import Settings

COMMIT_RECORDS: Final = 20_000  # between checkpoints: about a second
NEAR: Final = 1_000  # offsets between two suspects that are read in one go: fewer than a batch


@dataclass(slots=True)
class Report:
    """What was found. Violations by kind, each as (origin, detail)."""

    records: int = 0
    outcomes: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    superseded: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    repeats: int = 0
    in_flight: int = 0
    violations: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: {kind: [] for kind in VIOLATIONS})
    out_of_retention: dict[int, Span] = field(default_factory=dict)
    outcomes_out_of_retention: int = 0
    cannot_be_told: list[tuple[str, str]] = field(default_factory=list)
    copies_of_unknown: list[tuple[str, str]] = field(default_factory=list)
    other_epochs: dict[str, int] = field(default_factory=dict)
    aside: dict[str, list[str]] = field(default_factory=dict)
    behind: dict[str, int] = field(default_factory=dict)
    read: int = 0
    seconds: float = 0.0

    def holds(self, *, strict: bool = False) -> bool:
        """Say whether the promise holds; strictly, what is in flight counts as missing."""
        return not (any(self.violations.values()) or (strict and self.in_flight))


async def prove(settings: Settings, *, wait_s: float, fresh: bool, quiet: bool) -> Report:
    """Read the topics and return what they prove.

    Raises:
        UserError: a topic is missing, or the checkpoint cannot be used.
        BrokerError: no broker answers, or it falls silent.
    """
    connection, catalogue = settings.connection, settings.catalogue
    outcome_topics = (catalogue.enriched, catalogue.duplicates, catalogue.dead)
    ids = await topic_ids(connection, [spec.name for spec in catalogue])
    if absent := [spec.name for spec in (catalogue.raw, catalogue.redrive, *outcome_topics) if spec.name not in ids]:
        raise UserError(f"no topic {absent[0]} at {connection}: create it with `newswire topics create`")
    kept = {spec.name: ids[spec.name] for spec in (catalogue.raw, *outcome_topics)}
    path = ledger_path(settings.state, bootstrap=str(connection), prefix=settings.prefix, topic_ids=kept)
    with Ledger(path, fresh=fresh) as ledger:
        async with scanner(connection) as scan:
            started = time.monotonic()
            settled = await settle(settings, scan, wait_s)
            read = await _read_outcomes(scan, ledger, outcome_topics, catalogue.raw.name, quiet=quiet)
            report = await _Judge(settings, scan, ledger, settled, ids[catalogue.raw.name]).report()
            report.read, report.seconds = read, time.monotonic() - started
        ledger.commit()
    return report


async def _read_outcomes(scan: Scanner, ledger: Ledger, topics: Iterable[TopicSpec], raw: str, *, quiet: bool) -> int:
    """Bring the ledger up to date; return how many records that took."""
    bounds = await scan.bounds({spec.name: spec.partitions for spec in topics})
    todo = {place: ledger.begin(place, span) for place, span in bounds.items()}
    uncommitted = 0
    with Progress("outcomes", total=sum(span.end - span.begin for span in todo.values()), quiet=quiet) as progress:
        async for place, records, reached in scan.batches(todo):
            first_ms = records[0].timestamp if records else None
            ledger.note(place, notes_of(place, records, raw), reached, first_ms)
            progress.advance(len(records))
            uncommitted += len(records)
            if uncommitted >= COMMIT_RECORDS:
                ledger.commit()
                uncommitted = 0
    ledger.commit()
    return progress.count


class _Judge:
    """Judges what the ledger holds; reads raw records only where something looks missing."""

    def __init__(self, settings: Settings, scan: Scanner, ledger: Ledger, settled: Settled, epoch: str) -> None:
        self._settings, self._scan, self._ledger, self._settled, self._epoch = settings, scan, ledger, settled, epoch
        self._raw = settings.catalogue.raw
        self._bounds: dict[int, Span] = {}
        self._report = Report(behind=dict(settled.behind))

    async def report(self) -> Report:
        """Return all that can be said."""
        self._bounds = await self._raw_bounds()
        self._set_aside()
        suspects: dict[int, list[range]] = {}
        for partition, span in self._bounds.items():
            suspects[partition] = self._judge_partition(partition, span)
        for partition, runs in suspects.items():
            await self._verify(partition, runs)
        for partition, offset in self._ledger.beyond(self._epoch, {at: span.end for at, span in self._bounds.items()}):
            self._violation("unfounded", partition, offset, f"{self._raw.name} ends before it")
        self._judge_owners()
        await self._judge_copies()
        return self._report

    async def _raw_bounds(self) -> dict[int, Span]:
        found = await self._scan.bounds({self._raw.name: self._raw.partitions})
        return {partition: span for (_, partition), span in found.items()}

    def _set_aside(self) -> None:
        report, begins = self._report, {partition: span.begin for partition, span in self._bounds.items()}
        report.out_of_retention = {partition: Span(0, begin) for partition, begin in begins.items() if begin}
        report.outcomes_out_of_retention = self._ledger.forget_before(self._epoch, begins)
        report.other_epochs = self._ledger.other_epochs(self._epoch)
        report.aside = self._ledger.set_aside()

    def _judge_partition(self, partition: int, span: Span) -> list[range]:
        """Judge what has an outcome; return the offsets that have none."""
        holes = self._ledger.holes(self._epoch, partition)
        self._report.records += span.end - span.begin - sum(1 for hole in holes if hole in range(*span))
        found: list[int] = sorted(hole for hole in holes if hole >= span.begin)
        for offset, outcomes in self._ledger.judged_by(self._epoch, partition, span):
            found.append(offset)
            self._count(partition, offset, judge(outcomes), sum(one.repeats for one in outcomes))
        found.sort()
        return list(gaps(found, *span))

    def _count(self, partition: int, offset: int, judged: Any, repeats: int) -> None:
        report = self._report
        report.outcomes[judged.current.kind] += 1
        report.repeats += repeats
        for one in judged.superseded:
            report.superseded[one.kind] += 1
        if judged.doubled:
            self._violation("doubled", partition, offset, judged.doubled)
        if judged.differing:
            self._violation("differing_repeats", partition, offset, judged.differing)

    async def _verify(self, partition: int, runs: Sequence[range]) -> None:
        """Decide of offsets without an outcome: no record at all, in flight, out of retention, or missing."""
        passed = self._settled.passed.get(partition, 0) if self._settled.complete else 0
        self._report.in_flight += sum(max(0, run.stop - max(run.start, passed)) for run in runs)
        due = [range(run.start, min(run.stop, passed)) for run in runs if run.start < passed]
        begin = (await self._raw_bounds())[partition].begin if due else 0
        lost_before = self._ledger.lost_before()
        for stretch in _together(due):
            found = await self._times(partition, Span(max(stretch[0].start, begin), stretch[-1].stop))
            for run in stretch:
                self._sort_out(partition, range(max(run.start, begin), run.stop), found, lost_before)

    def _sort_out(self, partition: int, run: range, found: Mapping[int, int], lost_before: int) -> None:
        holes = [offset for offset in run if offset not in found]
        self._ledger.add_holes(self._epoch, partition, holes)
        self._report.records -= len(holes)
        for offset in run:
            if offset not in found:
                continue
            if found[offset] < lost_before:
                why = "its outcome may have left retention before it was read"
                self._report.cannot_be_told.append((self._origin(partition, offset), why))
            else:
                self._violation("missing", partition, offset, "no outcome on any topic")

    async def _times(self, partition: int, span: Span) -> dict[int, int]:
        """Return offset -> broker's time of the raw records that exist."""
        found: dict[int, int] = {}
        async for _, records, _ in self._scan.batches({(self._raw.name, partition): span}):
            found.update((record.offset, record.timestamp) for record in records)
        return found

    def _judge_owners(self) -> None:
        times: list[int] | None = None
        for article, version, pipeline, owners in self._ledger.shared_versions(self._epoch):
            times = self._ledger.decided_times() if times is None else times
            for group in _between_retractions(owners, self._ledger.forgotten(article)):
                guilty = contested(
                    group, times, window_ms=round(self._settings.dedupe_hours * HOUR_MS),
                    max_articles=self._settings.dedupe_articles,
                )  # fmt: skip
                for owner in guilty:
                    partition, _, offset = owner.origin.partition("/")
                    detail = f"article {article} version {version}, pipeline {pipeline}, has {len(guilty)} origins"
                    self._violation("two_owners", int(partition), int(offset), detail)

    async def _judge_copies(self) -> None:
        """Judge copies that passed normalise in time: what they are copies of had passed dedupe before them."""
        passed = self._settled.passed if self._settled.complete else {}
        orphans: dict[str, list[tuple[int, int]]] = {}
        for canonical, partition, offset in self._ledger.orphans(self._epoch):
            span = self._bounds.get(partition)
            if span is not None and span.begin <= offset < passed.get(partition, 0):
                orphans.setdefault(canonical, []).append((partition, offset))
        decisions = self._settings.catalogue.decisions
        origins = await decided_origins(self._scan, decisions, set(orphans)) if orphans else {}
        for canonical, places in orphans.items():
            excuse = self._excuse(origins.get(canonical, ()))
            for partition, offset in places:
                if excuse:
                    detail = f"copy of {canonical}, {excuse}"
                    self._report.copies_of_unknown.append((self._origin(partition, offset), detail))
                else:
                    detail = f"copy of {canonical}, which has no enriched event"
                    self._violation("canonical_never_enriched", partition, offset, detail)

    def _excuse(self, origins: Sequence[str]) -> str:
        """Say why an article may have no enriched event; empty where it must have one."""
        parsed = [origin for origin in map(parse_origin, origins) if origin is not None]
        if any(origin.epoch == self._epoch and self._retained(origin) for origin in parsed):
            return ""
        if parsed:
            return "whose raw record is out of retention"
        if any(span.begin for span in self._bounds.values()):
            return "of which no decision is left and whose raw record may be out of retention"
        return ""

    def _retained(self, origin: Origin) -> bool:
        span = self._bounds.get(origin.partition)
        return span is not None and origin.offset >= span.begin

    def _violation(self, kind: str, partition: int, offset: int, detail: str) -> None:
        self._report.violations[kind].append((self._origin(partition, offset), detail))

    def _origin(self, partition: int, offset: int) -> str:
        return str(Origin(self._raw.name, self._epoch, partition, offset))


def _together(runs: Sequence[range]) -> list[list[range]]:
    """Return runs in groups that are worth reading in one go."""
    groups = [[run] for run in runs[:1]]
    for before, run in pairwise(runs):
        if run.start - before.stop <= NEAR:
            groups[-1].append(run)
        else:
            groups.append([run])
    return groups


def _between_retractions(owners: Sequence[tuple[Owner, int]], retracted: Sequence[int]) -> list[list[Owner]]:
    """Return the owners in groups: after a retraction the article is new again."""
    groups: dict[int, list[Owner]] = {}
    for owner, place in owners:
        groups.setdefault(sum(1 for offset in retracted if offset < place), []).append(owner)
    return [group for group in groups.values() if len(group) > 1]
