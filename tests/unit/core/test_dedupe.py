"""The dedupe fold: one verdict for each article, and what the fold remembers of it."""

import json
import re
import struct
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from streams.contracts.codec import decode
from streams.contracts.errors import Malformed
from streams.contracts.events import Changes, CleanArticle, DuplicateSeen, ForgetArticle, UniqueArticle
from streams.core.decision import MAX_TITLE_CHARS, Filed, filed
from streams.core.dedupe import MAX_RELATED, Decision, DedupePolicy, DedupeState
from streams.core.fingerprint import fingerprint
from streams.core.matching import compare
from streams.core.memory import COPY_OF_COPY
from streams.core.outcome import outcome, swallowed_stories
from streams.core.stories import StoryPolicy
from streams.core.wording import read_article
from tests.clean_articles import HOUR_MS, clean_article, edited, headline, numbered, report


class Fold:
    """A state with a count of origins, so that a test reads as a list of arrivals."""

    def __init__(self, policy: DedupePolicy | None = None, stories: StoryPolicy | None = None) -> None:
        self.state = DedupeState(policy, stories, pipeline="test")
        self.count = 0

    def take(self, article: CleanArticle, at: int | None = 0) -> Decision:
        origin = f"raw-{self.count}"
        self.count += 1
        decision = self.state.judge(article, origin, at)
        self.state.apply(origin, decision)
        return decision

    def expire(self, now: int | None) -> list[str]:
        origins = self.state.expired(now)
        for origin in origins:
            self.state.forget(origin)
        return origins


def verdicts(decisions: Sequence[Decision]) -> list[str]:
    return [decision.verdict or str(decision.change) for decision in decisions]


def other(seed: int, text: str, title: str | None = None) -> CleanArticle:
    return clean_article(f"https://elsewhere.net/{seed}", title or headline(seed), text)


def reworded(text: str) -> str:
    """Return the text with one word in eight exchanged."""
    return " ".join(f"other{at}" if at % 8 == 7 else word for at, word in enumerate(text.split(" ")))


def paragraphs(seed: int) -> list[str]:
    return report(seed).split("\n\n")


def test_unrelated_articles_are_new() -> None:
    fold = Fold()
    decisions = [fold.take(numbered(seed)) for seed in range(30)]
    assert verdicts(decisions) == ["new"] * 30
    assert [d.version for d in decisions] == [1] * 30
    assert [d.canonical_id for d in decisions] == [d.article_id for d in decisions]
    assert len(fold.state) == 30


def test_the_same_content_again_is_the_same_article() -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    again = fold.take(numbered(1, modified_at="2026-04-07", authors=("Ana Petrov",)))
    assert verdicts([again]) == ["same_article"]
    assert (again.canonical_id, again.version, again.story_id) == (first.article_id, 1, first.story_id)


def test_other_words_under_a_known_address_are_a_revision() -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    second = fold.take(
        clean_article("https://example.org/1", headline(1), report(1) + "\n\nMore will follow on Friday.")
    )
    third = fold.take(clean_article("https://example.org/1", headline(1) + " again", report(1)))
    back = fold.take(numbered(1))
    fourth = fold.take(clean_article("https://example.org/1", headline(1), report(1, sentences=12)))
    assert verdicts([first, second, third, back, fourth]) == ["new", "revised", "revised", "same_article", "revised"]
    assert [d.version for d in (first, second, third, back, fourth)] == [1, 2, 3, 1, 4]
    assert {d.story_id for d in (first, second, third, back, fourth)} == {first.story_id}
    assert [d.story.change for d in (first, second, third)] == ["opened", "", ""]


def test_a_new_correction_note_makes_a_correction() -> None:
    fold = Fold()
    fold.take(numbered(1))
    note = "\n\nCorrection: An earlier version named the wrong town."
    corrected = fold.take(clean_article("https://example.org/1", headline(1), report(1) + note))
    revised = fold.take(clean_article("https://example.org/1", headline(1), "On Monday: " + report(1) + note))
    assert verdicts([corrected, revised]) == ["corrected", "revised"]


def test_of_the_same_content_only_dates_case_and_spaces_differ() -> None:
    fold = Fold()
    first = fold.take(numbered(1, published_at="2026-04-07"))
    again = [
        numbered(1, published_at="2026-04-08", modified_at="2026-04-09T10:00:00Z"),
        clean_article("https://example.org/1", headline(1).upper(), report(1).replace(" ", "  ").upper()),
        clean_article("https://example.org/1", headline(1), report(1).replace("\n\n", "\n\n* * *\n\n", 3)),
        clean_article("https://example.org/1", headline(1), report(1).replace("\n\n", " ", 3)),
    ]
    decisions = [fold.take(article) for article in again]
    assert verdicts(decisions) == ["same_article"] * 4
    assert {(d.canonical_id, d.version, d.changes) for d in decisions} == {(first.article_id, 1, None)}


def revision_of(seed: int, text: str = "", title: str = "") -> CleanArticle:
    return clean_article(f"https://example.org/{seed}", title or headline(seed), text or report(seed))


def changes_of(fold: Fold, article: CleanArticle) -> tuple[str | None, Changes | None]:
    decision = fold.take(article)
    event, _ = outcome(article, decision, "origin", "p")
    assert isinstance(event, UniqueArticle)
    return event.change, event.changes


def test_a_version_says_what_it_changes() -> None:
    fold = Fold()
    assert changes_of(fold, numbered(1)) == ("new", None)
    assert changes_of(fold, revision_of(1, title="Another headline")) == ("revised", Changes(title=True))
    more = report(1) + "\n\nZebras quietly inspected eleven observatories."
    assert changes_of(fold, revision_of(1, more)) == ("revised", Changes(title=True, added=(20,)))
    note = "Correction: An earlier version named the wrong town."
    altered = more.replace(" because ", " as ", 1)
    assert changes_of(fold, revision_of(1, f"{note}\n\n{altered}")) == (
        "corrected", Changes(title=False, altered=(1,), note=note),
    )  # fmt: skip
    assert changes_of(fold, revision_of(1, f"{note}\n\n{more}")) == ("revised", Changes(title=False, altered=(1,)))
    assert changes_of(fold, revision_of(1, report(2), headline(2))) == ("replaced", Changes(title=True))


def test_an_older_version_again_is_the_same_article_and_changes_are_counted_from_the_newest() -> None:
    fold = Fold()
    fold.take(numbered(1))
    second = revision_of(1, report(1) + "\n\nZebras quietly inspected eleven observatories.")
    fold.take(second)
    older = fold.take(numbered(1))
    assert (older.verdict, older.version) == ("same_article", 1)
    third = second.text + "\n\nKiwis applauded loudly."
    assert changes_of(fold, revision_of(1, third)) == ("revised", Changes(title=False, added=(21,)))


def test_where_the_version_before_is_not_remembered_no_change_is_invented() -> None:
    revised = revision_of(1, report(1) + "\n\nMore will follow.")
    kept = Fold().take(numbered(1))
    old = kept.model_dump(mode="json", exclude={"paragraphs", "changes"})
    state = DedupeState()
    state.restore("old", json.dumps(old).encode())
    recorded = state.recorded("old")
    assert recorded is not None
    assert (recorded.paragraphs, recorded.changes) == ("", None)
    decision = state.judge(revised, "new", None)
    assert (decision.change, decision.changes) == ("revised", None)
    copies = Fold()
    copies.take(numbered(2))
    copies.take(other(1, report(2)))
    assert changes_of(copies, other(1, report(5))) == ("revised", None)


def test_of_an_article_that_was_taken_back_nothing_is_said() -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    order = ForgetArticle(article_id=first.article_id, reason=None)
    fold.state.apply("order", fold.state.judge_order(order, "order", 1))
    revised = revision_of(1, report(1) + "\n\nMore will follow.")
    assert changes_of(fold, revised) == ("revised", None)


def test_what_changed_is_recorded_with_the_decision() -> None:
    fold = Fold()
    fold.take(numbered(1))
    note = "Correction: An earlier version named the wrong town."
    article = revision_of(1, f"{note}\n\n{report(1)}\n\nMore will follow.")
    decision = fold.take(article)
    fold.state.forget("raw-0")
    recorded = fold.state.recorded("raw-1")
    assert recorded is not None
    again, _ = outcome(article, recorded, "origin", "p")
    assert isinstance(again, UniqueArticle)
    assert again.changes == Changes(title=False, added=(21,), note=note)
    assert recorded == decision


def test_another_text_under_another_title_replaces_the_article_and_opens_a_story() -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    replaced = fold.take(clean_article("https://example.org/1", headline(2), report(2)))
    same_title = fold.take(clean_article("https://example.org/1", headline(2), report(3)))
    assert verdicts([replaced, same_title]) == ["replaced", "revised"]
    assert replaced.story_id != first.story_id
    assert replaced.story.change == "opened"
    assert same_title.story_id == replaced.story_id


@pytest.mark.parametrize(
    "printed",
    [
        report(1).upper(),
        "By Ana Petrov\n\nLONDON (AP) — " + report(1),
        report(1) + "\n\n(Reporting by Ana Petrov; Editing by Tom Lee)",
        report(1).replace("\n\n", " ").replace(".", " ."),
    ],
)
def test_equal_words_elsewhere_are_an_exact_copy(printed: str) -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    copy = fold.take(other(1, printed, title="Another headline altogether"))
    assert (copy.verdict, copy.canonical_id, copy.story_id) == ("exact_copy", first.article_id, first.story_id)
    assert (copy.score, copy.sketch, copy.story.change) == (1.0, "", "")


@pytest.mark.parametrize(
    ("rule", "printed"),
    [
        ("similar_text", edited(report(1))),
        ("similar_text", "\n\n".join(paragraphs(1)[:14])),
        ("similar_text", report(1) + "\n\nZoe Young has run our Lisbon office since 2011, with 14 others."),
        ("similar_text", reworded(report(1))),
    ],
)
def test_an_edited_or_trimmed_text_is_a_near_copy(rule: str, printed: str) -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    copy = fold.take(other(1, printed))
    assert (copy.verdict, copy.rule, copy.canonical_id) == ("near_copy", rule, first.article_id)
    assert 0.36 <= copy.score <= 1
    assert copy.evidence["words"] != 0


def test_a_piece_of_an_article_is_contained_and_its_copies_too() -> None:
    fold, whole = Fold(), report(1, sentences=40)
    first = fold.take(clean_article("https://example.org/1", headline(1), whole))
    piece = "\n\n".join(whole.split("\n\n")[:6])
    contained = fold.take(other(1, piece))
    assert (contained.verdict, contained.rule, contained.canonical_id) == ("contained", "excerpt", first.article_id)
    again = fold.take(other(2, piece))
    assert (again.verdict, again.rule, again.canonical_id) == ("contained", COPY_OF_COPY, first.article_id)


def test_few_shared_hashes_of_a_very_long_text_are_no_evidence() -> None:
    """The samples of a short and a very long text have few hashes in the range that both cover."""
    numbers, policy = np.arange(1, 113, dtype=np.uint64), DedupePolicy()
    base = fingerprint(read_article("a title", report(1)))
    long = base._replace(words=6_555, shingles=numbers * np.uint64(100), pairs=numbers)
    short = base._replace(
        words=215, shingles=np.sort(np.append(numbers[1:] * np.uint64(10**6), 11_200)), pairs=numbers + 500
    )
    assert compare(short, long, policy).rule == "different_text"
    assert compare(short, long, replace(policy, min_compared=1)).rule == "excerpt"


def test_a_bare_piece_of_an_article_is_contained_in_it() -> None:
    fold, whole = Fold(), report(1, sentences=40)
    first = fold.take(clean_article("https://example.org/1", headline(1), whole))
    piece = clean_article("https://elsewhere.net/9", "Zebra crossings", "\n\n".join(whole.split("\n\n")[:6]))
    assert fingerprint(read_article(piece.title, piece.text)).bare
    found = fold.take(piece)
    assert (found.verdict, found.canonical_id) == ("contained", first.article_id)


def test_a_decision_from_before_there_were_pairs_is_not_compared() -> None:
    fold = Fold()
    old = fold.take(numbered(1))
    head = struct.pack("<IIIBBBB", 700, 690, 0, 110, 0, 0, 0) + bytes(440)
    state = DedupeState()
    state.restore("old", old.model_copy(update={"sketch": b64encode(head).decode()}).encode())
    assert state.judge(other(1, edited(report(1))), "new", None).verdict is None
    assert state.judge(other(1, report(1)), "new", None).verdict == "exact_copy"


def test_a_copy_of_a_near_copy_has_the_first_article_as_its_canonical() -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    printed = edited(report(1))
    copies = [fold.take(clean_article(f"https://elsewhere.net/{n}", headline(1), printed)) for n in range(3)]
    assert verdicts(copies) == ["near_copy"] * 3
    assert {d.canonical_id for d in copies} == {first.article_id}
    assert [d.rule for d in copies] == ["similar_text", "same_words_as_copy", "same_words_as_copy"]
    assert {d.score for d in copies} == {copies[0].score}


def test_a_copy_of_a_later_version_has_that_article_as_its_canonical() -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    fold.take(clean_article("https://example.org/1", headline(1), report(2)))
    assert fold.take(other(2, report(2))).canonical_id == first.article_id


TEMPLATE = (
    "{company} said on Monday its sales rose {rise} percent to {sales} million crowns in the quarter. The board of "
    "{company} proposed a dividend of {dividend} crowns a share, to be paid on May 4. Shares in {company} closed at "
    "{price} crowns in Oslo, where analysts had expected less of the maker of pumps and valves for ships."
)
ALCAN = {"company": "Alcan", "rise": 3, "sales": 120, "dividend": 2, "price": 55}


def filled(**values: str | int) -> str:
    return TEMPLATE.format(**(ALCAN | values))


@pytest.mark.parametrize(
    "text",
    [filled(rise=4, sales=130), filled(company="Noranda"), filled(price=61), filled(company="Noranda", sales=99)],
)
def test_a_template_with_other_names_or_figures_is_no_copy(text: str) -> None:
    fold = Fold()
    fold.take(clean_article("https://example.org/1", "Sales of Alcan rise", filled()))
    assert fold.take(other(1, text, title="Sales of Alcan rise")).change == "new"


def test_house_style_in_a_template_is_a_copy() -> None:
    fold = Fold()
    fold.take(clean_article("https://example.org/1", "Sales of Alcan rise", filled()))
    styled = filled().replace("3 percent", "three per cent").replace("its sales", "sales")
    assert fold.take(other(1, styled, title="Alcan's sales up")).verdict == "near_copy"


def test_the_same_title_over_another_text_is_new() -> None:
    fold = Fold()
    fold.take(numbered(1))
    assert fold.take(other(1, report(2), title=headline(1))).change == "new"


def test_a_wire_correction_elsewhere_is_no_copy() -> None:
    fold = Fold()
    fold.take(numbered(1))
    assert fold.take(other(1, "Correction: first line.\n\n" + report(1))).change == "new"


def test_short_texts_are_copies_only_with_equal_title_and_text() -> None:
    fold = Fold()
    fold.take(clean_article("https://example.org/1", "Ferry late", "The ferry to Arvika is late."))
    decisions = [
        fold.take(clean_article("https://elsewhere.net/1", "Ferry late", "The ferry to Arvika is late!")),
        fold.take(clean_article("https://elsewhere.net/2", "Ferry closed", "The ferry to Arvika is late.")),
        fold.take(clean_article("https://elsewhere.net/3", "Ferry late", "The ferry to Arvika is late again.")),
    ]
    assert verdicts(decisions) == ["exact_copy", "new", "new"]


def test_a_notice_that_stands_in_for_many_articles_makes_no_copies() -> None:
    notice = "Please enable cookies and disable your blocker to go on reading this page. Thank you for it. " * 4
    fold = Fold()
    decisions = [
        fold.take(clean_article(f"https://example.org/{seed}", headline(seed), notice + "Yours." * (seed % 2)))
        for seed in range(6)
    ]
    assert verdicts(decisions) == ["new"] * 6


def test_a_longer_article_that_contains_earlier_ones_is_new_and_related() -> None:
    fold = Fold()
    parts = [fold.take(clean_article(f"https://a.org/{n}", headline(n), report(n, sentences=9))) for n in (1, 2)]
    longer = fold.take(other(3, f"{report(1, sentences=9)}\n\n{report(2, sentences=9)}\n\n{report(3)}"))
    assert longer.change == "new"
    assert longer.related == tuple(part.article_id for part in parts)
    event, _ = outcome(other(3, "x"), longer, "o", "p")
    assert isinstance(event, UniqueArticle)
    assert [relation.article_id for relation in event.related] == list(longer.related)


def test_a_longer_report_of_the_same_template_contains_no_other_one() -> None:
    def results(company: str, sales: int, shops: int, parts: int) -> str:
        lead = f"{company} told its owners on the day before the fair that sales had grown to {sales} million crowns."
        board = f"The board wants to open {shops} shops in the north of the country by the end of the spring."
        return "\n\n".join((lead, *(report(n, sentences=3) for n in range(parts)), board))

    fold = Fold()
    short = fold.take(clean_article("https://a.org/1", "Results of Nordsko", results("Nordsko", 12, 31, parts=2)))
    longer = fold.take(clean_article("https://a.org/2", "Results of Fjellsko", results("Fjellsko", 87, 45, parts=5)))
    assert verdicts([short, longer]) == ["new", "new"]
    assert longer.related == ()
    assert not longer.group or longer.group.articles == 1


def test_relations_are_capped() -> None:
    fold = Fold()
    for n in range(MAX_RELATED + 4):
        fold.take(clean_article(f"https://a.org/{n}", headline(n), report(n, sentences=9)))
    whole = "\n\n".join(report(n, sentences=9) for n in range(MAX_RELATED + 4))
    assert len(fold.take(other(99, whole, title=headline(0))).related) <= MAX_RELATED


def test_a_known_copy_that_changes_is_judged_as_a_copy_again() -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    copy = fold.take(other(1, report(1)))
    repeated = fold.take(other(1, report(1)))
    changed = fold.take(other(1, edited(report(1))))
    rewritten = fold.take(other(1, report(5)))
    noted = Fold()
    noted.take(numbered(1))
    noted.take(other(1, report(1)))
    corrected = noted.take(other(1, "Correction: wrong text.\n\n" + report(5)))
    assert verdicts([copy, repeated, changed, rewritten]) == ["exact_copy", "same_article", "near_copy", "revised"]
    assert [d.canonical_id for d in (copy, repeated, changed)] == [first.article_id] * 3
    assert [d.version for d in (copy, repeated, changed, rewritten)] == [1, 1, 2, 3]
    assert verdicts([corrected]) == ["corrected"]


def test_a_recorded_origin_is_never_judged_again() -> None:
    state = DedupeState()
    before = state.judge(numbered(1), "origin", 5)
    state.apply("origin", before)
    assert state.judge(numbered(2), "origin", 99).encode() == before.encode()
    assert state.recorded("origin") == before
    assert state.recorded("unknown") is None


def test_judging_changes_nothing() -> None:
    fold = Fold()
    fold.take(numbered(1))
    first = fold.state.judge(numbered(2), "x", 1)
    assert fold.state.judge(numbered(2), "x", 1) == first
    assert len(fold.state) == 1


def test_articles_older_than_the_window_are_forgotten_in_order() -> None:
    fold = Fold()
    for hour, seed in ((5, 1), (1, 2), (80, 3), (2, 4)):
        fold.take(numbered(seed), at=hour * HOUR_MS)
    assert fold.expire(74 * HOUR_MS) == ["raw-1", "raw-3", "raw-0"]
    assert fold.expire(81 * HOUR_MS) == []
    assert fold.take(other(2, report(2)), at=81 * HOUR_MS).change == "new"
    assert fold.take(other(3, report(3)), at=81 * HOUR_MS).verdict == "exact_copy"


def test_a_record_without_a_time_expires_nothing_and_never_expires() -> None:
    fold = Fold(DedupePolicy(max_articles=1))
    fold.take(numbered(1), at=None)
    fold.take(numbered(2), at=0)
    assert fold.state.expired(None) == []
    assert fold.expire(10**15) == ["raw-1"]


def test_an_old_record_expires_nothing_new() -> None:
    fold = Fold()
    fold.take(numbered(1), at=100 * HOUR_MS)
    assert fold.expire(1) == []
    assert fold.expire(150 * HOUR_MS) == []


def test_at_most_so_many_are_remembered() -> None:
    fold = Fold(DedupePolicy(max_articles=3))
    for seed in range(5):
        fold.take(numbered(seed), at=seed)
    assert fold.state.expired(5) == ["raw-0", "raw-1"]
    assert fold.expire(5) == ["raw-0", "raw-1"]
    assert fold.expire(5) == []


def test_memory_that_ends_before_the_window_says_how_far_back_it_reaches() -> None:
    fold = Fold(DedupePolicy(max_articles=2))
    fold.take(numbered(0), at=0)
    assert fold.state.shortened_ms() is None
    for seed in range(1, 4):
        fold.expire(seed * HOUR_MS)
        fold.take(numbered(seed), at=seed * HOUR_MS)
    assert fold.state.shortened_ms() == 2 * HOUR_MS
    fold.expire(200 * HOUR_MS)
    fold.take(numbered(9), at=200 * HOUR_MS)
    assert fold.state.shortened_ms() is None


def test_a_decision_forgotten_and_applied_again_expires_once() -> None:
    fold = Fold()
    decision = fold.take(numbered(1), at=0)
    fold.state.forget("raw-0")
    fold.state.forget("raw-0")
    assert fold.state.recorded("raw-0") is None
    assert fold.state.expired(10**12) == []
    fold.state.apply("raw-0", decision)
    fold.state.apply("raw-0", decision)
    assert fold.state.expired(10**12) == ["raw-0"]


def test_a_number_that_is_given_again_does_not_expire_with_its_predecessor() -> None:
    fold = Fold()
    fold.state.apply("old", fold.state.judge(numbered(1), "old", 0))
    fold.state.forget("old")
    later = DedupeState().judge(numbered(2), "new", 500 * HOUR_MS)
    fold.state.apply("new", later)
    assert later.sequence == 0
    assert fold.state.expired(501 * HOUR_MS) == []


def test_copies_of_a_forgotten_article_are_judged_anew() -> None:
    fold = Fold()
    fold.take(numbered(1), at=0)
    printed = edited(report(1))
    fold.take(other(1, printed), at=HOUR_MS)
    fold.state.forget("raw-0")
    decisions = [fold.take(clean_article(f"https://x.org/{n}", headline(1), printed), at=HOUR_MS) for n in range(2)]
    assert verdicts(decisions) == ["new", "exact_copy"]
    assert decisions[1].canonical_id == decisions[0].article_id


def test_an_identity_lives_on_in_its_repetitions() -> None:
    fold = Fold()
    first = fold.take(numbered(1), at=0)
    fold.take(numbered(1), at=50 * HOUR_MS)
    fold.expire(80 * HOUR_MS)
    again = fold.take(numbered(1), at=80 * HOUR_MS)
    revised = fold.take(clean_article("https://example.org/1", "Another title", report(7)), at=80 * HOUR_MS)
    assert (again.verdict, again.canonical_id) == ("same_article", first.article_id)
    assert (revised.change, revised.version) == ("revised", 2)


def test_the_fold_goes_on_when_the_story_of_an_article_is_forgotten() -> None:
    fold = Fold()
    fold.take(numbered(1), at=0)
    revised = fold.take(clean_article("https://example.org/1", headline(1), report(1) + " More."), at=1)
    assert revised.story.articles == 1
    fold.state.forget("raw-0")
    again = fold.take(clean_article("https://example.org/1", headline(1), report(1) + " More. And more."), at=2)
    assert again.story_id == revised.story_id
    assert again.story.title == headline(1)


def test_articles_of_one_event_share_a_story_and_copies_make_no_update() -> None:
    fold = Fold()
    lead = "Ferry Galatea sank off Fredrikstad, Captain Lindqvist said in Horsens on Monday."
    articles = [
        clean_article(f"https://paper{n}.org/a", f"Ferry Galatea sinks off Fredrikstad {n}", f"{lead}\n\n{report(n)}")
        for n in range(3)
    ]
    decisions = [fold.take(article) for article in articles]
    copy_article = clean_article("https://copy.org/a", "Ferry sinks", articles[0].text)
    copy = fold.take(copy_article)
    assert len({d.story_id for d in decisions} | {copy.story_id}) == 1
    updates = [outcome(a, d, f"o{n}", "p")[1] for n, (a, d) in enumerate(zip(articles, decisions, strict=True))]
    assert [(u.change, u.articles, u.title) for u in updates if u] == [
        ("opened", 1, articles[0].title), ("joined", 2, articles[0].title), ("joined", 3, articles[0].title),
    ]  # fmt: skip
    assert outcome(copy_article, copy, "o9", "p")[1] is None


def two_stories_of_one_event() -> tuple[Fold, list[CleanArticle], list[Decision]]:
    """Return a fold with two stories, and an article that holds them together."""
    one = "Ferry Galatea sank off Fredrikstad, Captain Lindqvist said in Horsens."
    other = "Salvage firm Brandvik raised ship Tordenskjold near Kragenes, Minister Ravnsborg said in Mandalen."
    texts = [(one, one), (other, other), (f"{one} {other}", f"{one} {other}")]
    fold = Fold(stories=StoryPolicy(merge_bond=0.0))
    articles = [clean_article(f"https://paper{n}.org/a", *text) for n, text in enumerate(texts)]
    return fold, articles, [fold.take(article) for article in articles]


def test_an_article_that_holds_two_stories_together_makes_them_one() -> None:
    _, articles, decisions = two_stories_of_one_event()
    assert [d.story.change for d in decisions] == ["opened", "opened", "joined"]
    first, second, third = decisions
    assert (third.story_id, third.story.articles) == (first.story_id, 3)
    assert [(s.story_id, s.title, s.articles) for s in third.story.merged] == [(second.story_id, articles[1].title, 1)]
    event, update = outcome(articles[2], third, "o2", "p")
    [swallowed] = swallowed_stories(third, event.event_id, "p")
    assert update is not None
    assert (update.story_id, update.merged, update.into) == (first.story_id, (second.story_id,), None)
    assert (swallowed.change, swallowed.story_id, swallowed.into) == ("merged", second.story_id, first.story_id)
    assert (swallowed.cause, swallowed.articles) == (event.event_id, 1)
    assert swallowed.event_id != update.event_id
    assert Decision.decode(third.encode()) == third
    assert swallowed_stories(second, "c", "p") == ()


def test_versions_of_a_swallowed_storys_articles_are_in_the_survivor() -> None:
    fold, articles, decisions = two_stories_of_one_event()
    version = fold.take(articles[1].model_copy(update={"text": articles[1].text + " More."}))
    assert (version.change, version.story_id) == ("revised", decisions[0].story_id)
    assert (version.story.change, version.story.articles, version.story.merged) == ("", 3, ())


def test_a_state_restored_in_reverse_knows_what_was_swallowed() -> None:
    fold, articles, decisions = two_stories_of_one_event()
    rebuilt = DedupeState(stories=StoryPolicy(merge_bond=0.0), pipeline="test")
    for number, decision in reversed(list(enumerate(decisions))):
        rebuilt.restore(f"raw-{number}", decision.encode())
    follow_up = clean_article("https://paper9.org/a", "Brandvik and Ravnsborg", articles[1].text + " On Monday.")
    one, other = (state.judge(follow_up, "raw-9", None) for state in (fold.state, rebuilt))
    assert one == other
    assert one.story_id == decisions[0].story_id


def test_events_carry_the_article_and_the_decision() -> None:
    fold = Fold()
    article = numbered(1, published_at="2026-04-07T15:00:00+04:00")
    decision = fold.take(article)
    event, update = outcome(article, decision, "origin", "pipeline")
    again, update_again = outcome(article, Decision.decode(decision.encode()), "origin", "pipeline")
    assert isinstance(event, UniqueArticle)
    assert (event, update) == (again, update_again)
    assert event.event_id != article.event_id
    assert (event.text, event.published_at, event.version) == (article.text, article.published_at, 1)
    assert update is not None
    assert (update.cause, update.story_id, update.change) == (event.event_id, event.story_id, "opened")
    assert outcome(article, decision, "origin", "other")[0].event_id != event.event_id


def test_a_duplicate_names_its_canonical_article_and_the_evidence() -> None:
    fold = Fold()
    first = fold.take(numbered(1))
    article = other(1, edited(report(1)))
    event, update = outcome(article, fold.take(article), "origin", "p")
    assert isinstance(event, DuplicateSeen)
    assert update is None
    assert (event.canonical_id, event.verdict, event.title) == (first.article_id, "near_copy", article.title)
    assert {"jaccard", "containment", "other_numbers", "other_names", "words"} <= event.evidence.keys()
    assert event.policy == first.policy


def test_a_decision_is_small_and_survives_the_changelog() -> None:
    decision = Fold().take(numbered(1))
    assert Decision.decode(decision.encode()) == decision
    assert len(decision.encode()) < 2_600
    huge = Fold().take(clean_article("https://a.org/1", "Title " * 10_000, report(1, sentences=900)))
    assert len(huge.encode()) < 3_300
    assert len(huge.story.title) == MAX_TITLE_CHARS
    with pytest.raises(Malformed):
        Decision.decode(b"{}")
    assert decode(Decision, decision.encode()) == decision


def test_the_policy_names_itself_by_its_numbers() -> None:
    assert DedupePolicy().version == DedupePolicy().version
    assert DedupePolicy(min_words=41).version != DedupePolicy().version
    assert re.fullmatch(r"[0-9a-f]{12}\+[0-9a-f]{12}", Fold().take(numbered(1)).policy)


def test_texts_without_names_must_be_more_alike() -> None:
    policy = DedupePolicy()
    text = report(1).lower()
    edited = "\n\n".join(text.split("\n\n")[:14])
    one, two = (fingerprint(read_article("a title", given)) for given in (text, edited))
    assert compare(two, one, replace(policy, excerpt_containment=2.0)).rule == "different_text"
    assert compare(two, one, replace(policy, caseless_jaccard=0.4)).relationship == "copy"


def test_short_texts_are_not_compared() -> None:
    one, two = (
        fingerprint(read_article("Ferry late", f"The ferry to {place} is late.")) for place in ("Arvika", "Oslo")
    )
    assert compare(two, one, DedupePolicy()).rule == "too_short"


def test_many_articles_of_one_template_cost_a_bounded_comparison() -> None:
    fold = Fold(DedupePolicy(bucket=4, candidates=4))
    decisions = [
        fold.take(clean_article(f"https://example.org/{n}", "Sales of Alcan rise", filled(sales=100 + n, price=n)))
        for n in range(200)
    ]
    assert verdicts(decisions) == ["new"] * 200
    copy = fold.take(other(1, filled(sales=102, price=2), title="Sales of Alcan rise"))
    assert (copy.verdict, copy.canonical_id) == ("exact_copy", decisions[2].article_id)


def test_what_is_filed_of_an_encoded_decision_is_what_the_decision_says() -> None:
    fold = Fold()
    for article in (numbered(1), other(1, edited(report(1))), clean_article("https://s.org/1", "Short", "Five words.")):
        decision = fold.take(article, at=None if article.title == "Short" else 5)
        known = filed(decision.encode(), 12)
        for name in set(Filed._fields) & set(Decision.model_fields):
            assert getattr(known, name) == getattr(decision, name)
        marks = decision.fingerprint
        words, bare, shingles = (marks.words, marks.bare, marks.shingles[:12].tolist()) if marks else (0, False, [])
        assert (known.words, known.bare, list(known.shingles)) == (words, bare, shingles)


@pytest.mark.parametrize("value", [b"", b"{}", b"[]", b"null", b'{"sequence": 1, "sketch": "AAAA"}', b"\xff"])
def test_what_is_no_decision_is_malformed(value: bytes) -> None:
    with pytest.raises(Malformed, match="not a Decision"):
        DedupeState().restore("origin", value)


def test_a_number_that_two_workers_gave_is_given_anew_to_the_later_one() -> None:
    one, two = DedupeState(), DedupeState()
    first, second = one.judge(numbered(1), "a", 1), two.judge(numbered(2), "b", 2)
    assert first.sequence == second.sequence == 0
    state = DedupeState()
    state.restore("a", first.encode())
    state.restore("b", second.encode())
    assert [found.sequence for found in map(state.recorded, "ab") if found] == [0, 1]
    assert state.judge(other(1, report(1)), "c", 3).canonical_id == first.article_id
    assert state.judge(other(2, report(2)), "d", 3).canonical_id == second.article_id
    state.forget("a")
    assert state.judge(other(2, report(2)), "d", 3).canonical_id == second.article_id
