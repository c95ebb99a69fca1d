"""What differs between two outcomes of one record."""

from typing import Any

import pytest

from streams.contracts.events import (
    DeadLetter,
    DuplicateSeen,
    EnrichedArticle,
    Entity,
    Language,
    Mention,
    Removed,
    Topic,
)
from streams.core.diff import Change, Summary, compare


def article(**given: Any) -> EnrichedArticle:
    return EnrichedArticle(
        **{
            "event_id": "e1", "article_id": "a", "url": None, "canonical_url": None, "guid": None, "source": "s",
            "feed_url": None, "rights": None, "authors": (), "published_at": None, "modified_at": None, "title": "T",
            "text": "One.\n\nTwo.", "removed": (), "problems": (), "language": Language(code="en", score=0.9),
            "version": 1, "change": "new", "story_id": "s", **given,
        }
    )  # fmt: skip


def duplicate(**given: Any) -> DuplicateSeen:
    return DuplicateSeen(
        **{
            "event_id": "d1", "article_id": "a", "canonical_id": "c", "verdict": "near_copy", "rule": "similar",
            "score": 0.9, "evidence": {"words": 10}, "policy": "p", "source": "s", "url": None, "title": "T",
            "published_at": None, **given,
        }
    )  # fmt: skip


def topic(code: str, score: float, *why: str) -> Topic:
    return Topic(id=code, top=code, label=f"label of {code}", score=score, why=why)


def entity(name: str, kind: str, *mentions: tuple[int, str], salience: float = 0.5) -> Entity:
    spans = tuple(Mention(start=start, end=start + len(text), text=text) for start, text in mentions)
    return Entity(entity_id=f"{kind}/{name}", type=kind, name=name, salience=salience, mentions=spans)


def kinds(changes: list[Change]) -> list[tuple[str, str]]:
    return [(change.kind, change.what) for change in changes]


def test_the_same_outcome_has_no_changes_whatever_its_ids() -> None:
    assert compare(article(), article(event_id="e2")) == []
    assert compare(duplicate(), duplicate(event_id="d2", policy="q")) == []


def test_another_outcome_is_one_change_that_says_both() -> None:
    [change] = compare(article(), duplicate())
    assert change.kind == "outcome"
    assert (change.before["outcome"], change.after["outcome"]) == ("enriched", "duplicate")
    assert (change.after["verdict"], change.after["canonical_id"]) == ("near_copy", "c")
    letter = DeadLetter(
        event_id="x", stage="normalise", reason="no_text", message="m", attempts=1, size=1, sha256="", raw_base64=None
    )
    assert compare(letter, article())[0].before["reason"] == "no_text"


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [("title", "T", "U"), ("version", 1, 2), ("change", "new", "revised"), ("story_id", "s", "t"), ("url", None, "u")],
)
def test_a_plain_field_is_named_with_both_values(field: str, old: object, new: object) -> None:
    assert compare(article(**{field: old}), article(**{field: new})) == [Change(field, "", old, new)]


def test_verdict_canonical_and_score_of_a_copy() -> None:
    changes = compare(duplicate(), duplicate(verdict="exact_copy", canonical_id="b", score=0.8))
    assert kinds(changes) == [("canonical_id", ""), ("verdict", ""), ("score", "")]
    assert compare(duplicate(), duplicate(score=0.8), tolerance=0.1) == []


def test_text_is_compared_by_paragraphs() -> None:
    changes = compare(article(), article(text="Two.\n\nThree.\n\nTwo."))
    assert changes == [
        Change("paragraph_lost", "", "One.", None),
        Change("paragraph_gained", "", None, "Two."),
        Change("paragraph_gained", "", None, "Three."),
    ]
    assert kinds(compare(article(), article(text="Two.\n\nOne."))) == [("paragraphs_moved", "")]


def test_removed_pieces_are_named_by_their_rule() -> None:
    old = article(removed=(Removed(rule="byline", text="By A"),))
    new = article(removed=(Removed(rule="byline", text="By A"), Removed(rule="credit", text="Photo")))
    assert compare(old, new) == [Change("removal_gained", "credit", None, "Photo")]
    assert kinds(compare(new, old)) == [("removal_lost", "credit")]


def test_topics_gained_lost_and_moved() -> None:
    old = article(topics=(topic("a", 0.5), topic("b", 0.9), topic("c", 0.7, "x")))
    new = article(topics=(topic("b", 0.8), topic("c", 0.7, "y"), topic("d", 0.6)))
    assert kinds(compare(old, new)) == [
        ("topic_lost", "a"), ("topic_moved", "b"), ("topic_words", "c"), ("topic_gained", "d"),
    ]  # fmt: skip
    assert ("topic_moved", "b") not in kinds(compare(old, new, tolerance=0.1))


def test_entities_gained_lost_retyped_and_changed() -> None:
    old = article(entities=(entity("Oslo", "GPE", (0, "Oslo")), entity("Ada", "PERSON"), entity("UN", "ORG")))
    new = article(
        entities=(entity("Oslo", "ORG", (0, "Oslo")), entity("Eve", "PERSON"), entity("UN", "ORG", (9, "UN")))
    )
    assert compare(old, new) == [
        Change("entity_lost", "Ada", {"type": "PERSON"}, None),
        Change("entity_gained", "Eve", None, {"type": "PERSON"}),
        Change("entity_retyped", "Oslo", {"type": "GPE"}, {"type": "ORG"}),
        Change("entity_changed", "UN", {"type": "ORG", "mentions": []},
               {"type": "ORG", "mentions": [{"start": 9, "end": 11, "text": "UN"}]}),
    ]  # fmt: skip


def test_mentions_that_only_lie_elsewhere_because_the_text_changed_are_no_change() -> None:
    old = article(entities=(entity("Oslo", "GPE", (5, "Oslo")),))
    new = article(text="Zero.\n\nOne.\n\nTwo.", entities=(entity("Oslo", "GPE", (12, "Oslo")),))
    assert kinds(compare(old, new)) == [("paragraph_gained", "")]
    more = article(entities=(entity("Oslo", "GPE", (5, "Oslo"), salience=0.4),))
    assert compare(old, more, tolerance=0.1) == []
    assert kinds(compare(old, more)) == [("entity_changed", "Oslo")]


def test_language_and_skipped_parts() -> None:
    assert compare(article(), article(language=Language(code="de", score=0.9))) == [Change("language", "", "en", "de")]
    assert kinds(compare(article(), article(language=Language(code="en", score=0.8)))) == [("language_score", "en")]
    changes = compare(article(skipped={"topics": "x"}), article(skipped={"entities": "slow"}))
    assert changes == [Change("skipped", "entities", None, "slow"), Change("skipped", "topics", "x", None)]


def test_the_summary_counts_records_topics_and_entity_types() -> None:
    summary = Summary()
    assert summary.unchanged == 1.0
    summary.add([])
    summary.add(compare(article(topics=(topic("a", 0.5),)), article(topics=(topic("b", 0.5),))))
    summary.add(compare(article(entities=(entity("Oslo", "GPE"),)), article(entities=(entity("Oslo", "ORG"),))))
    summary.add(compare(article(), duplicate()))
    told = summary.as_dict()
    assert (told["compared"], told["differing"], told["unchanged"]) == (4, 3, 0.25)
    assert told["kinds"] == {"entity_retyped": 1, "outcome": 1, "topic_gained": 1, "topic_lost": 1}
    assert told["outcomes"] == {"enriched > duplicate": 1}
    assert told["topics"] == {"a": {"label": "label of a", "lost": 1}, "b": {"label": "label of b", "gained": 1}}
    assert told["entities"] == {"GPE": {"retyped": 1}}


def test_a_record_counts_once_for_a_kind() -> None:
    summary = Summary()
    summary.add(compare(article(), article(text="A.\n\nB.\n\nC.")))
    assert summary.kinds["paragraph_gained"] == 1
