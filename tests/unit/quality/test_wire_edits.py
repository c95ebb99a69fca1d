"""The generator of the wire-edit benchmark: what it makes is what its labels say, and the same for the same seed."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pytest

from tests.clean_articles import headline, report
from tests.quality.wire_edits import negatives as neg
from tests.quality.wire_edits import positives as pos
from tests.quality.wire_edits import style, templates
from tests.quality.wire_edits.articles import Material, unlike
from tests.quality.wire_edits.card import F1, PRECISION, WANTED, is_right, met, scores
from tests.quality.wire_edits.edits import EDITS
from tests.quality.wire_edits.levenshtein import distance
from tests.quality.wire_edits.matchers import Answer
from tests.quality.wire_edits.sentences import replaced, sentences
from tests.quality.wire_edits.story import Case, Pool, Story, count_words, keeps_enough, kept_words, words_of

pytestmark = pytest.mark.slow  # of the measuring alone

NAMES: Final = ("Arlen Voss", "Beryl Koch", "Ostrava", "Tallinn", "Cormack", "Dunmore Rail", "Ines Falk", "Perth")
# What the made-up reports do not have, and edits look for.
STYLED: Final = (
    "He paid $5 million, or 5 percent, on September 5, and the center “honored” two of them – for once, he said."
)


def story(seed: int, sentences: int = 30) -> Story:
    parts = report(seed, sentences).split("\n\n")
    paired = [" ".join(pair) for pair in zip(parts[::2], parts[1::2], strict=False)]
    return Story(
        f"https://example.org/{seed}", headline(seed), (*paired, STYLED), above=("By Ana Lee",), below=("© AP",)
    )


def stories(start: int, count: int, sentences: int = 30) -> list[Story]:
    return [story(seed, sentences) for seed in range(start, start + count)]


def made_material() -> Material:
    plain = sorted({word for word in words_of(story(999).paragraphs) if word.isalpha() and len(word) > 3})
    return Material(
        originals=stories(0, 12), hosts=stories(100, 4), pieces=stories(200, 4), columns=stories(300, 4),
        pages=stories(400, 4), patterns=stories(500, 8, 12), copied=stories(600, 4, 12), unrelated=stories(700, 30, 40),
        reports=stories(800, 8, 12), events=[stories(900, 3)], pool=Pool(plain, NAMES),
    )  # fmt: skip


MATERIAL: Final = made_material()
PER_KIND: Final = 3
COPIES: Final = pos.positives(MATERIAL, "made", 1, PER_KIND)
OTHERS: Final = neg.negatives(MATERIAL, "made", 1, 0.01)


def of_kind(cases: Sequence[Case], kind: str) -> list[Case]:
    return [case for case in cases if case.kind == kind]


def original(case: Case) -> Story:
    return next(earlier for earlier in case.earlier if earlier.url == case.original)


def test_a_seed_gives_the_same_cases_and_another_seed_others() -> None:
    assert pos.positives(MATERIAL, "made", 1, PER_KIND) == COPIES
    assert neg.negatives(MATERIAL, "made", 1, 0.01) == OTHERS
    assert pos.positives(MATERIAL, "made", 2, PER_KIND) != COPIES
    assert neg.negatives(MATERIAL, "made", 2, 0.01) != OTHERS
    assert pos.positives(MATERIAL, "another half", 1, PER_KIND) != COPIES


def test_every_kind_is_made() -> None:
    assert {case.kind for case in COPIES} == pos.DRAWS.keys()
    assert {case.kind for case in OTHERS} == {neg.UNRELATED, neg.EVENT, *neg.COUNTS}
    assert {case.kind for case in (*COPIES, *OTHERS)} - WANTED.keys() == pos.ANYWHERE.keys()


def test_a_copy_keeps_half_of_the_words_and_sixty() -> None:
    copies = [case for case in COPIES if case.expected == "copy"]
    assert len(copies) >= 20 * PER_KIND
    for case in copies:
        kept = kept_words(original(case), case.later)
        assert kept >= max(60, count_words(original(case)) / 2), case.kind


def test_a_copy_differs_from_its_original() -> None:
    for case in COPIES:
        if case.expected == "copy":
            before, after = original(case), case.later
            assert (before.title, before.text, before.published) != (after.title, after.text, after.published), (
                case.kind
            )


def test_an_embedded_copy_has_sixty_words_and_stands_whole_in_the_longer_article() -> None:
    for kind in (*pos.CONTAINED, pos.CONTAINS):
        assert of_kind(COPIES, kind)
    for case in COPIES:
        if case.expected == "contained":
            assert count_words(case.later) >= 60
            assert kept_words(case.later, original(case)) == count_words(case.later)
            assert count_words(original(case)) > count_words(case.later)
        if case.expected == "contains":
            assert count_words(original(case)) >= 60
            assert kept_words(original(case), case.later) == count_words(original(case))
            assert count_words(case.later) >= 1.9 * count_words(original(case))


def test_an_excerpt_is_less_than_half_of_its_original() -> None:
    for case in of_kind(COPIES, pos.CONTAINED[0]):
        assert 60 <= count_words(case.later) < count_words(original(case)) / 2


def test_only_what_is_fetched_again_has_an_earlier_address() -> None:
    known = {earlier.url for case in (*COPIES, *OTHERS) for earlier in case.earlier}
    for case in (*COPIES, *OTHERS):
        if case.expected != "same_article":
            assert case.later.url not in known, case.kind
    again = [case.later.url for case in COPIES if case.expected == "same_article"]
    assert any("?" in url or "#" in url for url in again)


def test_no_text_of_the_index_comes_again_in_an_article_that_is_no_copy() -> None:
    reusing = {neg.BACKGROUND, neg.WIRE_FIGURES, neg.LONG_NEWS, neg.LONG_MADE, neg.SITE_TEXT, neg.COLUMNS}
    shared = {*reusing, neg.MARKET, neg.SPORT, neg.WEATHER}
    known = {part for case in (*COPIES, *OTHERS) for earlier in case.earlier for part in earlier.paragraphs}
    for case in OTHERS:
        if case.kind not in shared:
            assert set(case.later.paragraphs) & known <= {STYLED}, case.kind


def test_a_combination_has_two_or_three_edits_and_replaces_words_once() -> None:
    for case in of_kind(COPIES, pos.COMBINATIONS):
        assert 2 <= len(case.edits) <= 3
        assert sum("replaced" in name for name in case.edits) <= 1


@pytest.mark.parametrize("share", [0.05, 0.10, 0.15])
def test_words_are_replaced_in_the_share_that_is_said_and_names_and_figures_stay(share: float) -> None:
    before = replace(story(7), paragraphs=story(7).paragraphs[:-1])
    after = replaced(share)(random.Random(3), before, MATERIAL.pool)
    one, other = (re.findall(r"[^\W_]+", " ".join(each.paragraphs)) for each in (before, after))
    changed = [word for word, new in zip(one, other, strict=True) if word != new]
    assert 0.8 * share <= len(changed) / len(one) <= share + 1 / len(one)  # a word may be drawn for itself
    assert all(word.islower() for word in changed)


@pytest.mark.parametrize("name", sorted(EDITS))
def test_an_edit_changes_the_printed_story_and_nothing_else_of_it(name: str) -> None:
    before = story(5)
    found = [EDITS[name](random.Random(seed), before, MATERIAL.pool) for seed in range(40)]
    changed = [after for after in found if after != before]
    assert len(changed) >= 10
    assert all(after.url == before.url and after.paragraphs for after in found)
    assert all((after.title, after.text) != (before.title, before.text) for after in changed)


def test_house_style_changes_what_its_rules_say() -> None:
    every = {rule(random.Random(seed), STYLED) for rule in style.STYLES for seed in range(30)}
    text = "\n".join(every)
    for wanted in (
        "5%",
        "5 per cent",
        "5 pct",
        "$5m",
        "US$5 million",
        "5 million dollars",
        "Sept. 5",
        " 2 of",
        "centre",
    ):
        assert wanted in text
    assert STYLED in every  # the rule of the house already


@pytest.mark.parametrize(
    "untouched", ["It is 2.5 percent of 12,000.", "At 5:30 p.m. on page 2-3", "In 2012", "Check it"]
)
def test_house_style_leaves_other_figures_alone(untouched: str) -> None:
    text = "\n".join(style.numerals(random.Random(seed), untouched) for seed in range(20))
    assert set(text.split("\n")) == {untouched}


def test_sentences_end_where_an_editor_sees_it() -> None:
    given = "Mr. J. Doe of the U.S. Senate spoke. He left. “All is well.” Then 3.5 million came."
    assert sentences(given) == [
        "Mr. J. Doe of the U.S. Senate spoke.",
        "He left.",
        "“All is well.”",
        "Then 3.5 million came.",
    ]


@pytest.mark.parametrize("template", templates.LONG, ids=lambda template: template.title)
def test_a_long_template_has_150_to_250_words_and_6_to_12_slots(template: templates.Template) -> None:
    first, second = neg.filled(random.Random(1), template, "https://series.net", 2)
    assert all(150 <= count_words(each) <= 250 for each in (first, second))
    assert 6 <= len(templates.slots(template)) <= 12


def test_reports_of_one_template_differ_in_six_slots_at_least() -> None:
    for template in (*templates.LONG, *templates.MARKET, *templates.SPORT, *templates.WEATHER):
        values = templates.values(random.Random(2), template)
        assert all(values[slot] != other for slot, other in
                   templates.other_values(random.Random(3), template, values).items())  # fmt: skip
        for seed in range(20):
            rng = random.Random(seed)
            first, *rest = neg.filled(rng, template, "https://series.net", 5)
            for other in rest:
                assert sum((count_changes(first, other)).values()) >= 6


def count_changes(one: Story, other: Story) -> dict[str, int]:
    """Count the words that one has and the other has not: no slot is changed without one."""
    a, b = words_of([one.title, *one.paragraphs]), words_of([other.title, *other.paragraphs])
    return {word: 1 for word in a if a.count(word) > b.count(word)}


def test_an_article_made_a_template_has_six_to_twelve_values_exchanged_and_the_same_words_around() -> None:
    found = of_kind(OTHERS, neg.LONG_NEWS)
    assert found
    for case in found:
        first, other = case.earlier[0], case.later
        assert 150 <= count_words(first) <= 250
        for one, two in zip(first.paragraphs, other.paragraphs, strict=True):
            small = [[word for word in text.split() if word.isalpha() and word.islower()] for text in (one, two)]
            assert small[0] == small[1]
        assert len(count_changes(first, other)) >= 6


def test_wire_reports_with_other_figures_have_the_same_words_and_none_of_the_figures() -> None:
    found = of_kind(OTHERS, neg.WIRE_FIGURES)
    assert found
    for case in found:
        one, other = ("\n".join(each.paragraphs) for each in (case.earlier[0], case.later))
        assert re.sub(r"\d", "0", one) == re.sub(r"\d", "0", other)
        figures = [re.findall(r"\d[\d.,]*", text) for text in (one, other)]
        assert all(before != after for before, after in zip(*figures, strict=True))


def test_background_is_a_fifth_to_a_third_of_the_older_words_and_not_most_of_the_new_ones() -> None:
    for case in of_kind(OTHERS, neg.BACKGROUND):
        older = case.earlier[0]
        reused = words_of([part for part in case.later.paragraphs if part in older.paragraphs and part != STYLED])
        assert len(reused) <= 0.36 * count_words(older)
        assert len(reused) <= 0.55 * count_words(case.later)


def test_reports_that_come_again_are_left_out() -> None:
    first, other = story(1), story(2)
    longer = replace(first, url="https://example.org/again", paragraphs=(*other.paragraphs[:3], *first.paragraphs))
    assert unlike([first, other, longer, first]) == [first, other]


def test_pages_and_columns_have_eighty_words_of_their_own() -> None:
    for case in (*of_kind(OTHERS, neg.SITE_TEXT), *of_kind(OTHERS, neg.COLUMNS)):
        own = [part for part in case.later.paragraphs if part not in case.earlier[0].paragraphs]
        assert len(words_of(own)) >= 80


def test_keeps_enough_counts_each_word_once() -> None:
    before = Story("u", "t", (" ".join(f"w{n}" for n in range(120)),))
    half = replace(before, paragraphs=(" ".join(f"w{n}" for n in range(60)),))
    repeated = replace(before, paragraphs=(" ".join(["w1"] * 120),))
    assert keeps_enough(before, half)
    assert not keeps_enough(before, replace(half, paragraphs=(" ".join(f"w{n}" for n in range(59)),)))
    assert not keeps_enough(before, repeated)


@pytest.mark.parametrize("seed", range(30))
def test_distance_is_levenshteins(seed: int) -> None:
    rng = random.Random(seed)
    one, other = ("".join(rng.choices("abc", k=rng.randint(0, 12))) for _ in range(2))
    row = list(range(len(other) + 1))
    for at, char in enumerate(one, start=1):
        last, row[0] = row[0], at
        for to, wanted in enumerate(other, start=1):
            last, row[to] = row[to], min(row[to] + 1, row[to - 1] + 1, last + (char != wanted))
    assert distance(one, other) == row[-1]


CASE: Final = Case("footer", (story(1),), story(2), "copy", story(1).url)


def test_an_answer_is_right_with_the_right_relation_to_the_right_article() -> None:
    right = Answer("copy", (story(1).url,))
    assert is_right(CASE, right)
    assert is_right(CASE._replace(expected="contained"), right)  # of both nothing new is told
    assert is_right(CASE, right._replace(relation="contained"))
    assert not is_right(CASE, Answer("copy", (story(3).url,)))
    assert not is_right(CASE, Answer("contains", (story(1).url,)))
    longer = CASE._replace(expected="contains")
    assert not is_right(longer, right)
    assert is_right(longer, right, has_relations=False)
    assert is_right(CASE._replace(expected="different", original=""), Answer("same_article", ("u",)))
    assert not is_right(CASE._replace(expected="different", original=""), right)


def test_scores_count_missed_false_and_misnamed_copies() -> None:
    url = story(1).url
    different = Case(neg.EVENT, (), story(2), "different")
    cases = [CASE, CASE, CASE, CASE, different, different]
    copy, none = Answer("copy", (url,), "rule"), Answer("different", (), "why")
    found = scores(cases, [copy, copy, none, Answer("copy", ("another",), "rule"), copy, none])
    assert found["footer"][:3] == ("footer", 4, 0.5)
    assert found["footer"].why == {"different: why": 1, "copy: rule": 1}
    assert found[neg.EVENT].share == 0.5
    assert found[PRECISION].share == 2 / 4
    assert found[F1].share == pytest.approx(0.5)
    assert met(neg.EVENT, 0.005)
    assert not met(neg.EVENT, 0.006)
    assert not met("footer", 0.979)
