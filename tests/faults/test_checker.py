"""The checker sees what it is there for: a dropped, a doubled and a changed record, and the rest, each by name."""

import json
from dataclasses import replace
from typing import Any

import pytest

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
    made.records["resolutions"] = [Kept(0, n, 0, f"e{n}".encode(), b"{}", {}) for n in range(3)]
    made.records["entities"] = [_record("entities", n, 1_000 * n + 50, {"event_id": f"u{n}"}) for n in range(3)]
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
    kafka.records["decisions"].append(replace(kafka.of("decisions")[0], value=b'{"verdict": "exact_copy"}'))
    assert len(judged(kafka).decisions) == 1
    del kafka.records["decisions"][1]
    assert len(judged(kafka).decisions) == 2


def test_an_article_that_was_not_resolved_or_twice_is_found(kafka: Kafka) -> None:
    kafka.records["resolutions"][0] = replace(kafka.of("resolutions")[1], value=b"another")
    assert judged(kafka).decisions == [
        "e1 was resolved in 2 ways", f"{ORIGIN.format(0)}, attempt 1, was not resolved",
    ]  # fmt: skip


def test_an_update_of_an_entity_that_changed_is_found(kafka: Kafka) -> None:
    kafka.records["entities"].append(_record("entities", 0, 99, {"event_id": "u0", "articles": 2}))
    assert judged(kafka).differing == ["entities: 2 versions of u0"]


def test_a_record_that_kafka_lost_is_found(kafka: Kafka) -> None:
    del kafka.records["raw"][3]
    report = judged(kafka)
    assert len(report.lost_by_kafka) == 1
    assert report.doubled == ["an outcome of raw record (0, 3), which there is not"]


def test_a_copy_of_what_was_never_enriched_is_found(kafka: Kafka) -> None:
    copy = {**_article(3), "canonical_id": "nobody", "verdict": "exact_copy"}
    kafka.records["duplicates"] = [_record("duplicates", 3, 3_050, copy)]
    assert len(judged(kafka).dangling) == 1
