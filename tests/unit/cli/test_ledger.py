"""The checkpoint of reconcile: what was committed survives, what was not is read again, one run at a time has it."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.cli.errors import UserError
from streams.cli.evidence import ELSEWHERE, TABLE_LETTER, UNREADABLE, notes_of
from streams.cli.ledger import UNKNOWN_MS, Ledger, Notes, ledger_path
from streams.cli.scan import Span
from streams.contracts.codec import Headers
from streams.core.reconcile import ENRICHED, KINDS, judge

RAW, EPOCH = "news.raw", "epoch"
PLACE = ("news.enriched", 0)


def record(offset: int, origin: str, value: bytes | None = b'{"version":3}', **changed: Any) -> Any:
    given = {
        "schema": "EnrichedArticle/1", "origin": origin, "ingested_at": 1, "attempt": 1, "stage": "extract",
        "pipeline": "p", **changed,
    }  # fmt: skip
    headers = Headers(**given).encode()
    return SimpleNamespace(
        topic=PLACE[0], partition=PLACE[1], offset=offset, timestamp=1_000 + offset, key=b"a", value=value,
        headers=headers,
    )  # fmt: skip


def enriched(*offsets: int, value: bytes = b'{"version":3}') -> Notes:
    return notes_of(PLACE, [record(offset, f"{RAW}/{EPOCH}/0/{offset}", value) for offset in offsets], RAW)


def begun(path: Path, *, fresh: bool = False) -> Ledger:
    ledger = Ledger(path, fresh=fresh)
    ledger.begin(PLACE, Span(0, 100))
    return ledger


def found(ledger: Ledger) -> dict[int, int]:
    """Return raw offset -> repeats."""
    return {at: sum(one.repeats for one in outcomes) for at, outcomes in ledger.judged_by(EPOCH, 0, Span(0, 100))}


def test_what_was_committed_stays_and_what_was_not_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "checkpoint.sqlite"
    with begun(path) as ledger:
        ledger.note(PLACE, enriched(0, 1), 2, 1_000)
        ledger.commit()
        ledger.note(PLACE, enriched(2), 3, 1_002)
    with Ledger(path) as ledger:
        assert ledger.begin(PLACE, Span(0, 100)) == Span(2, 100)
        assert found(ledger) == {0: 0, 1: 0}
        ledger.note(PLACE, enriched(2, 0), 4, 1_002)
        assert found(ledger) == {0: 1, 1: 0, 2: 0}
    with begun(path, fresh=True) as ledger:
        assert found(ledger) == {}


def test_other_bytes_are_kept_apart(tmp_path: Path) -> None:
    with begun(tmp_path / "c") as ledger:
        ledger.note(PLACE, enriched(0), 1, 1_000)
        ledger.note(PLACE, enriched(0, value=b'{"version":3,"text":"changed"}'), 2, 1_000)
        [(_, outcomes)] = ledger.judged_by(EPOCH, 0, Span(0, 100))
        assert "enriched" in judge(outcomes).differing


def test_two_runs_do_not_share_it(tmp_path: Path) -> None:
    with begun(tmp_path / "c"), pytest.raises(UserError, match="another `newswire reconcile`"):
        Ledger(tmp_path / "c")


def test_a_damaged_file_is_told_and_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_bytes(b"no database" * 1_000)
    with pytest.raises(UserError, match="--fresh"):
        Ledger(path)
    with begun(path, fresh=True) as ledger:
        assert found(ledger) == {}


def test_a_loss_reaches_up_to_the_first_record_that_was_read(tmp_path: Path) -> None:
    with Ledger(tmp_path / "c") as ledger:
        assert ledger.begin(PLACE, Span(7, 100)) == Span(7, 100)
        assert ledger.lost_before() == UNKNOWN_MS
        ledger.note(PLACE, enriched(8), 9, 1_008)
        ledger.note(PLACE, enriched(9), 10, 1_009)
        assert ledger.lost_before() == 1_008
        ledger.begin(PLACE, Span(10, 100))
        assert ledger.lost_before() == 1_008


def test_records_are_told_apart_by_their_headers() -> None:
    given = [
        record(0, f"{RAW}/{EPOCH}/0/0"),
        record(1, f"{RAW}/{EPOCH}/0/1", stage="tabulate", schema="DeadLetter/1"),
        record(2, "news.clean/x/0/1", schema="DeadLetter/1", stage="dedupe"),
        record(3, "nonsense"),
        record(4, f"{RAW}/{EPOCH}/0/4", None),
        record(5, f"{RAW}/{EPOCH}/0/5", b"{}"),
        record(6, f"{RAW}/{EPOCH}/0/6", schema="Weather/1"),
        record(7, "-", schema="ArticleForgotten/1"),
    ]
    given.append(SimpleNamespace(**{**vars(given[0]), "offset": 8, "headers": []}))
    notes = notes_of(PLACE, given, RAW)
    [entry] = notes.entries
    assert (KINDS[entry.kind], entry.version, entry.article, entry.origin.offset) == (ENRICHED, 3, b"a", 0)
    assert notes.forgotten == [(b"a", 7)]
    assert [what for what, _ in notes.aside] == [TABLE_LETTER, ELSEWHERE, *[UNREADABLE] * 5]


def test_topics_made_anew_have_another_file(tmp_path: Path) -> None:
    def path(**changed: Any) -> Path:
        given = {"bootstrap": "b:1", "prefix": "", "topic_ids": {"news.raw": "1"}, **changed}
        return ledger_path(tmp_path, **given)

    assert path() == path()
    assert len({path(), path(bootstrap="b:2"), path(prefix="x."), path(topic_ids={"news.raw": "2"})}) == 4
