"""The checker sees what it is there for: a dropped, a doubled and a changed record, and the rest, each by name."""

import json
from dataclasses import replace
from typing import Any

import pytest

from streams.contracts.codec import encode
from streams.core.entity_updates import updates
from streams.core.resolution import Resolution, Standing
from tests.faults.checker import Report, check
from tests.faults.load import sha256
from tests.faults.records import Commit, Kafka, Kept

ORIGIN = "news.raw/epoch/0/{}"
STAGES_OF = {"clean": 10, "unique": 20, "classified": 30, "enriched": 40}  # topic: ms after the raw record


def _record(topic: str, number: int, at: int, event: dict[str, Any]) -> Kept:
    headers = {"origin": ORIGIN.format(number), "pipeline": "p", "attempt": "1", "schema": topic}
    return Kept(0, number, at, event.get("article_id", "").encode(), json.dumps(event).encode(), headers)


def _article(number: int) -> dict[str, Any]:
    return {
        "event_id": f"e{number}", "article_id": f"a{number}", "version": 1, "change": "new", "story_id": "s",
        "modified_at": None, "skipped": {},
    }  # fmt: skip


def _resolution(number: int, articles: int = 1) -> Resolution:
    standing = Standing(entity_id="x", type="PERSON", name="Sergey Lavrov", change="opened", articles=articles)
    return Resolution(sequence=number, article_id=f"a{number}", standings=(standing,))


def _said(decision: Resolution, number: int) -> Kept:
    """Return what resolve says of the one entity of a decision."""
    (update,) = updates(decision, f"e{number}", "p")
    return replace(_record("entities", number, 1_000 * number + 50, {}), value=encode(update))


def _decided_again(kafka: Kafka, log: str, value: bytes, **headers: str) -> None:
    """Write another decision of the first record behind the log."""
    kafka.records[log].append(Kept(0, len(kafka.of(log)), 0, kafka.of(log)[0].key, value, headers))


@pytest.fixture
def kafka() -> Kafka:
    """Three articles that went through, and a bad record."""
    made = Kafka({"raw": [Kept(0, n, 1_000 * n, b"k", b"raw %d" % n, {}) for n in range(4)]})
    for topic, after in STAGES_OF.items():
        made.records[topic] = [_record(topic, n, 1_000 * n + after, _article(n)) for n in range(3)]
    made.records["dead"] = [_record("dead", 3, 3_010, {"event_id": "d"})]
    made.records["articles"] = [replace(r, headers={}) for r in made.of("enriched")]
    decided = [{**_article(n), "verdict": None} for n in range(3)]
    made.records["decisions"] = [
        Kept(0, n, 0, ORIGIN.format(n).encode(), json.dumps(decision).encode(), {})
        for n, decision in enumerate(decided)
    ]
    resolved = [_resolution(n) for n in range(3)]
    made.records["resolutions"] = [
        Kept(0, n, 0, f"e{n}".encode(), each.encode(), {}) for n, each in enumerate(resolved)
    ]
    made.records["entities"] = [_said(each, n) for n, each in enumerate(resolved)]
    return made


def judged(kafka: Kafka) -> Report:
    journal = {(0, n): sha256(b"raw %d" % n) for n in range(4)}
    return check(kafka, journal)


def test_a_run_without_faults_is_clean(kafka: Kafka) -> None:
    report = judged(kafka)
    assert report.violations() == []
    assert report.outcomes == {"enriched": 3, "dead": 1}


def test_a_dropped_outcome_is_missing(kafka: Kafka) -> None:
    del kafka.records["enriched"][1]
    assert judged(kafka).missing == ["raw record (0, 1)"]


def test_an_outcome_of_two_kinds_is_doubled(kafka: Kafka) -> None:
    copy = {**_article(2), "canonical_id": "a0", "verdict": "exact_copy"}
    kafka.records["duplicates"] = [_record("duplicates", 2, 2_050, copy)]
    assert judged(kafka).doubled == ["raw record (0, 2), attempt 1: duplicates and enriched"]


def test_the_same_bytes_enriched_twice_are_doubled(kafka: Kafka) -> None:
    kafka.records["raw"][2] = replace(kafka.of("raw")[2], value=b"raw 1")
    (line,) = judged(kafka).doubled
    assert "0/1" in line
    assert "0/2" in line


def test_a_repeat_with_the_same_bytes_is_only_counted(kafka: Kafka) -> None:
    kafka.records["enriched"].append(replace(kafka.of("enriched")[0], offset=3))
    report = judged(kafka)
    assert report.violations() == []
    assert report.repeats == {"enriched": 1}


def test_a_changed_repeat_differs(kafka: Kafka) -> None:
    changed = {**_article(0), "skipped": {"entities": "the model was killed"}}
    kafka.records["enriched"].append(replace(_record("enriched", 0, 50, changed), offset=3))
    (line,) = judged(kafka).differing
    assert ORIGIN.format(0) in line


def test_one_version_of_two_origins_has_two_owners(kafka: Kafka) -> None:
    for topic in ("unique", "enriched"):
        kafka.records[topic][2] = _record(topic, 2, 2_040, _article(1))
    assert len(judged(kafka).two_owners) == 2


def test_a_table_that_went_back_in_version_differs_from_the_fold(kafka: Kafka) -> None:
    newer = {**_article(0), "event_id": "e9", "version": 2}
    kafka.records["enriched"].append(replace(_record("enriched", 0, 50, newer), offset=3))
    assert len(judged(kafka).table) == 1


def test_a_commit_over_a_record_without_its_output_is_found(kafka: Kafka) -> None:
    kafka.commits = [Commit(1_025, "classify", {0: 2}), Commit(1_030, "classify", {0: 2})]
    assert judged(kafka).commits == ["classify: partition 0 was committed to 2, (0, 1) had no output"]


def test_a_decision_written_twice_or_not_followed_is_found(kafka: Kafka) -> None:
    _decided_again(kafka, "decisions", b'{"verdict": "exact_copy"}')
    assert judged(kafka).decisions == [f"{ORIGIN.format(0)} was decided twice, differently, and that was not settled"]
    del kafka.records["decisions"][1]
    assert len(judged(kafka).decisions) == 2


def test_the_decision_that_was_overruled_is_not_to_be_followed(kafka: Kafka) -> None:
    first = kafka.of("decisions")[0].value or b""
    _decided_again(kafka, "decisions", json.dumps({**_article(0), "story_id": "t", "verdict": None}).encode())
    _decided_again(kafka, "decisions", first, settled="1")
    assert judged(kafka).violations() == []
    kafka.records["unique"][0] = _record("unique", 0, 20, {**_article(0), "story_id": "t"})
    assert len(judged(kafka).decisions) == 1


def test_an_article_that_was_not_resolved_is_found(kafka: Kafka) -> None:
    del kafka.records["resolutions"][0]
    report = judged(kafka)
    assert report.decisions == [f"{ORIGIN.format(0)}, attempt 1, was not resolved"]
    assert len(report.differing) == 1, "and what was said of its entity rests on nothing"


def test_an_article_that_was_resolved_twice_is_found_unless_that_was_settled(kafka: Kafka) -> None:
    _decided_again(kafka, "resolutions", _resolution(0, articles=2).encode())
    assert judged(kafka).decisions == ["e0 was decided twice, differently, and that was not settled"]
    _decided_again(kafka, "resolutions", _resolution(0).encode(), settled="1")
    assert judged(kafka).violations() == []


def test_a_settled_decision_is_the_first_one(kafka: Kafka) -> None:
    _decided_again(kafka, "resolutions", _resolution(0, articles=2).encode(), settled="1")
    assert len(judged(kafka).decisions) == 1


def test_a_decision_may_be_given_another_position(kafka: Kafka) -> None:
    renumbered = replace(_resolution(0), sequence=7)
    _decided_again(kafka, "resolutions", renumbered.encode(), settled="1")
    assert judged(kafka).violations() == []


def test_an_update_of_the_decision_that_was_overruled_is_found(kafka: Kafka) -> None:
    second = _resolution(0, articles=2)
    _decided_again(kafka, "resolutions", second.encode())
    _decided_again(kafka, "resolutions", _resolution(0).encode(), settled="1")
    assert judged(kafka).violations() == []
    kafka.records["entities"].append(_said(second, 0))
    (line,) = judged(kafka).differing
    assert line.endswith("caused by e0, differs")
    del kafka.records["entities"][0]
    (line,) = judged(kafka).differing
    assert line.endswith("is not what was decided on e0, attempt 1")


def test_an_update_that_nobody_decided_is_found(kafka: Kafka) -> None:
    kafka.records["entities"].append(_said(_resolution(9), 9))
    (line,) = judged(kafka).differing
    assert line.endswith("is not what was decided on e9, attempt 1")


def test_a_record_that_kafka_lost_is_found(kafka: Kafka) -> None:
    del kafka.records["raw"][3]
    report = judged(kafka)
    assert len(report.lost_by_kafka) == 1
    assert report.doubled == ["an outcome of raw record (0, 3), which there is not"]


def test_a_copy_of_what_was_never_enriched_is_found(kafka: Kafka) -> None:
    copy = {**_article(3), "canonical_id": "nobody", "verdict": "exact_copy"}
    kafka.records["duplicates"] = [_record("duplicates", 3, 3_050, copy)]
    assert len(judged(kafka).dangling) == 1
