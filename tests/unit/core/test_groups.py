"""Copy groups: opened, joined, merged; their original; and how many newsrooms reported a story."""

import random

import numpy as np
import pytest

from streams.contracts import ids
from streams.contracts.events import CleanArticle, GroupUpdate
from streams.core.decision import Decision, GroupPlace, filed, filed_of, group_key, group_place
from streams.core.dedupe import DedupeState
from streams.core.groups import group_updates
from streams.core.outcome import outcome
from tests.clean_articles import HOUR_MS, clean_article, edited, headline, numbered, report
from tests.unit.core.test_dedupe import Fold, paragraphs


def at(site: str, seed: int, text: str | None = None, **fields: object) -> CleanArticle:
    """Return the report of this seed as a site prints it."""
    return clean_article(f"https://{site}/{seed}", headline(seed), text or report(seed), **fields)


def grouped(decision: Decision) -> GroupPlace:
    assert decision.group is not None
    return decision.group


def half(seed: int, *, last: bool) -> str:
    """Return half of a report: two halves share no words in a row, and each is contained in the whole."""
    parts = paragraphs(seed)
    return "\n\n".join(parts[10:] if last else parts[:10])


def updates(article: CleanArticle, decision: Decision) -> tuple[GroupUpdate, ...]:
    event, _ = outcome(article, decision, "raw/e/0/1", "p")
    return group_updates(article.article_id, decision, event.event_id, "p")


def test_an_article_alone_has_no_group_and_causes_no_update() -> None:
    fold = Fold()
    decision = fold.take(numbered(1))
    assert decision.group is None
    assert updates(numbered(1), decision) == ()
    assert (group_place(decision).canonical_id, group_place(decision).newsroom) == (decision.article_id, "example.org")


def test_the_first_copy_opens_a_group_and_others_join() -> None:
    fold = Fold()
    first, copy, third = numbered(1), at("b.net", 1, edited(report(1))), at("c.net", 1)
    canonical = fold.take(first)
    opened, joined = grouped(fold.take(copy)), grouped(fold.take(third))
    assert (opened.change, opened.canonical_id, opened.articles) == ("opened", canonical.article_id, 2)
    assert opened.added == (first.article_id, copy.article_id)
    assert (joined.change, joined.canonical_id, joined.articles, joined.added) == (
        "joined", canonical.article_id, 3, (third.article_id,),
    )  # fmt: skip


def test_the_same_article_again_and_a_copy_of_a_copy_do_not_count_twice() -> None:
    fold = Fold()
    fold.take(numbered(1))
    copy = at("b.net", 1, edited(report(1)))
    fold.take(copy)
    again = fold.take(copy)
    assert (again.verdict, grouped(again).change, grouped(again).articles) == ("same_article", "", 2)
    assert updates(copy, again) == ()
    of_copy = grouped(fold.take(at("c.net", 1, edited(report(1)))))
    assert (of_copy.change, of_copy.articles) == ("joined", 3)


def test_a_longer_article_opens_a_group_with_what_it_contains() -> None:
    fold = Fold()
    piece = fold.take(at("a.org", 1))
    longer = at("b.net", 2, report(1) + "\n\n" + report(2))
    decision = fold.take(longer)
    assert decision.related == (piece.article_id,)
    assert (grouped(decision).change, grouped(decision).canonical_id) == ("opened", piece.article_id)
    joined = grouped(fold.take(at("c.net", 1)))
    assert (joined.change, joined.articles) == ("joined", 3)


def merged_fold() -> tuple[Fold, list[Decision]]:
    """Return a fold in which a third article is linked with two groups, and what was decided."""
    fold = Fold()
    arrivals = [
        at("a.org", 1), at("b.net", 1), at("c.net", 2), at("d.net", 2), at("e.net", 3, report(1) + "\n\n" + report(2)),
    ]  # fmt: skip
    return fold, [fold.take(article) for article in arrivals]


def test_an_article_that_contains_articles_of_two_groups_merges_them() -> None:
    fold, decisions = merged_fold()
    first, _, second, _, third = decisions
    place = grouped(third)
    assert (place.change, place.canonical_id, place.merged) == ("merged", first.article_id, (second.article_id,))
    assert (place.articles, place.added) == (5, (third.article_id,))
    assert grouped(fold.take(at("f.net", 2))).canonical_id == first.article_id
    assert grouped(fold.take(at("g.net", 1))).articles == 7


def test_a_merge_tells_the_survivor_and_the_group_that_ends() -> None:
    _, decisions = merged_fold()
    survivor, ended = updates(at("e.net", 3), decisions[4])
    ids_of = [ids.group_id(decision.canonical_id) for decision in (decisions[0], decisions[2])]
    assert [survivor.group_id, ended.group_id] == ids_of
    assert (survivor.change, survivor.merged, survivor.into) == ("merged", (ids_of[1],), None)
    assert (ended.change, ended.merged, ended.into, ended.articles) == ("merged", (), ids_of[0], 5)
    assert survivor.event_id != ended.event_id
    assert updates(at("e.net", 3), decisions[4]) == (survivor, ended)


def test_a_chain_of_merges_is_followed() -> None:
    fold, _ = merged_fold()
    for seed in (4, 5):
        fold.take(at("a.org", seed))
        fold.take(at("b.net", seed))
    for text in (report(4) + "\n\n" + report(5), report(2) + "\n\n" + report(4)):
        fold.take(at("host.org", len(text), text))
    last = grouped(fold.take(at("z.net", 5)))
    assert (last.articles, last.canonical_id) == (12, numbered_id(1))


def numbered_id(seed: int) -> str:
    return at("a.org", seed).article_id


def test_a_copy_of_two_articles_that_were_not_alike_links_them() -> None:
    fold = Fold()
    parts = paragraphs(1)
    early, late = "\n\n".join(parts[:12]), "\n\n".join(parts[8:])
    one, two = fold.take(at("a.org", 1, early)), fold.take(clean_article("https://b.net/x", headline(9), late))
    assert (one.verdict, two.verdict) == (None, None)
    place = grouped(fold.take(at("c.net", 1)))
    assert place.articles == 3
    assert set(place.added) >= {two.article_id}


def test_the_original_is_what_was_published_first() -> None:
    fold = Fold()
    fold.take(at("a.org", 1, published_at="2026-04-07T12:00:00Z"))
    later = grouped(fold.take(at("b.net", 1, published_at="2026-04-07T12:30:00Z")))
    assert later.original_source == "a.org"
    same = grouped(fold.take(at("c.net", 1, published_at="2026-04-07T14:00:00+02:00")))
    unknown = grouped(fold.take(at("d.net", 1)))
    assert same.original_source == unknown.original_source == "a.org"
    earlier = grouped(fold.take(at("e.net", 1, published_at="2026-04-07T11:59:00Z")))
    assert (earlier.original_source, earlier.original_id) == ("e.net", at("e.net", 1).article_id)


def test_an_agencys_own_article_is_the_original_whenever_it_was_published() -> None:
    fold = Fold()
    fold.take(at("a.org", 1, "OSLO (AP) - " + report(1), published_at="2026-04-07T12:00:00Z"))
    credited = grouped(fold.take(at("b.net", 1, published_at="2026-04-07T11:00:00Z")))
    assert (credited.agency, credited.original_source, credited.newsroom) == ("AP", "b.net", "AP")
    own = grouped(fold.take(at("apnews.com", 1, published_at="2026-04-07T15:00:00Z")))
    assert (own.agency, own.original_source) == ("AP", "apnews.com")
    stays = grouped(fold.take(at("c.net", 1, published_at="2026-04-06T15:00:00Z")))
    assert (stays.original_source, stays.articles) == ("apnews.com", 4)


def test_an_agencys_own_article_wins_over_another_credit() -> None:
    fold = Fold()
    fold.take(at("a.org", 1, "OSLO (AP) - " + report(1)))
    place = grouped(fold.take(at("reuters.com", 1)))
    assert (place.agency, place.original_source) == ("Reuters", "reuters.com")


def told(fold: Fold, article: CleanArticle) -> tuple[str, int, int]:
    decision = fold.take(article, at=fold.count)
    _, update = outcome(article, decision, f"raw/e/0/{fold.count}", "p")
    return (update.change, update.articles, update.independent_sources) if update else ("", 0, 0)


def test_copies_of_one_report_are_one_source_and_other_reports_are_more() -> None:
    fold = Fold()
    lead = report(1, sentences=6)
    assert told(fold, clean_article("https://a.org/1", headline(1), lead + "\n\n" + report(2))) == ("opened", 1, 1)
    second = clean_article("https://b.net/1", headline(1), lead + "\n\n" + report(3))
    assert told(fold, second) == ("joined", 2, 2)
    own = clean_article("https://a.org/2", headline(1), lead + "\n\n" + report(4))
    assert told(fold, own) == ("joined", 3, 2)
    assert told(fold, clean_article("https://copy.net/1", headline(1), lead + "\n\n" + report(3))) == ("", 0, 0)


def test_a_copy_that_shows_the_agency_tells_the_story_anew() -> None:
    fold = Fold()
    lead = report(1, sentences=6)
    texts = [lead + "\n\n" + report(seed) for seed in (2, 3)]
    assert told(fold, clean_article("https://a.org/1", headline(1), "OSLO (AP) - " + texts[0])) == ("opened", 1, 1)
    assert told(fold, clean_article("https://b.net/1", headline(1), texts[1])) == ("joined", 2, 2)
    copy = clean_article("https://c.net/1", headline(1), texts[1] + "\n\nCopyright 2026 The Associated Press.")
    assert told(fold, copy) == ("reported", 2, 1)


def test_a_group_is_forgotten_with_its_newest_decision() -> None:
    fold = Fold()
    fold.take(numbered(1), at=0)
    fold.take(at("b.net", 1), at=HOUR_MS)
    fold.expire(80 * HOUR_MS)
    decision = fold.take(at("c.net", 1), at=80 * HOUR_MS)
    assert (decision.verdict, decision.group) == (None, None)


def test_where_the_opener_is_forgotten_the_group_goes_on() -> None:
    fold = Fold()
    fold.take(numbered(1), at=0)
    fold.take(at("b.net", 2, report(1) + "\n\n" + report(2)), at=2 * HOUR_MS)
    fold.expire(73 * HOUR_MS)
    place = grouped(fold.take(at("c.net", 2, report(1) + "\n\n" + report(2)), at=73 * HOUR_MS))
    assert (place.canonical_id, place.articles) == (numbered(1).article_id, 3)


def test_a_state_restored_in_any_order_goes_on_with_the_same_groups() -> None:
    lived, decisions = merged_fold()
    kept = [(f"raw-{number}", decision.encode()) for number, decision in enumerate(decisions)]
    later = [at("y.net", 2), at("z.net", 4, report(2) + "\n\n" + report(4)), at("x.net", 1)]
    wanted = [lived.take(article).encode() for article in later]
    for seed in range(6):
        random.Random(seed).shuffle(kept)
        fold = Fold()
        fold.count = len(kept)
        for origin, value in kept:
            fold.state.restore(origin, value)
        assert [fold.take(article).encode() for article in later] == wanted


def test_keys_that_are_shared_by_chance_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("decision", "groups"):
        monkeypatch.setattr(f"streams.core.{module}.group_key", lambda name: 7)
    fold = Fold()
    for seed in range(1, 8):
        fold.take(at("a.org", seed))
        fold.take(at("b.net", seed))
    for seed in range(1, 8):
        place = grouped(fold.take(at("c.net", seed)))
        assert (place.canonical_id, place.articles) == (numbered_id(seed), 3)


def test_decisions_from_before_there_were_groups_are_read() -> None:
    fold = Fold()
    first, copy = fold.take(numbered(1)), fold.take(at("b.net", 1))
    state = DedupeState(pipeline="test")
    for number, decision in enumerate((first, copy)):
        fields = decision.model_dump(exclude={"group", "source", "agency", "published_at"})
        value = Decision(**fields).encode().replace(b',"group":null,"source":"","agency":"","published_at":null', b"")
        assert b"group" not in value
        state.restore(f"raw-{number}", value)
    third = state.judge(at("c.net", 1), "raw-2", 0)
    assert (grouped(third).canonical_id, third.verdict) == (first.article_id, "exact_copy")


def test_what_is_filed_of_a_decision_is_the_same_read_or_made() -> None:
    _, decisions = merged_fold()
    assert [filed(decision.encode(), 12) for decision in decisions] == [filed_of(each, 12) for each in decisions]
    known = filed_of(decisions[4], 12)
    assert known.changed_groups == (group_key(decisions[0].article_id), group_key(decisions[2].article_id))


def test_newsrooms_follow_merges() -> None:
    fold, _ = merged_fold()
    groups = fold.state._groups
    assert groups.newsrooms(np.arange(5), None) == 1
    assert groups.newsrooms(np.array([0, 2]), None) == 1
    fold.take(at("q.org", 9))
    assert groups.newsrooms(np.arange(6), None) == 2
