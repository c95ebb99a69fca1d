"""Is the promise kept? Judged from the records alone, and from the journal of what was acknowledged on news.raw.

Shares no code with `newswire reconcile`: two programs that are wrong in the same way are less likely than one.
"""

import hashlib
import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import Any, ClassVar, Final

from streams.contracts.codec import encode
from streams.contracts.origin import attempt_key
from streams.core.entity_updates import updates
from streams.core.resolution import Resolution
from tests.faults.load import sha256
from tests.faults.records import STAGES, Commit, Kafka, Kept

PASSED_ON: Final = ("clean", "unique", "duplicates", "classified", "enriched", "dead")
# What makes a record's own output, by stage; the table of tabulate is checked apart.
OUTPUTS: Final = {
    "normalise": ("clean", "dead"), "dedupe": ("unique", "duplicates", "dead"), "classify": ("classified", "dead"),
    "extract": ("enriched", "dead"),
}  # fmt: skip
SHOWN: Final = 5  # of each kind of violation


@dataclass(slots=True)
class Report:
    """What was found; each violation is a line that names its record."""

    published: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    skipped: int = 0
    missing: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    two_owners: list[str] = field(default_factory=list)
    dangling: list[str] = field(default_factory=list)  # copies of what was never enriched
    table: list[str] = field(default_factory=list)
    commits: list[str] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    lost_by_kafka: list[str] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)  # by topic

    KINDS: ClassVar[tuple[str, ...]] = (
        "missing", "doubled", "differing", "two_owners", "dangling", "table", "commits", "decisions", "lost_by_kafka",
    )  # fmt: skip

    def violations(self, before: "Report | None" = None) -> list[str]:
        """Return the first few of each kind, without those that an earlier report had."""
        found = []
        for kind in self.KINDS:
            known = set(getattr(before, kind)) if before else set()
            found += [f"{kind}: {line}" for line in getattr(self, kind) if line not in known][:SHOWN]
        return found

    def counts(self) -> dict[str, int]:
        """Return how many there are of each kind."""
        return {kind: len(getattr(self, kind)) for kind in self.KINDS}


def read_journal(path: Path) -> dict[tuple[int, int], str]:
    """Return the digest of each acknowledged raw record, by partition and offset."""
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {(line["partition"], line["offset"]): line["sha256"] for line in lines}


def check(kafka: Kafka, journal: Mapping[tuple[int, int], str], retained: int | None = None) -> Report:
    """Judge all of it; `retained`: so many decisions are remembered (None: more than there are)."""
    report = Report(published=len(journal))
    _check_raw(kafka, journal, report)
    _check_outcomes(kafka, report)
    _check_repeats(kafka, report)
    _check_owners(kafka, retained, report)
    _check_table(kafka, report)
    _check_commits(kafka, report)
    _check_decisions(kafka, report)
    _check_entities(kafka, report)
    return report


def _check_raw(kafka: Kafka, journal: Mapping[tuple[int, int], str], report: Report) -> None:
    """What Kafka acknowledged, Kafka has."""
    kept = {(record.partition, record.offset): sha256(record.value) for record in kafka.of("raw")}
    for place, digest in journal.items():
        if kept.get(place) != digest:
            report.lost_by_kafka.append(f"raw record {place} is {kept.get(place, 'gone')}, acknowledged was {digest}")


def _check_outcomes(kafka: Kafka, report: Report) -> None:
    """Each raw record ends once; what is on the topic and in nobody's journal counts too."""
    found: dict[tuple[int, int], dict[tuple[str, str], int]] = defaultdict(Counter)
    for topic, record in kafka.outcomes():
        found[_place(record.origin)][topic, record.headers.get("attempt", "")] += 1
    for raw in kafka.of("raw"):
        place = raw.partition, raw.offset
        ends = {topic for topic, _ in found.get(place, ())}
        if not ends:
            report.missing.append(f"raw record {place}")
        for topic in ends:
            report.outcomes[topic] += 1
        for attempt in {attempt for _, attempt in found.get(place, ())}:
            same = sorted(topic for topic, a in found[place] if a == attempt)
            if len(same) > 1:
                report.doubled.append(f"raw record {place}, attempt {attempt}: {' and '.join(same)}")
    unknown = found.keys() - {(raw.partition, raw.offset) for raw in kafka.of("raw")}
    report.doubled += [f"an outcome of raw record {place}, which there is not" for place in sorted(unknown)]
    _check_same_bytes_enriched_once(kafka, report)
    enriched = {_json(record)["article_id"] for record in kafka.of("enriched")}
    report.dangling += sorted(
        {
            f"copy {record.origin} of article {_json(record)['canonical_id']}, which was never enriched"
            for record in kafka.of("duplicates")
            if _json(record)["canonical_id"] not in enriched
        }
    )
    report.skipped = len({record.origin for record in kafka.of("enriched") if "entities" in _json(record)["skipped"]})


def _check_same_bytes_enriched_once(kafka: Kafka, report: Report) -> None:
    """A producer that publishes the same bytes again gets `same_article`, never a second enriched article."""
    digests = {(raw.partition, raw.offset): sha256(raw.value) for raw in kafka.of("raw")}
    owners: dict[str, set[str]] = defaultdict(set)
    for record in kafka.of("enriched"):
        owners[digests.get(_place(record.origin), record.origin)].add(record.origin)
    for origins in owners.values():
        if len(origins) > 1:
            report.doubled.append(f"the same raw bytes were enriched {len(origins)} times: {sorted(origins)}")


def _check_repeats(kafka: Kafka, report: Report) -> None:
    """What is repeated for one origin, pipeline and attempt is the same bytes."""
    for topic in PASSED_ON:
        versions: dict[tuple[str, ...], set[str]] = defaultdict(set)
        for record in kafka.of(topic):
            identity = tuple(record.headers.get(name, "") for name in ("origin", "pipeline", "attempt", "schema"))
            if versions[identity]:
                report.repeats[topic] += 1
            versions[identity].add(_digest(record))
        for identity, digests in versions.items():
            if len(digests) > 1:
                report.differing.append(f"{topic}: {len(digests)} versions of {identity}")


def _digest(record: Kept) -> str:
    headers = sorted(record.headers.items())
    return hashlib.sha256(repr((record.key, record.value, headers)).encode()).hexdigest()


def _check_owners(kafka: Kafka, retained: int | None, report: Report) -> None:
    """A version of an article comes from one raw record, while its decision is remembered."""
    order: dict[str, int] = {}
    for record in sorted(kafka.of("clean"), key=lambda r: r.offset):
        order.setdefault(record.origin, len(order))
    for topic in ("unique", "enriched"):
        owners: dict[tuple[str, int], set[str]] = defaultdict(set)
        for record in kafka.of(topic):
            article = _json(record)
            owners[article["article_id"], article["version"]].add(record.origin)
        for identity, origins in owners.items():
            if len(origins) > 1 and (retained is None or _spread(order, origins) <= retained):
                report.two_owners.append(f"{topic}: {identity} by {sorted(origins)}")


def _spread(order: Mapping[str, int], origins: Iterable[str]) -> int:
    """Return how far apart in the order of dedupe the two nearest of these are."""
    places = sorted(order.get(origin, 0) for origin in origins)
    return min(later - earlier for earlier, later in pairwise(places))


def _check_table(kafka: Kafka, report: Report) -> None:
    """The newest row of each article is what a fold over news.enriched gives."""
    table = {record.key: record.value for record in kafka.of("articles")}
    fold: dict[bytes | None, dict[str, Any]] = {}
    for record in sorted(kafka.of("enriched"), key=lambda r: (r.partition, r.offset)):
        article = _json(record)
        if record.key not in fold or not _is_older(article, fold[record.key]):
            fold[record.key] = article
    for key in table.keys() | fold.keys():
        row = json.loads(table.get(key) or b"{}")
        expected = {name: fold.get(key, {}).get(name) for name in row}
        if not row or row != expected:
            report.table.append(f"row {key!r} is {row.get('event_id')}, the fold gives {expected.get('event_id')}")


def _is_older(article: Mapping[str, Any], than: Mapping[str, Any]) -> bool:
    if article["modified_at"] and than["modified_at"]:
        moments = [datetime.fromisoformat(one["modified_at"]) for one in (article, than)]
        if moments[0] < moments[1]:
            return True
    return bool(article["version"] < than["version"])


def _check_commits(kafka: Kafka, report: Report) -> None:
    """When an offset was committed, everything before it had its output on the broker."""
    for stage, source in STAGES.items():
        if stage not in OUTPUTS:
            continue
        done = _first_outputs(kafka, OUTPUTS[stage])
        horizons = _horizons(kafka.of(source), done, own_origin=source == "raw")
        for commit in kafka.commits:
            if commit.stage == stage:
                report.commits += _passed_over(commit, horizons)


def _check_entities(kafka: Kafka, report: Report) -> None:
    """Every enriched record was resolved, and what is said of entities is what the decision that counts says."""
    counted = _counted(kafka.of("resolutions"), report)
    for record in kafka.of("enriched"):
        event, attempt = _json(record)["event_id"], int(record.headers.get("attempt", "1"))
        if attempt_key(event, attempt) not in counted:
            report.decisions.append(f"{record.origin}, attempt {attempt}, was not resolved")
    said: dict[tuple[str, int, str], dict[str, Kept]] = defaultdict(dict)  # by decision and event_id
    for record in kafka.of("entities"):
        event = _json(record)
        of = event["cause"], int(record.headers.get("attempt", "1")), record.headers.get("pipeline", "")
        known = said[of].setdefault(event["event_id"], record)
        if _digest(known) != _digest(record):
            report.differing.append(f"entities: a repeat of {event['event_id']}, caused by {event['cause']}, differs")
    for (cause, attempt, pipeline), records in said.items():
        value = counted.get(attempt_key(cause, attempt))
        wanted = _updates(value, cause, attempt, pipeline) if value else {}
        report.differing += [
            f"entities: {event} is not what was decided on {cause}, attempt {attempt}"
            for event, record in records.items()
            if wanted.get(event) != record.value
        ]


def _updates(value: bytes, cause: str, attempt: int, pipeline: str) -> dict[str, bytes]:
    """Return what a decision says, by event_id; by the product's own function, which is tested for itself."""
    made = updates(Resolution.decode(value), cause, pipeline, attempt)
    return {update.event_id: encode(update) for update in made}


def _counted(log: Iterable[Kept], report: Report) -> dict[str, bytes]:
    """Return the decision of each key that counts: the first. No other may lie last.

    A worker that was paused may write one that its successor had made already, before it sees that it is not the owner.
    The log's next reader then writes the first one again (docs/adr/0007-own-changelog.md).
    """
    first: dict[str, bytes] = {}
    open_: set[str] = set()
    for record in sorted(log, key=lambda r: r.offset):
        if record.key is None or record.value is None:
            continue
        key, value = record.key.decode(), record.value
        known = first.setdefault(key, value)
        if known != value and _unnumbered(known) != _unnumbered(value):
            open_.add(key)
        else:
            open_.discard(key)
    report.decisions += [f"{key} was decided twice, differently, and that was not settled" for key in sorted(open_)]
    return first


def _unnumbered(decision: bytes) -> dict[str, Any]:
    """Return a decision without its position in the order: two that were given one position are told apart later."""
    loaded: dict[str, Any] = json.loads(decision)
    loaded.pop("sequence", None)
    return loaded


def _first_outputs(kafka: Kafka, topics: Iterable[str]) -> dict[tuple[int, int], int]:
    """Return when the first output of each raw record was appended."""
    first: dict[tuple[int, int], int] = {}
    for topic in topics:
        for record in kafka.of(topic):
            place = _place(record.origin)
            first[place] = min(first.get(place, record.at), record.at)
    return first


def _horizons(
    source: Iterable[Kept], done: Mapping[tuple[int, int], int], *, own_origin: bool
) -> dict[int, list[tuple[int, float, str]]]:
    """Return, by partition and in order: an offset, when all up to it had their outputs, and who came last."""
    horizons: dict[int, list[tuple[int, float, str]]] = defaultdict(list)
    for record in sorted(source, key=lambda r: (r.partition, r.offset)):
        place = (record.partition, record.offset) if own_origin else _place(record.origin)
        before = horizons[record.partition][-1] if horizons[record.partition] else (0, 0.0, "")
        when = done.get(place, float("inf"))
        last = (when, str(place)) if when > before[1] else before[1:]
        horizons[record.partition].append((record.offset, *last))
    return horizons


def _passed_over(commit: Commit, horizons: Mapping[int, list[tuple[int, float, str]]]) -> list[str]:
    found = []
    for partition, offset in commit.offsets.items():
        entries = horizons.get(partition, [])
        before = bisect_left(entries, offset, key=itemgetter(0))
        for _, when, who in entries[max(0, before - 1) : before]:
            if when > commit.at:
                found.append(f"{commit.stage}: partition {partition} was committed to {offset}, {who} had no output")
    return found


def _check_decisions(kafka: Kafka, report: Report) -> None:
    """One decision counts of each record, and its event says the same."""
    counted = {origin: json.loads(value) for origin, value in _counted(kafka.of("decisions"), report).items()}
    for topic in ("unique", "duplicates"):
        for record in kafka.of(topic):
            wanted = counted.get(record.origin)
            if wanted is None or not _says(wanted, topic, _json(record)):
                report.decisions.append(f"{topic} record of {record.origin} is not what was decided: {wanted is None=}")


def _says(decision: Mapping[str, Any], topic: str, event: Mapping[str, Any]) -> bool:
    same = ["article_id", "version", "change", "story_id"] if topic == "unique" else ["article_id", "canonical_id"]
    return (decision["verdict"] == event.get("verdict")) and all(decision[name] == event[name] for name in same)


def _place(origin: str) -> tuple[int, int]:
    """Return partition and offset of `topic/epoch/partition/offset`."""
    parts = origin.rsplit("/", 2)
    return (int(parts[1]), int(parts[2])) if len(parts) == 3 else (-1, -1)


def _json(record: Kept) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(record.value or b"{}")
    return loaded
