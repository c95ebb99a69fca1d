"""`newswire override` on topics that are lists: what it publishes, in which order, and when it publishes nothing."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from streams.broker import admin
from streams.cli import main, override
from streams.cli.errors import UserError
from streams.cli.get import partition_of
from streams.contracts.codec import Headers, decode, decode_headers, encode
from streams.contracts.events import ArticleForgotten, OverrideArticles, RawArticle, schema_name
from streams.contracts.topics import Catalogue
from streams.delivery.records import Output
from tests.unit.cli.test_sought_kafka import EPOCH, ONE, OTHER, Topics, key, raw

CATALOGUE = Catalogue()
THIRD = "https://third.example/c"


class Sent(Topics):
    """Topics, and what the verb publishes to them."""

    def __init__(self) -> None:
        super().__init__()
        self.epoch = EPOCH
        self.differences: list[Any] = []
        self.log: list[str] = []
        self.orders: list[OverrideArticles] = []
        self.again: list[tuple[bytes | None, Headers, int | None]] = []
        self.refuses_records = False

    async def since(self, *_: object) -> int:
        return 0

    async def send(self, output: Output) -> None:
        assert decode_headers(output.headers).schema == schema_name(OverrideArticles)
        assert output.topic.name == CATALOGUE.clean.name
        self.orders.append(decode(OverrideArticles, output.value))
        assert output.key == self.orders[-1].other_id.encode()
        self.log.append("order")

    async def hand_over(
        self, topic: str, value: bytes | None, *, key: bytes, headers: Any, partition: int | None = None
    ) -> None:
        if self.refuses_records:
            raise UserError("Kafka refused a record", 3)
        assert (topic, key.decode()) == (CATALOGUE.redrive.name, decode_headers(headers).origin)
        self.again.append((value, decode_headers(headers), partition))
        self.log.append("record")

    async def delivered(self) -> None:
        self.log.append("delivered")


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Sent:
    made = Sent()

    @asynccontextmanager
    async def opened(*_: object) -> AsyncIterator[Sent]:
        yield made

    async def topic_ids(*_: object) -> dict[str, str]:
        return {CATALOGUE.raw.name: made.epoch}

    async def check_topics(*_: object) -> list[Any]:
        return made.differences

    monkeypatch.setattr(override, "scanner", opened)
    monkeypatch.setattr(override, "publisher", opened)
    monkeypatch.setattr(override, "topic_ids", topic_ids)
    monkeypatch.setattr(admin, "check_topics", check_topics)
    monkeypatch.setenv("NEWSWIRE_BOOTSTRAP", "127.0.0.1:1")
    return made


def test_a_split_publishes_the_order_and_once_it_is_acknowledged_the_record(
    topics: Sent, capsys: pytest.CaptureFixture[str]
) -> None:
    topics.enriched(ONE, at=1)
    origin = topics.copy(OTHER, ONE, at=5)
    assert main(["override", "split", ONE, key(OTHER), "--reason", "two bridges"]) == 0
    assert topics.log == ["order", "delivered", "record", "delivered"]
    [order], [(value, headers, partition)] = topics.orders, topics.again
    assert (order.action, order.article_id, order.other_id, order.reason) == (
        "split", key(ONE), key(OTHER), "two bridges",
    )  # fmt: skip
    assert order.canonical_id == key(ONE)
    assert (order.origin, order.attempt) == (headers.origin, headers.attempt) == (origin, 2)
    assert (value, headers.ingested_at, partition) == (raw(OTHER), 5, 1)
    assert (headers.schema, headers.stage) == (schema_name(RawArticle), "redrive")
    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        f"split {key(OTHER)} from {key(ONE)}: t",
        "send its raw record 1/0 again as attempt 2: it is judged anew and goes to news.enriched,"
        " unless it is a copy of yet another one",
    ]


def test_a_merge_says_what_will_follow(topics: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    topics.enriched(ONE, at=1)
    topics.enriched(OTHER, at=2)
    origin = topics.enriched(OTHER, at=3, version=2, attempt=2)
    assert main(["override", "merge", ONE, OTHER, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "action": "merge", "article_id": key(ONE), "other_id": key(OTHER), "canonical_id": key(ONE), "origin": origin,
        "attempt": 3, "reason": None, "dry_run": False, "published": True,
    }  # fmt: skip
    assert [headers.attempt for _, headers, _ in topics.again] == [3]
    assert main(["override", "merge", OTHER, ONE, "--dry-run"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first == f"would merge {key(ONE)} into {key(OTHER)}: t"
    assert second.startswith("would send its raw record 0/0 again as attempt 2: it ends on news.duplicates")
    assert len(topics.orders) == 1


def test_of_a_copy_of_a_copy_the_original_is_followed(topics: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    topics.enriched(THIRD, at=1)
    topics.copy(ONE, THIRD, at=2)
    topics.copy(OTHER, ONE, at=3)
    assert main(["override", "merge", OTHER, THIRD]) == 1
    assert capsys.readouterr().out.startswith("nothing to merge")
    assert main(["override", "split", THIRD, OTHER, "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith(f"would split {key(OTHER)} from {key(THIRD)}")


@pytest.mark.parametrize("action", ["split", "merge"])
def test_what_is_as_ordered_already_is_said(topics: Sent, capsys: pytest.CaptureFixture[str], action: str) -> None:
    topics.enriched(ONE, at=1)
    if action == "merge":
        topics.copy(OTHER, ONE, at=2)
    else:
        topics.enriched(OTHER, at=2)
    assert main(["override", action, ONE, OTHER]) == 1
    assert capsys.readouterr().out.startswith(f"nothing to {action}: ")
    assert main(["override", action, ONE, OTHER, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["published"], topics.log) == (False, [])
    assert told["nothing"].startswith(f"nothing to {action}")


def test_nothing_is_merged_into_what_was_taken_back(topics: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    topics.enriched(ONE, at=1)
    topics.enriched(OTHER, at=2)
    event = ArticleForgotten(event_id="e", article_id=key(ONE), version=1, reason=None)
    topics.event(CATALOGUE.enriched, event, "news.clean/x/0/1", event.article_id)
    assert main(["override", "merge", ONE, OTHER]) == 1
    assert "was taken back" in capsys.readouterr().out
    assert topics.log == []


def test_what_is_still_under_way_is_waited_for(topics: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    topics.enriched(ONE, at=1)
    origin = topics.copy(OTHER, ONE, at=5)
    headers = Headers(schema_name(RawArticle), origin, 5, 2, "redrive", "p").encode()
    topics.put(CATALOGUE.redrive, 1, raw(OTHER), origin, headers)
    assert main(["override", "split", ONE, OTHER]) == 1
    assert "attempt 2 of 1/0 is under way" in capsys.readouterr().out
    assert topics.log == []


@pytest.mark.parametrize("made_anew", [False, True])
def test_a_record_out_of_retention_is_one_line_and_exit_code_3(
    topics: Sent, capsys: pytest.CaptureFixture[str], made_anew: bool
) -> None:
    topics.enriched(ONE, at=1)
    origin = topics.copy(OTHER, ONE, at=5)
    if made_anew:
        topics.epoch = "another"
    else:
        topics.begins[CATALOGUE.raw.name, 1] = 1
    assert main(["override", "split", ONE, OTHER]) == 3
    [line] = capsys.readouterr().err.splitlines()
    assert f"the raw record {origin}: nothing was published" in line
    assert ("made anew" in line) == made_anew
    assert topics.log == []


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ((ONE, OTHER), f"{OTHER}: neither news.enriched nor news.duplicates knows an article"),
        ((OTHER, ONE), f"{OTHER}: neither news.enriched nor news.duplicates knows an article"),
        ((ONE, ONE + "?utm_source=x"), "A and B are one article"),
        ((ONE, "2/17"), "2/17: neither an address nor an article_id"),
        ((ONE, "ftp://a.example/1"), "is not an http"),
    ],
)
def test_what_cannot_begin_is_one_line_and_exit_code_2(
    topics: Sent, capsys: pytest.CaptureFixture[str], names: tuple[str, str], says: str
) -> None:
    topics.enriched(ONE, at=1)
    assert main(["override", "split", *names]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert says in line
    assert topics.log == []


def test_topics_that_differ_end_it_before_anything_is_read(topics: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    class Missing:
        fatal = True

        def __str__(self) -> str:
            return "no topic news.clean"

    topics.differences = [Missing()]
    assert main(["override", "split", ONE, OTHER]) == 2
    assert "no topic news.clean" in capsys.readouterr().err


def test_an_order_without_its_record_is_to_be_given_again(topics: Sent, capsys: pytest.CaptureFixture[str]) -> None:
    topics.enriched(ONE, at=1)
    topics.copy(OTHER, ONE, at=5)
    topics.refuses_records = True
    assert main(["override", "split", ONE, OTHER]) == 3
    assert "the order is published and the record was not sent again: run it again" in capsys.readouterr().err
    topics.refuses_records = False
    assert main(["override", "split", ONE, OTHER]) == 0
    assert [order.attempt for order in topics.orders] == [2, 2]


def test_records_of_other_programs_are_passed_over(topics: Sent) -> None:
    topics.enriched(ONE, at=1)
    topics.put(CATALOGUE.duplicates, partition_of(key(ONE), CATALOGUE.duplicates), b"{}", key(ONE), ())
    topics.copy(OTHER, ONE, at=5)
    assert main(["override", "split", ONE, OTHER]) == 0
    assert encode(topics.orders[0])
