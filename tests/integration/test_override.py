"""`newswire override`: a copy becomes an article and an article a copy, on a real broker with a real worker."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from streams.client import Received
from streams.contracts import ids
from streams.contracts.events import ArticleForgotten, DuplicateSeen, EnrichedArticle, OverrideArticles
from streams.contracts.origin import parse_origin
from streams.contracts.topics import Catalogue, TopicSpec
from tests.expected import load_seeds
from tests.integration.running import environment, newswire, outcomes, read_all, run_async, send, until, worker
from tests.integration.test_reconcile import delete_before
from tests.integration.test_replay import DRAIN_SECONDS, WORKER_SECONDS, _drained, _rewind

BROKERS = ("embedded",)  # the time goes into restarts of ours; the pipeline, producers and topics run on both

pytestmark = pytest.mark.integration
ARTICLES = 40  # of the seeds: near copies are on lines 11, 14, 31, 33 and 36


class Pair(NamedTuple):
    """A near copy among the seeds: the addresses of both, and the record of the copy."""

    original: str
    copy: str
    copy_id: str
    value: bytes


def _pairs() -> list[Pair]:
    seeds = load_seeds()[:ARTICLES]
    found = []
    for seed in seeds:
        if seed.expected.get("verdict") == "near_copy":
            original = next(one for one in seeds if one.line == seed.expected["of"]["line"])
            first, second = (str(json.loads(each.value)["url"]) for each in (original, seed))
            identity = ids.identity(url=second, guid=None, feed_url=None, source=None)
            found.append(Pair(first, second, ids.article_id(identity), seed.value))
    return found


class Running:
    """Topics, and the verbs on them."""

    def __init__(self, bootstrap: str, catalogue: Catalogue, state: Path) -> None:
        self.bootstrap, self.catalogue = bootstrap, catalogue
        self.env = environment(bootstrap, catalogue, state)

    def override(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        done = newswire("override", *arguments, "--json", env=self.env)
        assert done.returncode == code, done.stdout.decode() + done.stderr.decode()
        return json.loads(done.stdout) if done.stdout else {"says": done.stderr.decode()}

    def of(self, topic: TopicSpec, article_id: str) -> list[Received]:
        found = [each for each in run_async(read_all(self.bootstrap, topic)) if each.key == article_id.encode()]
        return sorted(found, key=lambda each: each.offset)

    def waits_for(self, topic: TopicSpec, article_id: str, fits: Callable[[Received], bool], what: str) -> Received:
        def there() -> Received | None:
            return next((each for each in self.of(topic, article_id) if fits(each)), None)

        return until(there, what)

    def row(self, url: str) -> bool:
        return newswire("get", url, env=self.env).returncode == 0

    def holds(self, **superseded: int) -> None:
        proof = newswire("reconcile", "--json", "--wait", "60", env=self.env)
        found = json.loads(proof.stdout)
        assert (proof.returncode, found["holds"], found["in_flight"]) == (0, True, 0), found
        assert found["superseded"] == {"enriched": 0, "duplicate": 0, "dead": 0} | superseded

    def decisions(self) -> list[tuple[bytes | None, bytes | None]]:
        return [(each.key, each.value) for each in run_async(read_all(self.bootstrap, self.catalogue.decisions))]


def _attempt(number: int) -> Callable[[Received], bool]:
    return lambda received: received.headers.attempt == number


def _is_retraction(received: Received) -> bool:
    return isinstance(received.event(), ArticleForgotten)


def test_a_split_a_merge_and_a_split_again(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    on, pair, log = Running(bootstrap, catalogue, tmp_path), _pairs()[0], tmp_path / "worker.log"
    values = [seed.value for seed in load_seeds()][:ARTICLES]
    sent = run_async(send(bootstrap, catalogue.raw, values, key=lambda _: b"one partition, one order"))
    with worker(on.env, log) as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))
        assert not on.row(pair.copy)
        _split(on, pair)
        _merge(on, pair)
        process.terminate()
        assert process.wait(WORKER_SECONDS) == 0
    decided, order = on.decisions(), [each.event() for each in run_async(read_all(bootstrap, catalogue.clean))]
    assert [each.action for each in order if isinstance(each, OverrideArticles)] == ["split", "merge"]
    _rewind(bootstrap, catalogue, on.env["NEWSWIRE_GROUP"])
    with worker(on.env, log) as process:
        until(partial(_drained, bootstrap, catalogue, on.env["NEWSWIRE_GROUP"]), "all is read again", DRAIN_SECONDS)
        assert on.decisions() == decided, "read from the beginning, something was decided anew"
        on.holds(enriched=1, duplicate=1)
        assert not on.row(pair.copy), "a rewind brought back what was merged"
        assert on.override("split", pair.original, pair.copy)["attempt"] == 4
        on.waits_for(catalogue.enriched, pair.copy_id, _attempt(4), "the article is there again")
        until(lambda: on.row(pair.copy) or None, "its row is there again")
        on.holds(enriched=1, duplicate=2)
        _out_of_retention(on, _pairs()[1])


def _split(on: Running, pair: Pair) -> None:
    rehearsed = on.override("split", pair.original, pair.copy, "--dry-run")
    assert (rehearsed["attempt"], rehearsed["published"]) == (2, False)
    assert on.override("split", pair.original, pair.copy, "--reason", "two events")["published"]
    found = on.waits_for(on.catalogue.enriched, pair.copy_id, _attempt(2), "the copy is enriched").event()
    assert isinstance(found, EnrichedArticle)
    assert (found.version, found.change) == (1, "new")
    until(lambda: on.row(pair.copy) or None, "its row is there")
    on.holds(duplicate=1)
    assert on.override("split", pair.original, pair.copy, code=1)["nothing"].startswith("nothing to split")


def _merge(on: Running, pair: Pair) -> None:
    told = on.override("merge", pair.original, pair.copy, "--reason", "one event after all")
    assert told["attempt"] == 3
    seen = on.waits_for(on.catalogue.duplicates, pair.copy_id, _attempt(3), "it is a copy").event()
    assert isinstance(seen, DuplicateSeen)
    assert (seen.verdict, seen.rule, seen.canonical_id) == ("near_copy", "override", told["canonical_id"])
    retraction = on.waits_for(on.catalogue.enriched, pair.copy_id, _is_retraction, "it is taken back").event()
    assert isinstance(retraction, ArticleForgotten)
    assert retraction.reason == f"merged into {told['canonical_id']}: one event after all"
    until(lambda: None if on.row(pair.copy) else True, "its row is gone")
    on.holds(enriched=1, duplicate=1)
    later = json.dumps(json.loads(pair.value) | {"title": "Other", "text": "Other words altogether. " * 50}).encode()
    run_async(send(on.bootstrap, on.catalogue.raw, [later], key=lambda _: b"one partition, one order"))

    def is_later(received: Received) -> bool:
        event = received.event()
        return isinstance(event, DuplicateSeen) and event.title == "Other" and event.rule == "override"

    on.waits_for(on.catalogue.duplicates, pair.copy_id, is_later, "a later version is a copy as well")


def _out_of_retention(on: Running, pair: Pair) -> None:
    copy = on.of(on.catalogue.duplicates, pair.copy_id)[-1]
    origin = parse_origin(copy.headers.origin)
    assert origin is not None
    run_async(delete_before(on.bootstrap, origin.topic, origin.partition, origin.offset + 1))
    before = [len(run_async(read_all(on.bootstrap, topic))) for topic in (on.catalogue.clean, on.catalogue.redrive)]
    told = on.override("split", pair.original, pair.copy, code=3)["says"]
    assert len(told.splitlines()) == 1
    assert f"no longer has the raw record {origin}" in told
    after = [len(run_async(read_all(on.bootstrap, topic))) for topic in (on.catalogue.clean, on.catalogue.redrive)]
    assert before == after
