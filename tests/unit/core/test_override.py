"""Operators' orders to split or merge, as the fold remembers them."""

import random
from itertools import permutations
from typing import Literal

import pytest

from streams.contracts.events import CleanArticle, ForgetArticle, OverrideArticles
from streams.core.dedupe import Decision, DedupePolicy, DedupeState
from streams.core.forget import forgotten_event
from streams.core.override import MERGE, SPLIT, Override, Overrides, has_effect, is_order
from tests.clean_articles import HOUR_MS, clean_article, edited, headline, numbered, report

A = clean_article("https://a.example/1", headline(1), report(1))
B = clean_article("https://b.example/1", headline(1), edited(report(1)))
C = clean_article("https://c.example/1", headline(1), edited(report(1)))  # B's words
D = clean_article("https://d.example/1", headline(1), report(1))  # A's words
OTHER = numbered(2)
Action = Literal["split", "merge"]


class Fold:
    """A state with a method for each kind of arrival; it remembers what it decided, by key."""

    def __init__(self) -> None:
        self.state = DedupeState(DedupePolicy(), pipeline="test")
        self.decided: dict[str, Decision] = {}
        self.keys: dict[tuple[str, int], str] = {}

    def take(self, article: CleanArticle, origin: str, at: int = 0, *, attempt: int = 1) -> Decision:
        key = self.state.key(origin, attempt)
        decision = self.state.judge(article, key, at)
        self.state.apply(key, decision)
        self.decided[key] = self.keys_agree(origin, attempt, key, decision)
        return decision

    def keys_agree(self, origin: str, attempt: int, key: str, decision: Decision) -> Decision:
        """Check that an attempt is always answered from the same decision, whatever was ordered since."""
        assert self.keys.setdefault((origin, attempt), key) == key
        assert self.decided.get(key, decision) == decision
        return decision

    def order(
        self, action: Action, one: CleanArticle, other: CleanArticle, place: str, at: int = 0, *, origin: str = "",
        attempt: int = 2, reason: str | None = None,
    ) -> Decision:  # fmt: skip
        order = OverrideArticles(
            action=action, article_id=one.article_id, other_id=other.article_id, reason=reason, origin=origin or None,
            attempt=attempt if origin else None,
        )  # fmt: skip
        decision = self.state.judge_override(order, place, at)
        self.state.apply(place, decision)
        self.decided[place] = decision
        return decision

    def rebuilt(self, rng: random.Random) -> DedupeState:
        """Return a state that was made of the same decisions in another order, some of them twice."""
        given = [*self.decided.items(), *rng.sample([*self.decided.items()], len(self.decided) // 2)]
        rng.shuffle(given)
        state = DedupeState(DedupePolicy(), pipeline="test")
        for key, decision in given:
            state.restore(key, decision.encode())
        return state


def as_copy(decision: Decision) -> tuple[str | None, str, str]:
    return decision.verdict, decision.rule, decision.canonical_id


@pytest.fixture
def fold() -> Fold:
    """A, its near copy B, and another article."""
    made = Fold()
    made.take(A, "raw/0")
    assert as_copy(made.take(B, "raw/1")) == ("near_copy", "similar_text", A.article_id)
    made.take(OTHER, "raw/2")
    return made


def test_after_a_split_the_record_that_is_sent_again_makes_an_article(fold: Fold) -> None:
    order = fold.order("split", A, B, "order/0", origin="raw/1", reason="two bridges")
    assert (order.rule, order.canonical_id, is_order(order), has_effect(order)) == (SPLIT, B.article_id, True, False)
    assert order.related == (A.article_id,)
    first = fold.decided["raw/1"]
    again = fold.take(B, "raw/1", attempt=2)
    assert (again.verdict, again.version, again.change, again.canonical_id) == (None, 1, "new", B.article_id)
    assert fold.take(B, "raw/1", attempt=2) == again, "decided twice"
    assert fold.take(B, "raw/1") == first, "the first attempt has another answer than before"
    assert fold.take(B, "raw/1", attempt=3) == again, "an attempt that no order asked for was judged anew"


def test_an_attempt_without_an_order_is_answered_from_the_decision(fold: Fold) -> None:
    first = fold.decided["raw/1"]
    assert fold.take(B, "raw/1", attempt=2) == first
    fold.order("split", A, B, "order/0", origin="raw/1", attempt=3)
    assert fold.take(B, "raw/1", attempt=2) == first, "an earlier attempt has another answer than before"
    assert fold.take(B, "raw/1", attempt=3).verdict is None


def test_after_a_split_neither_is_ever_called_a_copy_of_the_other(fold: Fold) -> None:
    fold.order("split", A, B, "order/0", origin="raw/1")
    fold.take(B, "raw/1", attempt=2)
    assert as_copy(fold.take(B, "raw/3")) == ("same_article", "same_content", B.article_id)
    longer = B.model_copy(update={"text": B.text + "\n\nNobody was hurt."})
    assert as_copy(fold.take(longer, "raw/4")) == (None, "revised", B.article_id)
    other = Fold()
    other.order("split", A, B, "order/0")
    other.take(B, "raw/0")
    assert other.take(A, "raw/1").verdict is None, "an order holds for both, whoever comes first"


def test_a_record_of_the_article_that_comes_before_the_one_sent_again_is_the_article(fold: Fold) -> None:
    fold.order("split", A, B, "order/0", origin="raw/1")
    came = fold.take(B, "raw/3")
    assert (came.verdict, came.version, came.change) == (None, 1, "new")
    assert as_copy(fold.take(B, "raw/1", attempt=2)) == ("same_article", "same_content", B.article_id)


def test_later_copies_go_to_the_article_whose_words_they_have(fold: Fold) -> None:
    fold.order("split", A, B, "order/0", origin="raw/1")
    fold.take(B, "raw/1", attempt=2)
    assert as_copy(fold.take(C, "raw/3")) == ("exact_copy", "same_words", B.article_id)
    assert as_copy(fold.take(D, "raw/4")) == ("exact_copy", "same_words", A.article_id)


def test_a_merge_makes_the_article_and_all_its_versions_copies() -> None:
    fold = Fold()
    fold.take(A, "raw/0")
    fold.take(OTHER, "raw/1")
    order = fold.order("merge", A, OTHER, "order/0", origin="raw/1", reason="one event")
    told = forgotten_event(order, "order/0", "p")
    assert (order.rule, has_effect(order), told.version) == (MERGE, True, 1)
    assert (told.article_id, told.reason) == (OTHER.article_id, f"merged into {A.article_id}: one event")
    again = fold.take(OTHER, "raw/1", attempt=2)
    assert as_copy(again) == ("near_copy", "override", A.article_id)
    assert (again.version, again.evidence["order"], again.score) == (1, "order/0", 1.0)
    assert as_copy(fold.take(OTHER, "raw/3")) == ("same_article", "same_content", A.article_id)
    changed = OTHER.model_copy(update={"title": "Anything", "text": report(7)})
    later = fold.take(changed, "raw/4")
    assert (*as_copy(later), later.version) == ("near_copy", "override", A.article_id, 2)
    assert fold.state.taken_back(fold.take(OTHER, "raw/1")) == ("order/0", order)
    assert fold.take(A, "raw/0").verdict is None


def test_copies_of_merged_words_are_copies_of_what_they_were_merged_into() -> None:
    fold = Fold()
    fold.take(A, "raw/0")
    fold.take(OTHER, "raw/1")
    fold.order("merge", A, OTHER, "order/0", origin="raw/1")
    same = clean_article("https://e.example/1", OTHER.title, OTHER.text)
    near = clean_article("https://f.example/1", OTHER.title, edited(OTHER.text))
    assert as_copy(fold.take(same, "raw/2")) == ("near_copy", "same_words_as_copy", A.article_id)
    found = fold.take(near, "raw/3")
    assert (*as_copy(found), found.evidence["merged"]) == (
        "near_copy", "similar_text", A.article_id, OTHER.article_id,
    )  # fmt: skip


def test_a_merge_goes_to_what_the_named_article_is_a_copy_of(fold: Fold) -> None:
    order = fold.order("merge", B, OTHER, "order/0", origin="raw/2")
    assert order.canonical_id == A.article_id
    assert fold.take(OTHER, "raw/2", attempt=2).canonical_id == A.article_id
    third = fold.take(numbered(3), "raw/3")
    fold.order("merge", numbered(3), A, "order/1", origin="raw/0")
    assert fold.take(A, "raw/0", attempt=2).canonical_id == third.canonical_id
    changed = OTHER.model_copy(update={"text": report(8)})
    assert fold.take(changed, "raw/4").canonical_id == third.canonical_id, "the second merge is followed"


@pytest.mark.parametrize("first", [0, 1])
def test_a_copy_cannot_take_its_original_in(fold: Fold, first: int) -> None:
    if first:
        fold.order("merge", A, OTHER, "order/0")
    copy = OTHER if first else B
    order = fold.order("merge", copy, A, "order/1", origin="raw/0")
    assert not has_effect(order)
    assert fold.take(A, "raw/0", attempt=2).verdict is None
    assert fold.state.taken_back(fold.decided["raw/0"]) is None


def test_a_split_undoes_a_merge_and_the_article_is_there_again_as_it_was() -> None:
    fold = Fold()
    fold.take(A, "raw/0")
    before = fold.take(OTHER, "raw/1")
    fold.order("merge", A, OTHER, "order/0", origin="raw/1")
    copy = fold.take(OTHER, "raw/1", attempt=2)
    fold.order("split", A, OTHER, "order/1", origin="raw/1", attempt=3)
    again = fold.take(OTHER, "raw/1", attempt=3)
    assert (again.verdict, again.version, again.change, again.story_id) == (None, 1, "new", before.story_id)
    assert again.story.change == ""
    assert fold.state.taken_back(again) is None
    assert fold.state.taken_back(before) is None, "what comes again must not be taken back again"
    assert (fold.take(OTHER, "raw/1"), fold.take(OTHER, "raw/1", attempt=2)) == (before, copy)
    assert as_copy(fold.take(OTHER, "raw/5")) == ("same_article", "same_content", OTHER.article_id)
    near = clean_article("https://f.example/1", OTHER.title, edited(OTHER.text))
    assert fold.take(near, "raw/6").canonical_id == OTHER.article_id
    fold.order("merge", A, OTHER, "order/2", origin="raw/1", attempt=4)
    assert as_copy(fold.take(OTHER, "raw/1", attempt=4)) == ("near_copy", "override", A.article_id)
    taken = fold.state.taken_back(again)
    assert taken is not None
    assert taken[0] == "order/2"


def test_a_merge_undoes_a_split(fold: Fold) -> None:
    fold.order("split", A, B, "order/0", origin="raw/1")
    fold.take(B, "raw/1", attempt=2)
    fold.order("merge", A, B, "order/1", origin="raw/1", attempt=3)
    assert as_copy(fold.take(B, "raw/1", attempt=3)) == ("near_copy", "override", A.article_id)
    assert fold.take(C, "raw/3").canonical_id == A.article_id
    assert as_copy(fold.take(B, "raw/4")) == ("same_article", "same_content", A.article_id)


def test_a_split_from_the_original_undoes_a_merge_into_its_copy_and_the_other_way_round() -> None:
    fold = Fold()
    for number, article in enumerate((A, OTHER, numbered(3))):
        fold.take(article, f"raw/{number}")
    fold.order("merge", OTHER, A, "order/0", origin="raw/0")
    fold.order("merge", numbered(3), OTHER, "order/1", origin="raw/1")
    fold.order("split", numbered(3), A, "order/2", origin="raw/0")
    assert fold.take(A, "raw/0", attempt=2).verdict is None


def test_of_two_merges_of_an_article_the_later_holds_and_undone_leaves_none() -> None:
    fold = Fold()
    for number, article in enumerate((A, OTHER, numbered(3))):
        fold.take(article, f"raw/{number}")
    fold.order("merge", A, OTHER, "order/0")
    fold.order("merge", numbered(3), OTHER, "order/1", origin="raw/1")
    assert fold.take(OTHER, "raw/1", attempt=2).canonical_id == numbered(3).article_id
    fold.order("split", numbered(3), OTHER, "order/2", origin="raw/1", attempt=3)
    assert fold.take(OTHER, "raw/1", attempt=3).verdict is None


def test_a_forgotten_article_and_an_override_go_together(fold: Fold) -> None:
    forget = fold.state.judge_order(ForgetArticle(article_id=OTHER.article_id), "order/0", 0)
    fold.state.apply("order/0", forget)
    merge = fold.order("merge", A, OTHER, "order/1")
    assert fold.state.taken_back(fold.decided["raw/2"]) == ("order/1", merge)
    fold.order("split", A, OTHER, "order/2")
    assert fold.state.taken_back(fold.decided["raw/2"]) == ("order/0", forget)


def test_an_order_lasts_as_long_as_what_was_decided_for_it_and_then_nothing_is_left(fold: Fold) -> None:
    late = 60 * HOUR_MS
    fold.order("split", A, B, "order/0", at=late, origin="raw/1")
    again = fold.take(B, "raw/1", attempt=2)
    assert again.ingested_at == late
    assert set(fold.state.expired(80 * HOUR_MS)) == {"raw/0", "raw/1", "raw/2"}
    for origin in fold.state.expired(80 * HOUR_MS):
        fold.state.forget(origin)
    assert fold.take(B, "raw/1", attempt=2) == again
    for origin in fold.state.expired(140 * HOUR_MS):
        fold.state.forget(origin)
    assert len(fold.state) == 0
    assert fold.state.key("raw/1", 2) == "raw/1"
    fold.take(A, "raw/7", at=140 * HOUR_MS)
    assert fold.take(B, "raw/8", at=140 * HOUR_MS).canonical_id == A.article_id


def test_an_order_about_articles_that_nobody_knows_is_remembered() -> None:
    fold = Fold()
    order = fold.order("merge", A, B, "order/0")
    assert (order.version, forgotten_event(order, "order/0", "p").version) == (0, None)
    assert as_copy(fold.take(B, "raw/0")) == ("near_copy", "override", A.article_id)


@pytest.mark.parametrize("forgotten", [False, True])
def test_what_dedupe_has_forgotten_of_an_article_the_order_says(forgotten: bool) -> None:
    fold = Fold()
    fold.take(A, "raw/0")
    if not forgotten:
        fold.take(D, "raw/1")
    order = OverrideArticles(
        action="merge", article_id=D.article_id, canonical_id=A.article_id, other_id=OTHER.article_id
    )
    assert fold.state.judge_override(order, "order/0", 0).canonical_id == A.article_id
    parted = order.model_copy(update={"action": "split", "other_id": B.article_id, "origin": "raw/2", "attempt": 2})
    fold.state.apply("order/1", fold.state.judge_override(parted, "order/1", 0))
    assert fold.take(B, "raw/2", attempt=2).verdict is None


def test_an_order_read_again_is_decided_once(fold: Fold) -> None:
    order = fold.order("split", A, B, "order/0", origin="raw/1")
    fold.take(B, "raw/1", attempt=2)
    assert fold.order("split", A, B, "order/0", origin="raw/1") == order


@pytest.mark.parametrize("seed", range(16))
def test_a_state_rebuilt_in_any_order_answers_and_goes_on_the_same(seed: int) -> None:
    rng, fold = random.Random(seed), Fold()
    articles = [A, B, C, D, OTHER, numbered(3)]
    origins: dict[str, tuple[CleanArticle, int]] = {}
    for step in range(24):
        if step < len(articles) or rng.random() < 0.4:
            article, origin = articles[step] if step < len(articles) else rng.choice(articles), f"raw/{step}"
            fold.take(article, origin, step)
            origins[origin] = (article, 1)
            continue
        (one, other), action = rng.sample(articles, 2), rng.choice(("split", "merge"))
        if action == "split" and _newest(fold, one).canonical_id == other.article_id:
            one, other = other, one  # as the command does: the copy is judged anew
        origin, (_, attempt) = rng.choice([item for item in origins.items() if item[1][0] == other] or [("", (B, 1))])
        fold.order(action, one, other, f"order/{step}", step, origin=origin, attempt=attempt + 1)  # type: ignore[arg-type]
        if origin:
            origins[origin] = (other, attempt + 1)
            fold.take(other, origin, step, attempt=attempt + 1)
    for (origin, attempt), key in fold.keys.items():
        assert fold.state.key(origin, attempt) == key, "an order gave an earlier attempt another decision"
    rebuilt = fold.rebuilt(rng)
    for key, decision in fold.decided.items():
        assert rebuilt.recorded(key) == decision
        assert rebuilt.taken_back(decision) == fold.state.taken_back(decision)
    for origin, (_, attempt) in origins.items():
        for number in range(1, attempt + 1):
            assert rebuilt.key(origin, number) == fold.state.key(origin, number)
    for number, article in enumerate([*articles, numbered(9), A.model_copy(update={"text": report(4)})]):
        later, other_later = (state.judge(article, f"later/{number}", 99) for state in (fold.state, rebuilt))
        assert later == other_later
    _no_copy_points_at_a_copy(fold)


def _newest(fold: Fold, article: CleanArticle) -> Decision:
    return [each for each in fold.decided.values() if each.article_id == article.article_id and not is_order(each)][-1]


def _no_copy_points_at_a_copy(fold: Fold) -> None:
    """Whatever is called a copy is one of an article that was enriched at some time."""
    enriched = {each.article_id for each in fold.decided.values() if each.verdict is None and not is_order(each)}
    assert {each.canonical_id for each in fold.decided.values() if each.verdict is not None} <= enriched


def test_the_orders_are_a_function_of_their_set() -> None:
    def order(number: int, *, merges: bool, moved: str, kept: str, apart: tuple[str, ...] = ()) -> Override:
        return Override(number, merges, moved, kept, frozenset(apart), "raw/1", number + 2, None)

    given = [
        order(0, merges=True, moved="b", kept="a"),
        order(1, merges=False, moved="b", kept="a", apart=("a", "x")),
        order(2, merges=True, moved="b", kept="c"),
        order(3, merges=True, moved="c", kept="d"),
    ]
    for permuted in permutations(given):
        made = Overrides()
        for each in permuted:
            made.add(each)
        assert (made.root("b"), made.chain("b"), made.are_apart("a", "b"), made.are_apart("x", "b")) == (
            "d", ("c", "d"), True, True,
        )  # fmt: skip
        assert [made.key("raw/1", attempt) for attempt in (1, 2, 4, 9)] == ["raw/1", "raw/1#2", "raw/1#4", "raw/1#5"]
        assert made.asking("raw/1#3") == given[1]
        assert (made.asking("raw/1"), made.asking("raw/1#9")) == (None, None)
        made.remove(2)
        assert (made.root("b"), made.merge_of("b")) == ("b", None)
        for number in (0, 1, 3, 3, 7):
            made.remove(number)
        assert (len(made), made.are_apart("a", "b"), made.key("raw/1", 9)) == (0, False, "raw/1")
